import { assert, assertFalse } from "@std/assert";
import { setPolicy } from "../../../lib/access/changes.ts";
import { hasApprover } from "../../../lib/access/has_approver.ts";
import {
  accepted,
  approve,
  claim,
  codeOf,
  emptyAccess,
  MINUTE_MS,
  NOW,
  withPairing,
  withSender,
} from "../_access.ts";

const RIGHTS = ["speak", "approve"] as const;

Deno.test("hasApprover() asks for a sender who may approve and is let in [access.rights]", () => {
  const speaker = withSender(emptyAccess(), 1, { id: "ci" });
  const access = withSender(speaker, 2, { id: "owner", rights: RIGHTS, expiresAt: NOW + 1 });
  assertFalse(hasApprover(emptyAccess(), NOW));
  assertFalse(hasApprover(speaker, NOW));
  assert(hasApprover(access, NOW));
  assertFalse(hasApprover(access, NOW + 1));
  assert(hasApprover(setPolicy(access, "allowlist").access, NOW));
  assertFalse(hasApprover(setPolicy(access, "disabled").access, NOW));
});

Deno.test("hasApprover() counts a device that can still fetch its token [access.pairing]", () => {
  const asked = withPairing(emptyAccess(), 1);
  assertFalse(hasApprover(asked, NOW));
  assertFalse(hasApprover(accepted(approve(asked, { code: codeOf(1) })).access, NOW));
  const { access } = accepted(approve(asked, { code: codeOf(1), rights: RIGHTS }));
  assert(hasApprover(access, NOW));
  assertFalse(hasApprover(access, NOW + 10 * MINUTE_MS));
  const claimed = accepted(claim(access, 1)).access;
  assert(hasApprover(claimed, NOW));
  assertFalse(hasApprover({ ...claimed, senders: [] }, NOW));
});
