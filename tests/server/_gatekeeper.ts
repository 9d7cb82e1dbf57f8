import { Allowlist } from "../../lib/access/allowlist.ts";
import type { AuditEntry } from "../../server/journal/audit_table.ts";
import { Credentials } from "../../server/access/credentials.ts";
import { Gatekeeper } from "../../server/http/gatekeeper.ts";
import { MemoryAccess } from "./_memory_access.ts";
import { createPeer, type FakePeerOptions } from "./_peer.ts";

const NOW = Date.UTC(2026, 10, 21);

/** A gatekeeper at a time that is set by hand. */
export function createGatekeeper({ allowlist = new Allowlist([]), perMinute = 0 } = {}) {
  const access = new MemoryAccess();
  const clock = { now: NOW };
  const now = () => clock.now;
  const used: string[] = [];
  const noted: AuditEntry[] = [];
  const looks = { count: 0 };
  const credentials = new Credentials({ access, allowlist, now });
  const gatekeeper = new Gatekeeper({
    credentials: {
      identify(headers) {
        looks.count++;
        credentials.refresh();
        return credentials.identify(headers);
      },
      get anonymous() {
        return credentials.anonymous;
      },
      get closedBecause() {
        return credentials.closedBecause;
      },
      isProven: (headers) => credentials.isProven(headers),
      recall: (caller) => {
        credentials.refresh();
        return credentials.recall(caller);
      },
    },
    rateLimitPerMinute: perMinute,
    onUse: (id) => void used.push(id),
    audit: { note: (entry) => void noted.push(entry) },
    now,
  });
  /** Who a request is of, or the status of the refusal. */
  async function identify(
    headers: Record<string, string>,
    peer: FakePeerOptions = {},
    how: "identify" | "identifyListener" = "identify",
  ): Promise<string | number> {
    const request = new Request("http://localhost/", { headers });
    const found = await gatekeeper[how](request, createPeer({ request, ...peer }));
    return found instanceof Response ? found.status : `${found.way} ${found.id}`;
  }
  return {
    access,
    clock,
    gatekeeper,
    identify,
    looks,
    used,
    notes: () =>
      noted.map(({ action, actor, subject, detail }) => [action, actor, subject, detail].join("|")),
  };
}
