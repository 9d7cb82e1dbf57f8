import { type Access, createAccess } from "../../lib/access/access_file.ts";
import { addSender, type NewSender } from "../../lib/access/changes.ts";
import { formatAccessToken } from "../../lib/access/token.ts";
import {
  AccessFileError,
  type AccessOutcome,
  type AccessState,
} from "../../server/access/store.ts";
import { hashToken } from "../../server/runtime/crypto.ts";

/** An access file in memory, which can be used until it is told to fail. */
export class MemoryAccess {
  access: Access = createAccess();
  /** The reason why it cannot be used. */
  fault: string | undefined;

  /** As in a store. */
  read(): AccessState {
    const { access, fault } = this;
    return fault === undefined ? { ok: true, access } : { ok: false, message: fault };
  }

  /** As in a store. */
  update<Outcome extends AccessOutcome>(change: (access: Access) => Outcome): Promise<Outcome> {
    return Promise.try(() => {
      if (this.fault !== undefined) throw new AccessFileError(this.fault);
      const outcome = change(this.access);
      this.access = outcome.access ?? this.access;
      return outcome;
    });
  }

  /** Lets a sender in, as the terminal does; returns its token. */
  async letIn(id: string, sender: Partial<NewSender> = {}): Promise<string> {
    const { token, tokenSha256 } = await createToken();
    const change = await this.update((access) =>
      addSender(access, {
        id,
        label: id,
        rights: ["speak"],
        chats: "own",
        expiresAt: null,
        tokenSha256,
        nowMs: Date.now(),
        ...sender,
      })
    );
    if (!change.ok) throw new Error(change.message);
    return token;
  }
}

/** A new token and its hash. */
export async function createToken(): Promise<{ token: string; tokenSha256: string }> {
  const token = formatAccessToken(crypto.getRandomValues(new Uint8Array(32)));
  return { token, tokenSha256: await hashToken(token) };
}

/** The header that proves a token. */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}
