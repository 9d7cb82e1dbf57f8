import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { type Access, isAccessLabel, MAX_SENDERS } from "../../../lib/access/access_file.ts";
import { findByTokenHash } from "../../../lib/access/changes.ts";
import { isSenderId } from "../../../lib/access/allowlist.ts";
import {
  claimPairing,
  MAX_WRONG_CODES,
  PAIRING_TTL_MS,
  type PairingApproval,
  pendingPairings,
  requestPairing,
} from "../../../lib/access/pairing.ts";
import {
  accepted,
  approve,
  claim,
  codeOf,
  emptyAccess,
  guess,
  hashOf,
  MINUTE_MS,
  NOW,
  refused,
  REQUEST,
  withPairing,
  withSender,
} from "../_access.ts";
import { hostileText, show } from "../_texts.ts";

Deno.test("requestPairing() keeps a request for ten minutes [access.pairing]", () => {
  const { access, pairing } = accepted(requestPairing(emptyAccess(), REQUEST));
  assertEquals(pairing, {
    id_sha256: hashOf(9),
    code: codeOf(9),
    label: "My Phone",
    address: "10.0.0.9",
    requested_at: NOW,
    expires_at: NOW + 10 * MINUTE_MS,
    ended_at: null,
    grant: null,
  });
  assertEquals(access, { ...emptyAccess(), pairings: [pairing] });
  assertEquals(pendingPairings(access, NOW + PAIRING_TTL_MS - 1), [pairing]);
  assertEquals(pendingPairings(access, NOW + PAIRING_TTL_MS), []);
});

Deno.test("requestPairing() makes a label of whatever the browser says [access.pairing]", () => {
  const cases: [string, string][] = [
    ["  My\r\n Phone ", "My Phone"],
    ["\u202eenohP", "enohP"],
    ['<b>"x"', "‹b›'x'"],
    ["", "device"],
    ["\u200b\n", "device"],
    ["x".repeat(99), `${"x".repeat(57)}… (+42)`],
  ];
  for (const [label, expected] of cases) {
    const { pairing } = accepted(requestPairing(emptyAccess(), { ...REQUEST, label }));
    assertEquals(pairing.label, expected, show(label));
  }
  fc.assert(fc.property(hostileText, (label) => {
    const { pairing } = accepted(requestPairing(emptyAccess(), { ...REQUEST, label }));
    assert(isAccessLabel(pairing.label), show(pairing.label));
  }));
});

Deno.test("requestPairing() is refused unless the policy is pairing [access.pairing]", () => {
  for (const policy of ["allowlist", "disabled"] as const) {
    assertEquals(requestPairing({ ...emptyAccess(), policy }, REQUEST), {
      ok: false,
      code: "policy",
      message: `Pairing is off: expected the policy "pairing", it is "${policy}"`,
    });
  }
});

Deno.test("approvePairing() grants what the owner says and creates no sender yet [access.pairing]", () => {
  const asked = withPairing(withPairing(emptyAccess(), 1), 2);
  const { access, pairing, grant } = accepted(
    approve(asked, { code: codeOf(2), rights: ["approve", "speak"], chats: "all" }),
  );
  assertEquals(grant, {
    id: "my-phone-k3f9",
    label: "My Phone",
    rights: ["speak", "approve"],
    chats: "all",
  });
  assertEquals(pairing.grant, grant);
  assertEquals(access.pairings, [...asked.pairings.slice(0, 1), pairing]);
  assertEquals(access.senders, []);
  assertEquals(pendingPairings(access, NOW), asked.pairings.slice(0, 1));
});

Deno.test("approvePairing() takes the code as people type it [access.pairing]", () => {
  const asked = withPairing(emptyAccess(), 1, { code: "K7MWQ2" });
  for (const code of ["K7MWQ2", "k7mwq2", " K7M WQ2 ", "k7m-wq2", "K-7-M-W-Q-2\n"]) {
    assert(approve(asked, { code }).ok, show(code));
  }
});

Deno.test("approvePairing() makes an id of the label and of random characters, which no device can choose [access.pairing]", () => {
  const cases: [string, string][] = [
    ["My Phone", "my-phone"],
    ["Firefox auf Jürgens PC!", "firefox-auf-jurgens-pc"],
    ["-- a__b --", "a-b"],
    ["日本語", "device"],
    ["📱", "device"],
    ["x".repeat(64), "x".repeat(56)],
    [`${"x".repeat(55)} y`, "x".repeat(55)],
  ];
  for (const [label, slug] of cases) {
    const change = accepted(approve(withPairing(emptyAccess(), 1), { code: codeOf(1), label }));
    const id = `${slug}-k3f9`;
    assertEquals(change.grant, { id, label, rights: ["speak"], chats: "own" }, label);
  }
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(fc.property(hostileText, bytes, (label, randomBytes) => {
    const asked = withPairing(emptyAccess(), 1, { label });
    const { id } = accepted(approve(asked, { code: codeOf(1), randomBytes })).grant;
    assert(isSenderId(id), show(label));
    assertMatch(id, /-[2-9a-hjkmnp-tv-z]{4}$/);
  }));
});

Deno.test("approvePairing() takes an id that the owner chose as it is [access.pairing]", () => {
  const asked = withPairing(emptyAccess(), 1);
  assertEquals(accepted(approve(asked, { code: codeOf(1), id: "phone" })).grant.id, "phone");
});

Deno.test("approvePairing() refuses an id or a label without ending anything [access.pairing]", () => {
  const asked = guess(withPairing(withSender(emptyAccess(), 7, { id: "owner" }), 1), 2);
  const granted = accepted(approve(withPairing(asked, 2), { code: codeOf(2), id: "tv" })).access;
  const cases: [Partial<PairingApproval>, string][] = [
    [{ id: "owner" }, 'The id "owner" is taken: expected one that no other sender has'],
    [{ id: "tv" }, 'The id "tv" is taken: expected one that no other sender has'],
    [
      { id: "-" },
      'Invalid id "-": expected 1 to 64 letters, digits or "._@-", a letter or digit first',
    ],
    [{ label: "" }, "Invalid label: expected 1 to 64 characters without control characters"],
  ];
  for (const [part, message] of cases) {
    assertEquals(approve(granted, { code: codeOf(1), ...part }), { ok: false, message });
  }
  const change = accepted(approve(granted, { code: codeOf(1), id: "x", label: "X" }));
  assertEquals([change.grant.id, change.grant.label], ["x", "X"]);
});

Deno.test("approvePairing() lets in 200 senders and no more [access.pairing]", () => {
  const [sender] = withSender(emptyAccess(), 7, { id: "x" }).senders;
  assert(sender);
  const senders = Array.from({ length: MAX_SENDERS - 1 }, (_, i) => ({ ...sender, id: `x${i}` }));
  const asked = withPairing(withPairing({ ...emptyAccess(), senders }, 1), 2);
  const { access } = accepted(approve(asked, { code: codeOf(1) }));
  assertEquals(
    refused(approve(access, { code: codeOf(2), id: "tv" })).message,
    "Too many senders: expected at most 200, remove one that is not used",
  );
  assertEquals(accepted(claim(access, 1)).access.senders.length, MAX_SENDERS);
});

Deno.test("claimPairing() waits until the pairing is granted [access.pairing]", () => {
  const access = withPairing(withPairing(emptyAccess(), 1), 2);
  const granted = accepted(approve(access, { code: codeOf(2) })).access;
  for (const some of [access, granted]) {
    const pending = accepted(claim(some, 1));
    assertEquals(pending.kind, "pending");
    assertStrictEquals(pending.access, some);
  }
});

Deno.test("claimPairing() makes a grant a sender with the token, once [access.pairing]", () => {
  const asked = withPairing(emptyAccess(), 1);
  const { access: granted } = accepted(approve(asked, { code: codeOf(1) }));
  const claimed = accepted(claim(granted, 1, NOW + 8));
  assert(claimed.kind === "granted");
  assertEquals(claimed.sender, {
    id: "my-phone-k3f9",
    label: "My Phone",
    token_sha256: hashOf(101),
    rights: ["speak"],
    chats: "own",
    created_at: NOW + 8,
    last_used_at: null,
    expires_at: null,
    sign_ins: [],
  });
  assertEquals(findByTokenHash(claimed.access, hashOf(101), NOW), claimed.sender);
  assertEquals(claimed.access.pairings.map(({ ended_at }) => ended_at), [NOW + 8]);
  assertEquals(claim(claimed.access, 1), {
    ok: false,
    message: "The pairing has been claimed before: expected an open one, pair again",
  });
});

Deno.test("claimPairing() refuses what is unknown, over or not unique any more [access.pairing]", () => {
  const asked = withPairing(emptyAccess(), 1);
  const granted = accepted(approve(asked, { code: codeOf(1) })).access;
  const again = "expected an open one, pair again";
  const cases: [Access, number, number, string][] = [
    [granted, 2, NOW, "Unknown pairing: expected one of the last hour, pair again"],
    [asked, 1, NOW + PAIRING_TTL_MS, `The pairing has expired: ${again}`],
    [granted, 1, NOW + PAIRING_TTL_MS, `The pairing has expired: ${again}`],
    [guess(asked, MAX_WRONG_CODES), 1, NOW, `The pairing has ended: ${again}`],
    [
      // The clock was set back after the id was given to another sender.
      withSender(granted, 7, { id: "my-phone-k3f9", nowMs: NOW + PAIRING_TTL_MS }),
      1,
      NOW,
      'The id "my-phone-k3f9" is taken: expected one that no other sender has',
    ],
  ];
  for (const [access, number, nowMs, message] of cases) {
    assertEquals(claim(access, number, nowMs), { ok: false, message });
  }
  // The code is shown to people and proves nothing.
  const options = { idSha256: codeOf(1), tokenSha256: hashOf(7), nowMs: NOW };
  assertEquals(claimPairing(granted, options).ok, false);
});
