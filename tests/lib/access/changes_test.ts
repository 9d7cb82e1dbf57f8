import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Access,
  ACCESS_POLICIES,
  formatAccess,
  MAX_SENDERS,
  MAX_SIGN_INS,
  type Right,
  tryParseAccess,
} from "../../../lib/access/access_file.ts";
import {
  addSender,
  addSignIn,
  findBySignInHash,
  findByTokenHash,
  noteUse,
  pruneAccess,
  removeSender,
  removeSignIn,
  rotateToken,
  setPolicy,
  setRights,
} from "../../../lib/access/changes.ts";
import { approvePairing, claimPairing, requestPairing } from "../../../lib/access/pairing.ts";
import {
  accepted,
  approve,
  codeOf,
  emptyAccess,
  freeze,
  hashOf,
  HOUR_MS,
  ID_BYTES,
  MINUTE_MS,
  NOW,
  refused,
  withPairing,
  withSender,
} from "../_access.ts";
import { show } from "../_texts.ts";

const OWNER = { id: "owner", label: "Owner", rights: ["speak", "approve"], chats: "all" } as const;
const NEW_SENDER = { ...OWNER, expiresAt: null, tokenSha256: hashOf(1), nowMs: NOW };

function withSignIn(access: Access, number: number, nowMs = NOW, ttlMs = HOUR_MS): Access {
  const options = { id: "owner", tokenSha256: hashOf(1), nowMs, ttlMs };
  const signInSha256 = hashOf(number);
  return freeze(accepted(addSignIn(access, { ...options, signInSha256 })).access);
}

function signInsOf(access: Access): (string | undefined)[] {
  return access.senders.flatMap(({ sign_ins }) => sign_ins.map(({ id_sha256 }) => id_sha256));
}

Deno.test("addSender() adds a sender that was never there [access.rights]", () => {
  const { access, sender } = accepted(addSender(emptyAccess(), freeze(NEW_SENDER)));
  assertEquals(sender, {
    id: "owner",
    label: "Owner",
    token_sha256: hashOf(1),
    rights: ["speak", "approve"],
    chats: "all",
    created_at: NOW,
    last_used_at: null,
    expires_at: null,
    sign_ins: [],
  });
  assertEquals(access, { ...emptyAccess(), senders: [sender] });
});

Deno.test("addSender() refuses an id that is taken or none, and such a label [access.rights]", () => {
  const access = withSender(emptyAccess(), 1, OWNER);
  const id = 'expected 1 to 64 letters, digits or "._@-", a letter or digit first';
  const cases: [Partial<typeof NEW_SENDER> | { id: string } | { label: string }, string][] = [
    [{ id: "owner" }, 'The id "owner" is taken: expected one that no other sender has'],
    [{ id: "two words" }, `Invalid id "two words": ${id}`],
    [{ id: "" }, `Invalid id "": ${id}`],
    [
      { id: "x", label: "a\nb" },
      "Invalid label: expected 1 to 64 characters without control characters",
    ],
    [
      { id: "x", label: "" },
      "Invalid label: expected 1 to 64 characters without control characters",
    ],
  ];
  for (const [part, message] of cases) {
    assertEquals(addSender(access, { ...NEW_SENDER, ...part }), { ok: false, message }, show(part));
  }
  assert(addSender(access, { ...NEW_SENDER, id: "Owner" }).ok);
});

Deno.test("addSender() refuses an id that was granted, as long as it can be claimed [access.rights]", () => {
  const asked = withPairing(emptyAccess(), 1);
  const { access } = accepted(approve(asked, { code: codeOf(1), id: "owner" }));
  assertFalse(addSender(access, NEW_SENDER).ok);
  assert(addSender(access, { ...NEW_SENDER, nowMs: NOW + 10 * MINUTE_MS }).ok);
});

Deno.test("addSender() adds 200 senders and no more [access.rights]", () => {
  let access = emptyAccess();
  for (let i = 0; i < MAX_SENDERS; i++) {
    access = accepted(addSender(access, { ...NEW_SENDER, id: `sender-${i}` })).access;
  }
  assertEquals(MAX_SENDERS, 200);
  assertEquals(addSender(access, NEW_SENDER), {
    ok: false,
    message: "Too many senders: expected at most 200, remove one that is not used",
  });
  assert(addSender(accepted(removeSender(access, "sender-7")).access, NEW_SENDER).ok);
});

Deno.test("removeSender() ends the token, the sign-ins and a grant of the sender [access.rights]", () => {
  const others = withSender(withSender(emptyAccess(), 1, OWNER), 2, { id: "ci" });
  const { access } = freeze(accepted(removeSender(withSignIn(others, 3), "owner")));
  assertEquals(access.senders.map(({ id }) => id), ["ci"]);
  assertEquals(findByTokenHash(access, hashOf(1), NOW), undefined);
  assertEquals(findBySignInHash(access, hashOf(3), NOW), undefined);

  const asked = withPairing(access, 1);
  const granted = accepted(approve(asked, { code: codeOf(1), id: "tablet" })).access;
  const removed = freeze(accepted(removeSender(granted, "tablet")).access);
  const claim = { idSha256: hashOf(1), tokenSha256: hashOf(9), nowMs: NOW };
  const claimed = accepted(claimPairing(granted, claim)).access;
  assertFalse(claimPairing(removed, claim).ok);
  // One that was claimed still counts for the limit per address.
  assertEquals(accepted(removeSender(claimed, "tablet")).access.pairings, claimed.pairings);
});

Deno.test("removeSender() lists the senders when the id is unknown [access.rights]", () => {
  let access = emptyAccess();
  const messageOf = () => refused(removeSender(access, "phnoe")).message;
  assertEquals(messageOf(), 'Unknown sender "phnoe": there are no senders yet');
  for (let i = 0; i < 10; i++) access = withSender(access, i, { id: `s${i}` });
  const ten = "s0, s1, s2, s3, s4, s5, s6, s7, s8, s9";
  assertEquals(messageOf(), `Unknown sender "phnoe": expected one of ${ten}`);
  access = withSender(access, 10, { id: "s10" });
  assertEquals(messageOf(), `Unknown sender "phnoe": expected one of ${ten} and 1 more`);
  const unknown = { id: "phnoe", rights: [], tokenSha256: hashOf(1), nowMs: NOW, ttlMs: 1 };
  for (const change of [setRights, rotateToken, noteUse]) {
    assertEquals(refused(change(access, unknown)).message, messageOf(), change.name);
  }
  const signIn = addSignIn(access, { ...unknown, signInSha256: hashOf(2) });
  assertEquals(refused(signIn).message, messageOf());
});

Deno.test("setRights() gives exactly these rights to exactly this sender [access.rights]", () => {
  const access = withSender(withSender(emptyAccess(), 1, OWNER), 2, { id: "ci" });
  const cases: [Right[], Right[]][] = [
    [[], []],
    [["approve"], ["approve"]],
    [["approve", "speak", "approve"], ["speak", "approve"]],
  ];
  for (const [rights, expected] of cases) {
    const change = accepted(setRights(access, { id: "owner", rights: freeze(rights) }));
    assertEquals(change.sender.rights, expected);
    assertEquals(change.access.senders, [change.sender, ...access.senders.slice(1)]);
  }
});

Deno.test("setPolicy() decides whether a sender is found [access.rights]", () => {
  const access = withSignIn(withSender(emptyAccess(), 1, OWNER), 2);
  for (const policy of ACCESS_POLICIES) {
    const changed = freeze(setPolicy(access, policy).access);
    assertEquals(changed, { ...access, policy });
    const expected = policy === "disabled" ? undefined : "owner";
    assertEquals(findByTokenHash(changed, hashOf(1), NOW)?.id, expected, policy);
    assertEquals(findBySignInHash(changed, hashOf(2), NOW)?.id, expected, policy);
  }
});

Deno.test("findByTokenHash() finds the sender with exactly this token [access.token]", () => {
  const some = withSender(withSender(emptyAccess(), 1, OWNER), 2, { id: "ci" });
  const access = withSender(some, 0, { id: "web", tokenSha256: null });
  assertEquals(findByTokenHash(access, hashOf(1), NOW)?.id, "owner");
  assertEquals(findByTokenHash(access, hashOf(2), NOW)?.id, "ci");
  const strangers = ["", "null", hashOf(3), hashOf(1).slice(1), `${hashOf(1)}0`, ` ${hashOf(1)}`];
  for (const stranger of strangers) {
    assertEquals(findByTokenHash(access, stranger, NOW), undefined, show(stranger));
    assertEquals(findBySignInHash(access, stranger, NOW), undefined, show(stranger));
  }
});

Deno.test("findByTokenHash() finds no sender that has expired [access.token]", () => {
  const access = withSender(emptyAccess(), 1, { ...OWNER, expiresAt: NOW + 10 });
  const signedIn = withSignIn(access, 2);
  for (const [nowMs, id] of [[NOW + 9, "owner"], [NOW + 10, undefined]] as const) {
    assertEquals(findByTokenHash(signedIn, hashOf(1), nowMs)?.id, id);
    assertEquals(findBySignInHash(signedIn, hashOf(2), nowMs)?.id, id);
  }
});

Deno.test("rotateToken() ends the old token and all sign-ins [access.token]", () => {
  const access = withSignIn(withSender(emptyAccess(), 1, OWNER), 2);
  const change = freeze(accepted(rotateToken(access, { id: "owner", tokenSha256: hashOf(3) })));
  assertEquals(findByTokenHash(change.access, hashOf(1), NOW), undefined);
  assertEquals(findByTokenHash(change.access, hashOf(3), NOW), change.sender);
  assertEquals(findBySignInHash(change.access, hashOf(2), NOW), undefined);
  assertEquals(signInsOf(change.access), []);
});

Deno.test("noteUse() notes when the sender was there and nothing else [access.token]", () => {
  const { access, sender } = freeze(accepted(addSender(emptyAccess(), NEW_SENDER)));
  const change = accepted(noteUse(access, { id: "owner", nowMs: NOW + 5 }));
  assertEquals(change.sender, { ...sender, last_used_at: NOW + 5 });
  assertEquals(change.access, { ...access, senders: [change.sender] });
});

Deno.test("addSignIn() lets a browser in until the sign-in expires [access.cookie]", () => {
  const access = withSignIn(withSender(emptyAccess(), 1, OWNER), 2, NOW, 100);
  assertEquals(access.senders[0]?.sign_ins, [
    { id_sha256: hashOf(2), created_at: NOW, expires_at: NOW + 100 },
  ]);
  assertEquals(findBySignInHash(access, hashOf(2), NOW + 99)?.id, "owner");
  assertEquals(findBySignInHash(access, hashOf(2), NOW + 100), undefined);
  // The id of a sign-in is no token, and a token is no sign-in.
  assertEquals(findByTokenHash(access, hashOf(2), NOW), undefined);
  assertEquals(findBySignInHash(access, hashOf(1), NOW), undefined);
});

Deno.test("addSignIn() keeps eight browsers and lets the oldest leave [access.cookie]", () => {
  let access = withSignIn(withSender(emptyAccess(), 1, OWNER), 0, NOW, 5);
  for (let number = 1; number <= MAX_SIGN_INS; number++) {
    access = withSignIn(access, number, NOW + 5);
  }
  assertEquals(MAX_SIGN_INS, 8);
  assertEquals(signInsOf(access), [1, 2, 3, 4, 5, 6, 7, 8].map(hashOf));
  access = withSignIn(access, 9);
  assertEquals(signInsOf(access), [2, 3, 4, 5, 6, 7, 8, 9].map(hashOf));
});

Deno.test("addSignIn() refuses a token that was rotated meanwhile [access.cookie]", () => {
  const access = withSender(withSender(emptyAccess(), 1, OWNER), 2, { id: "ci" });
  const options = { id: "owner", signInSha256: hashOf(9), nowMs: NOW, ttlMs: HOUR_MS };
  const rotated = freeze(accepted(rotateToken(access, { id: "owner", tokenSha256: hashOf(3) })));
  const signIn = (token: number) =>
    addSignIn(rotated.access, { ...options, tokenSha256: hashOf(token) });
  for (const token of [1, 2]) {
    assertEquals(signIn(token), {
      ok: false,
      message: 'The token of "owner" was rotated meanwhile',
    });
  }
  assert(signIn(3).ok);
});

Deno.test("addSignIn() lets browsers that have expired leave first [access.cookie]", () => {
  let access = withSender(emptyAccess(), 1, OWNER);
  for (let number = 1; number < MAX_SIGN_INS; number++) access = withSignIn(access, number);
  access = withSignIn(withSignIn(access, 8, NOW, 5), 9, NOW + 5);
  assertEquals(signInsOf(access), [1, 2, 3, 4, 5, 6, 7, 9].map(hashOf));
});

Deno.test("removeSignIn() signs out of one browser and out of no other [access.cookie]", () => {
  const access = withSignIn(withSignIn(withSender(emptyAccess(), 1, OWNER), 2), 3);
  const change = freeze(accepted(removeSignIn(access, hashOf(2))));
  assertEquals(signInsOf(change.access), [hashOf(3)]);
  assertEquals(change.sender, change.access.senders[0]);
  for (const unknown of ["", hashOf(2), hashOf(4)]) {
    const message = "Unknown sign-in: expected one that has not ended";
    assertEquals(removeSignIn(change.access, unknown), { ok: false, message }, unknown);
  }
});

Deno.test("pruneAccess() drops what is over and keeps all senders [access.limits]", () => {
  const expired = withSender(emptyAccess(), 1, { ...OWNER, expiresAt: NOW });
  const access = withPairing(withSignIn(withSignIn(expired, 2), 3, NOW, 2 * HOUR_MS), 1);
  assertStrictEquals(pruneAccess(access, NOW + HOUR_MS - 1), access);
  const pruned = freeze(pruneAccess(access, NOW + HOUR_MS + 1));
  assertEquals(signInsOf(pruned), [hashOf(3)]);
  assertEquals(pruned.pairings, []);
  assertEquals(pruned.senders.length, 1);
  assertStrictEquals(pruneAccess(pruned, NOW + HOUR_MS + 1), pruned);
});

Deno.test("pruneAccess() keeps a pairing that can be claimed [access.limits]", () => {
  const asked = withPairing(emptyAccess(), 1);
  const slow = freeze({
    ...asked,
    pairings: asked.pairings.map((pairing) => ({ ...pairing, expires_at: NOW + 3 * HOUR_MS })),
  });
  assertStrictEquals(pruneAccess(slow, NOW + 2 * HOUR_MS), slow);
  assertEquals(pruneAccess(slow, NOW + 3 * HOUR_MS).pairings, []);
});

/** Some change with a small number, so that changes meet the same senders and pairings. */
type Step = (access: Access, nowMs: number) => { readonly access?: Access };

const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(9), fc.nat(5)).map(([kind, number]) => {
  const id = `s${number}`;
  const rights: Right[] = ["speak"];
  const code = codeOf(number);
  const approval = { code, rights, chats: "own", randomBytes: ID_BYTES } as const;
  const signIn = { tokenSha256: hashOf(number), ttlMs: HOUR_MS };
  const steps: Step[] = [
    (access, nowMs) => addSender(access, { ...NEW_SENDER, id, tokenSha256: hashOf(number), nowMs }),
    (access) => removeSender(access, id),
    (access) => setRights(access, { id, rights }),
    (access) => rotateToken(access, { id, tokenSha256: hashOf(number) }),
    (access, nowMs) => addSignIn(access, { ...signIn, id, signInSha256: hashOf(nowMs), nowMs }),
    (access, nowMs) => ({ access: pruneAccess(access, nowMs) }),
    (access, nowMs) => {
      const result = requestPairing(access, {
        idSha256: hashOf(number),
        code: codeOf(number),
        label: id,
        address: `10.0.0.${number}`,
        networkOf: (address) => address,
        nowMs,
      });
      return result.ok ? result : {};
    },
    (access, nowMs) => approvePairing(access, { ...approval, nowMs }),
    (access, nowMs) => approvePairing(access, { ...approval, id, nowMs }),
    (access, nowMs) => {
      const tokenSha256 = hashOf(nowMs);
      const result = claimPairing(access, { idSha256: hashOf(number), tokenSha256, nowMs });
      return result.ok ? result : {};
    },
  ];
  return steps[kind] ?? (() => ({}));
});

Deno.test("changes change nothing in place and leave what can be read again [access.file]", () => {
  const steps = fc.array(fc.tuple(step, fc.nat(5 * MINUTE_MS)), { maxLength: 40 });
  fc.assert(fc.property(steps, (steps) => {
    let access = emptyAccess();
    let nowMs = NOW;
    for (const [step, passedMs] of steps) {
      nowMs += passedMs;
      access = freeze(step(access, nowMs).access ?? access);
      assertEquals(accepted(tryParseAccess(formatAccess(access))).access, access);
    }
  }));
});
