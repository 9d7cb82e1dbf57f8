import { assert } from "@std/assert";
import { addSignIn } from "../../lib/access/changes.ts";
import { Allowlist } from "../../lib/access/allowlist.ts";
import type { AuditEntry } from "../../server/journal/audit_table.ts";
import type { Caller } from "../../server/access/credentials.ts";
import { Gatekeeper } from "../../server/http/gatekeeper.ts";
import { hashToken } from "../../server/runtime/crypto.ts";
import { MemoryAccess } from "./_memory_access.ts";
import { createPeer, type FakePeerOptions } from "./_peer.ts";

/** The time at which the clock of {@linkcode createGatekeeper} begins. */
export const NOW = Date.UTC(2026, 10, 21);

/** The id of a sign-in that differs for each number. */
export function signInIdOf(number: number): string {
  return `sign-in-${number}`.padEnd(43, "_");
}

/** A gatekeeper at a time that is set by hand, without senders. */
export function createGatekeeper({ allowlist = new Allowlist([]), perMinute = 0 } = {}) {
  const access = new MemoryAccess();
  const clock = { now: NOW };
  const used: string[] = [];
  const noted: AuditEntry[] = [];
  const looks = { count: 0 };
  const gatekeeper = new Gatekeeper({
    access: {
      read() {
        looks.count++;
        return access.read();
      },
    },
    allowlist,
    rateLimitPerMinute: perMinute,
    onUse: (id) => void used.push(id),
    audit: { note: (entry) => void noted.push(entry) },
    now: () => clock.now,
  });
  let peers = 0;

  async function find(
    headers: Record<string, string>,
    peer: FakePeerOptions,
    anonymous?: Caller,
  ): Promise<Caller | Response> {
    gatekeeper.refresh();
    const request = new Request("http://localhost/", { headers });
    return await gatekeeper.identify(request, createPeer({ request, ...peer }), anonymous);
  }

  return {
    access,
    clock,
    gatekeeper,
    looks,
    used,
    find,
    /** The sender of a request, or the status of the refusal. */
    async identify(
      headers: Record<string, string>,
      peer: FakePeerOptions = {},
      anonymous?: Caller,
    ): Promise<string | number> {
      const found = await find(headers, peer, anonymous);
      return found instanceof Response ? found.status : `${found.way} ${found.id}`;
    },
    /** The sender of a request from an address of its own, or the reason of the refusal. */
    async tell(headers: Record<string, string>): Promise<string> {
      const found = await find(headers, { address: `2001:db8:0:${(++peers).toString(16)}::1` });
      return found instanceof Response ? noted.at(-1)?.detail ?? "" : `${found.way} ${found.id}`;
    },
    /** The caller that is let in. */
    async caller(headers: Record<string, string>): Promise<Caller> {
      const found = await find(headers, {});
      assert(!(found instanceof Response));
      return found;
    },
    /** Signs a sender in with the id of a number; returns the headers that prove it. */
    async signIn(id: string, { ttlMs = 1000, number = 1 } = {}): Promise<{ cookie: string }> {
      const sender = access.access.senders.find((sender) => sender.id === id);
      const signInId = signInIdOf(number);
      const signIn = {
        id,
        tokenSha256: sender?.token_sha256 ?? "",
        signInSha256: await hashToken(signInId),
        nowMs: clock.now,
        ttlMs,
      };
      assert((await access.update((a) => addSignIn(a, signIn))).ok);
      return { cookie: `theme=dark; deno_channel=${signInId}` };
    },
    notes: () =>
      noted.map(({ action, actor, subject, detail }) => [action, actor, subject, detail].join("|")),
  };
}
