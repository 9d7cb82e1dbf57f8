import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { addSignIn } from "../../../lib/access/changes.ts";
import {
  AUDIT_HEADER,
  formatAuditRow,
  formatPairingRow,
  formatPolicy,
  formatRights,
  formatSenderRow,
  openPairings,
  PAIRING_HEADER,
  SENDER_HEADER,
  toAccessJson,
  toAuditJson,
} from "../../../lib/cli/format_access.ts";
import {
  accepted,
  approve,
  claim,
  codeOf,
  emptyAccess,
  hashOf,
  HOUR_MS,
  MINUTE_MS,
  NOW,
  withPairing,
  withSender,
} from "../_access.ts";
import { hostileText } from "../_texts.ts";

const MOVING_REGEXP = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;
const ROW = { at: NOW, action: "add", actor: "terminal", subject: "ci", detail: "", times: 1 };

function senderOf(access: ReturnType<typeof emptyAccess>) {
  const [sender] = access.senders;
  if (sender === undefined) throw new Error("There is no sender");
  return sender;
}

Deno.test("formatSenderRow() shows a sender in one line [cli.access]", () => {
  const sender = senderOf(withSender(emptyAccess(), 1, { id: "ci", label: "Build server" }));
  assertEquals(formatSenderRow(sender, NOW + MINUTE_MS), [
    "ci",
    "Build server",
    "speak",
    "own",
    "1 min",
    "never",
    "never",
  ]);
  const used = { ...sender, rights: [], last_used_at: NOW, expires_at: NOW + 2 * HOUR_MS };
  assertEquals(formatSenderRow(used, NOW + MINUTE_MS).slice(2), [
    "none",
    "own",
    "1 min",
    "1 min",
    "in 1 h",
  ]);
  assertEquals(formatSenderRow(used, NOW + 2 * HOUR_MS).at(-1), "expired");
  assertEquals(formatSenderRow(sender, NOW).length, SENDER_HEADER.length);
});

Deno.test("formatPairingRow() shows what a device says of itself, and no code [cli.access]", () => {
  const asked = withPairing(emptyAccess(), 1);
  const approved = accepted(approve(asked, { code: codeOf(1), id: "phone" })).access;
  const rows = [asked, approved]
    .flatMap(({ pairings }) => pairings.map((pairing) => formatPairingRow(pairing, NOW + 1000)));
  assertEquals(rows, [
    ["My Phone", "10.0.0.1", "1 s", "waits for its code"],
    ["My Phone", "10.0.0.1", "1 s", "approved as phone"],
  ]);
  assertEquals(rows[0]?.length, PAIRING_HEADER.length);
});

Deno.test("openPairings() leaves out what has ended, was claimed or has expired [cli.access]", () => {
  const asked = withPairing(withPairing(emptyAccess(), 1), 2);
  const { access } = accepted(approve(asked, { code: codeOf(1) }));
  assertEquals(openPairings(access, NOW).length, 2);
  assertEquals(openPairings(accepted(claim(access, 1)).access, NOW).length, 1);
  assertEquals(openPairings(access, NOW + 10 * MINUTE_MS), []);
});

Deno.test("formatAuditRow() shows a row of the audit in one line [audit.rows]", () => {
  assertEquals(formatAuditRow({ ...ROW, times: 12 }), [
    "2026-11-21T00:00:00.000Z",
    "add",
    "terminal",
    "ci",
    "-",
    "12",
  ]);
  assertEquals(formatAuditRow(ROW).length, AUDIT_HEADER.length);
  assertEquals(toAuditJson(ROW), { ...ROW, at: "2026-11-21T00:00:00.000Z" });
});

Deno.test("rows about access let nothing through that moves a terminal's cursor [cli.access]", () => {
  const sender = senderOf(withSender(emptyAccess(), 1, { id: "ci" }));
  const [pairing] = withPairing(emptyAccess(), 1).pairings;
  assert(pairing);
  fc.assert(fc.property(hostileText, hostileText, hostileText, (label, address, detail) => {
    const cells = [
      ...formatSenderRow({ ...sender, label }, NOW),
      ...formatPairingRow({ ...pairing, label, address }, NOW),
      ...formatAuditRow({
        at: NOW,
        action: label,
        actor: address,
        subject: label,
        detail,
        times: 1,
      }),
    ];
    assertEquals(MOVING_REGEXP.exec(cells.join("|")), null);
  }));
});

Deno.test("toAccessJson() tells programs who gets in, and none of the secrets [cli.access]", () => {
  const access = withPairing(withSender(emptyAccess(), 1, { id: "ci", expiresAt: NOW }), 2);
  const signIn = { id: "ci", tokenSha256: hashOf(1), nowMs: NOW, ttlMs: HOUR_MS };
  const signedIn = accepted(addSignIn(access, { ...signIn, signInSha256: "5".repeat(64) })).access;
  const json = toAccessJson(signedIn, NOW);
  assertEquals(json, {
    policy: "pairing",
    senders: [{
      id: "ci",
      label: "ci",
      rights: ["speak"],
      chats: "own",
      has_token: true,
      sign_ins: 1,
      created_at: "2026-11-21T00:00:00.000Z",
      last_used_at: null,
      expires_at: "2026-11-21T00:00:00.000Z",
    }],
    pairings: [{
      label: "My Phone",
      address: "10.0.0.2",
      requested_at: "2026-11-21T00:00:00.000Z",
      expires_at: "2026-11-21T00:10:00.000Z",
      approved_as: null,
    }],
  });
  const text = JSON.stringify(json);
  assertFalse(/[0-9a-f]{64}/.test(text) || text.includes(codeOf(2)), text);
});

Deno.test("formatPolicy() says what each policy means, formatRights() that there are none [cli.access]", () => {
  assertEquals(
    formatPolicy("disabled"),
    "The policy is disabled: no sender gets in",
  );
  assertEquals(formatRights([]), "none");
  assertEquals(formatRights(["speak", "approve"]), "speak, approve");
});
