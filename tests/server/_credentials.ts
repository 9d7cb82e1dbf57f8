import { assert } from "@std/assert";
import { addSignIn } from "../../lib/access/changes.ts";
import { Allowlist } from "../../lib/access/allowlist.ts";
import { createCookieValue } from "../../server/access/cookie_signature.ts";
import { type Caller, Credentials } from "../../server/access/credentials.ts";
import { MemoryAccess } from "./_memory_access.ts";

/** When the clock of {@linkcode createCredentials} begins, in milliseconds since the epoch. */
export const NOW = Date.UTC(2026, 10, 21);

/** Credentials at a time that is set by hand, where nobody was let in. */
export function createCredentials(allowlist: Allowlist = new Allowlist([])) {
  const access = new MemoryAccess();
  const clock = { now: NOW };
  const credentials = new Credentials({ access, allowlist, now: () => clock.now });
  return {
    access,
    clock,
    credentials,
    /** Who makes a request, after what has become of the access file by then. */
    async identify(headers: Record<string, string>): Promise<string> {
      credentials.refresh();
      const found = await credentials.identify(new Headers(headers));
      if (found.kind === "caller") return `${found.caller.way} ${found.caller.id}`;
      return "reason" in found ? `${found.kind}: ${found.reason}` : found.kind;
    },
    /** The caller that is let in. */
    async caller(headers: Record<string, string>): Promise<Caller> {
      credentials.refresh();
      const found = await credentials.identify(new Headers(headers));
      assert(found.kind === "caller", found.kind);
      return found.caller;
    },
    /** Signs a sender in; returns the headers that prove it. */
    async signIn(id: string, ttlMs = 1000): Promise<{ cookie: string }> {
      const { value, sha256 } = await createCookieValue(access.access.cookie_key);
      const sender = access.access.senders.find((sender) => sender.id === id);
      const tokenSha256 = sender?.token_sha256 ?? "";
      const signIn = { id, tokenSha256, signInSha256: sha256, nowMs: clock.now, ttlMs };
      assert((await access.update((a) => addSignIn(a, signIn))).ok);
      return { cookie: `theme=dark; deno_channel=${value}` };
    },
  };
}
