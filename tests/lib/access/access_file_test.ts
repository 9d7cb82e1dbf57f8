import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  type Access,
  ACCESS_POLICIES,
  CHAT_SCOPES,
  createAccess,
  formatAccess,
  hasApprover,
  isAccessLabel,
  MAX_SENDERS,
  MAX_SIGN_INS,
  RIGHTS,
  tryParseAccess,
} from "../../../lib/access/access_file.ts";
import { PAIRING_CODE_ALPHABET } from "../../../lib/access/pairing_code.ts";
import {
  accepted,
  approve,
  claim,
  codeOf,
  emptyAccess,
  hashOf,
  MINUTE_MS,
  NOW,
  refused,
  withPairing,
  withSender,
} from "../_access.ts";
import { hostileText, show } from "../_texts.ts";
import { setPolicy } from "../../../lib/access/changes.ts";

/** A value of JSON as tests change it. */
// deno-lint-ignore no-explicit-any -- the faults that are put in are of all shapes
type Json = any;

const FULL: Access = {
  version: 1,
  policy: "allowlist",
  wrong_codes: 4,
  senders: [
    {
      id: "my-phone",
      label: "Mein Telefon 📱",
      token_sha256: hashOf(1),
      rights: ["speak", "approve"],
      chats: "all",
      created_at: NOW,
      last_used_at: NOW + 1,
      expires_at: NOW + 2,
      sign_ins: [{ id_sha256: hashOf(2), created_at: NOW, expires_at: NOW + 9 }],
    },
    {
      id: "ci@example.com",
      label: "CI",
      token_sha256: null,
      rights: [],
      chats: "own",
      created_at: 0,
      last_used_at: null,
      expires_at: null,
      sign_ins: [],
    },
  ],
  pairings: [
    {
      id_sha256: hashOf(3),
      code: "K7MWQ2",
      label: "Firefox",
      address: "192.168.0.7",
      requested_at: NOW,
      expires_at: NOW + 600_000,
      ended_at: null,
      grant: { id: "firefox", label: "Firefox", rights: ["speak"], chats: "own" },
    },
    {
      id_sha256: hashOf(4),
      code: "222222",
      label: "x",
      address: "::1",
      requested_at: NOW,
      expires_at: NOW + 600_000,
      ended_at: NOW + 5,
      grant: null,
    },
  ],
};

function messageOf(change: (access: Json) => void): string {
  const access = structuredClone(FULL);
  change(access);
  return refused(tryParseAccess(JSON.stringify(access))).message;
}

Deno.test("createAccess() lets no sender in and any device pair [access.file]", () => {
  assertEquals(createAccess(), {
    version: 1,
    policy: "pairing",
    wrong_codes: 0,
    senders: [],
    pairings: [],
  });
});

Deno.test("formatAccess() is JSON for people, with a newline at its end [access.file]", () => {
  const text = formatAccess(createAccess());
  assert(text.startsWith('{\n  "version": 1,\n  "policy": "pairing",\n'), text);
  assert(text.endsWith('  "pairings": []\n}\n'), text);
});

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const time = fc.maxSafeNat();
const maybeTime = fc.option(time);
const sender = {
  id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/),
  label: fc.oneof(fc.constant("é 📱"), hostileText).filter(isAccessLabel),
  rights: fc.subarray([...RIGHTS]),
  chats: fc.constantFrom(...CHAT_SCOPES),
};
const signIn = fc.record({ id_sha256: hash, created_at: time, expires_at: time });
const anyAccess: fc.Arbitrary<Access> = fc.record({
  version: fc.constant(1 as const),
  policy: fc.constantFrom(...ACCESS_POLICIES),
  wrong_codes: fc.nat(4),
  senders: fc.uniqueArray(
    fc.record({
      id: sender.id,
      label: sender.label,
      token_sha256: fc.option(hash),
      rights: sender.rights,
      chats: sender.chats,
      created_at: time,
      last_used_at: maybeTime,
      expires_at: maybeTime,
      sign_ins: fc.array(signIn, { maxLength: 3 }),
    }),
    { maxLength: 4, selector: ({ id }) => id },
  ),
  pairings: fc.array(
    fc.record({
      id_sha256: hash,
      code: fc.string({
        unit: fc.constantFrom(...PAIRING_CODE_ALPHABET),
        minLength: 6,
        maxLength: 6,
      }),
      label: sender.label,
      address: fc.oneof(fc.ipV4(), fc.ipV6()),
      requested_at: time,
      expires_at: time,
      ended_at: maybeTime,
      grant: fc.option(fc.record(sender)),
    }),
    { maxLength: 3 },
  ),
});

Deno.test("tryParseAccess() reads what formatAccess() writes [access.file]", () => {
  assertEquals(accepted(tryParseAccess(formatAccess(FULL))).access, FULL);
  fc.assert(fc.property(anyAccess, (access) => {
    const text = formatAccess(access);
    const read = accepted(tryParseAccess(text)).access;
    // Written again, because fast-check makes some objects without a prototype.
    assertEquals(read, JSON.parse(text));
    assertEquals(formatAccess(read), text);
  }));
});

Deno.test("tryParseAccess() keeps the cookie key that earlier versions demand [access.file]", () => {
  const access = { ...FULL, cookie_key: hashOf(7) };
  assertEquals(accepted(tryParseAccess(formatAccess(access))).access, access);
});

Deno.test("tryParseAccess() never throws and never repeats what it reads [access.file]", () => {
  fc.assert(fc.property(fc.oneof(hostileText, fc.json()), (text) => {
    assertFalse(tryParseAccess(text).ok);
  }));
  const secret = "dct_secret";
  const changes: ((access: Json) => void)[] = [
    (access) => access.senders[0].id = `two words ${secret}`,
    (access) => access.senders[0].token_sha256 = secret,
    (access) => access.policy = secret,
    (access) => access.senders[0].rights = [secret],
    (access) => access.pairings[0].code = secret,
    (access) => access.senders = secret,
    (access) => access[secret] = 1,
  ];
  for (const change of changes) assertFalse(messageOf(change).includes(secret), String(change));
  for (const text of [secret, `{"version": 1, "policy": ${secret}`, `"${secret}"`]) {
    assertFalse(refused(tryParseAccess(text)).message.includes(secret), text);
  }
});

Deno.test("tryParseAccess() names the place of a fault and what was expected [access.file]", () => {
  const hex = "expected 64 lower-case hexadecimal digits";
  const id = 'expected 1 to 64 letters, digits or "._@-", a letter or digit first';
  const label = "expected 1 to 64 characters without control characters";
  const ms = "expected a time in milliseconds since the epoch";
  const code = "expected 6 characters of the alphabet of pairing codes";
  const cases: [string, (access: Json) => void][] = [
    ['policy: expected "pairing", "allowlist" or "disabled"', (a) => a.policy = "open"],
    ['policy: expected "pairing", "allowlist" or "disabled"', (a) => delete a.policy],
    ["version: expected 1", (a) => delete a.version],
    ["version: expected 1", (a) => a.version = 0],
    ["version: expected 1", (a) => a.version = "2"],
    ["wrong_codes: expected a whole number", (a) => a.wrong_codes = 1.5],
    ["wrong_codes: expected a number of 0 or more", (a) => a.wrong_codes = -1],
    [`senders: expected an array of at most ${MAX_SENDERS}`, (a) => a.senders = {}],
    ["senders[1]: expected an object", (a) => a.senders[1] = []],
    [`senders[0].id: ${id}`, (a) => a.senders[0].id = "two words"],
    [`senders[0].id: ${id}`, (a) => a.senders[0].id = 1],
    ["senders[1].id: expected an id that no other sender has", (a) => a.senders[1].id = "my-phone"],
    [`senders[0].label: ${label}`, (a) => a.senders[0].label = ""],
    [`senders[0].label: ${label}`, (a) => a.senders[0].label = "📱".repeat(65)],
    [`senders[0].label: ${label}`, (a) => a.senders[0].label = "a\nb"],
    [`senders[0].token_sha256: ${hex}`, (a) => a.senders[0].token_sha256 = "abc"],
    [`senders[0].token_sha256: ${hex}`, (a) => delete a.senders[0].token_sha256],
    ['senders[0].rights[1]: expected "speak" or "approve"', (a) => a.senders[0].rights[1] = "all"],
    ["senders[0].rights: expected an array of at most 2", (a) => a.senders[0].rights.push("speak")],
    ['senders[0].chats: expected "own" or "all"', (a) => a.senders[0].chats = "some"],
    [`senders[0].created_at: ${ms}`, (a) => a.senders[0].created_at = -1],
    [`senders[0].created_at: ${ms}`, (a) => a.senders[0].created_at = null],
    [`senders[0].last_used_at: ${ms}`, (a) => a.senders[0].last_used_at = 0.5],
    [`senders[0].expires_at: ${ms}`, (a) => a.senders[0].expires_at = 2 ** 53],
    [
      `senders[0].sign_ins: expected an array of at most ${MAX_SIGN_INS}`,
      (a) => a.senders[0].sign_ins = Array(MAX_SIGN_INS + 1).fill(a.senders[0].sign_ins[0]),
    ],
    [`senders[0].sign_ins[0].id_sha256: ${hex}`, (a) => a.senders[0].sign_ins[0].id_sha256 = ""],
    [`pairings[1].code: ${code}`, (a) => a.pairings[1].code = "O0O0O0"],
    [`pairings[1].code: ${code}`, (a) => a.pairings[1].code = "k7mwq2"],
    ["pairings[1].address: expected an address", (a) => a.pairings[1].address = ""],
    [`pairings[0].grant.id: ${id}`, (a) => a.pairings[0].grant.id = "-"],
    ["pairings[0].grant: expected an object", (a) => delete a.pairings[0].grant],
    ["pairings[0].grant: expected no keys but id, label, rights, chats", (a) => {
      a.pairings[0].grant.more = 1;
    }],
  ];
  for (const [place, change] of cases) {
    assertEquals(messageOf(change), `Invalid value at ${place}`, String(change));
  }
  assertEquals(
    messageOf((access) => access.groups = []),
    "Invalid value: expected no keys but version, policy, cookie_key, wrong_codes, senders, pairings",
  );
});

Deno.test("tryParseAccess() takes as many senders as there can be and no more [access.file]", () => {
  const senders = Array.from(
    { length: MAX_SENDERS },
    (_, index) => ({ ...FULL.senders[1], id: `sender-${index}` }),
  );
  assert(tryParseAccess(JSON.stringify({ ...FULL, senders })).ok);
  assertEquals(
    messageOf((access) => access.senders = [...senders, FULL.senders[0]]),
    `Invalid value at senders: expected an array of at most ${MAX_SENDERS}`,
  );
});

Deno.test("tryParseAccess() refuses what is no object [access.file]", () => {
  for (const text of ["", " ", "{", "{}}", "not json", "\ufeff{}", "{'a': 1}"]) {
    assertEquals(
      refused(tryParseAccess(text)).message,
      "The text is no JSON: expected a JSON object",
      show(text),
    );
  }
  for (const text of ["null", "[]", "1", '"text"', "true"]) {
    assertEquals(refused(tryParseAccess(text)).message, "Invalid value: expected an object", text);
  }
});

Deno.test("tryParseAccess() says of a newer form that an update reads it [access.file]", () => {
  for (const text of ['{"version": 2}', '{"version": 99, "policy": "x", "groups": []}']) {
    assertEquals(
      refused(tryParseAccess(text)).message,
      "Written by a newer deno-channel: expected version 1, update deno-channel",
      text,
    );
  }
});

Deno.test("isAccessLabel() counts code points and takes no control characters [access.file]", () => {
  for (const label of ["a", "My Phone", "é", "📱".repeat(64), "👩‍👩‍👧", "می‌خواهم", "<b>"]) {
    assert(isAccessLabel(label), show(label));
  }
  const refusedLabels = [
    "",
    "a".repeat(65),
    "📱".repeat(65),
    "a\nb",
    "a\n",
    "\0",
    "a\x1b[2J",
    "a\x85",
    "a\u2028b",
    "a\u202eb",
    "a\u2066b",
    "\ud800",
  ];
  for (const label of refusedLabels) assertFalse(isAccessLabel(label), show(label));
});

Deno.test("hasApprover() looks for a sender that may approve and is let in [access.rights]", () => {
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
