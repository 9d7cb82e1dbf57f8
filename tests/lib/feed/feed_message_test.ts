import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  formatAnswer,
  isFeedNonce,
  NEWS,
  tryParseAnswer,
  tryParseChallenge,
} from "../../../lib/feed/feed_message.ts";
import { anyString, show } from "../_texts.ts";

const HEX = "0123456789abcdef".repeat(4);
const OTHER = "f".repeat(64);

const NO_HEX = [
  "",
  HEX.slice(1),
  `${HEX}0`,
  HEX.toUpperCase(),
  `${HEX}\n`,
  ` ${HEX.slice(1)}`,
  `${HEX.slice(1)}g`,
  `0x${HEX.slice(2)}`,
  `${HEX.slice(1)}٠`,
];

const NO_OBJECTS = [
  undefined,
  null,
  "",
  NEWS,
  "{",
  "null",
  "1",
  "[]",
  '"text"',
  "{}",
  Symbol("text"),
  new Uint8Array(4),
  Object.create(null),
];

const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toHex());

Deno.test("isFeedNonce() takes 32 bytes in lower-case hexadecimal and nothing else [feed.proof]", () => {
  for (const text of [HEX, OTHER, "0".repeat(64)]) assert(isFeedNonce(text), text);
  for (const text of [...NO_HEX, null, undefined]) assertFalse(isFeedNonce(text), show(text));
  fc.assert(fc.property(hex, (text) => assert(isFeedNonce(text))));
  fc.assert(fc.property(anyString(70), (text) => assertFalse(isFeedNonce(text))));
});

Deno.test("tryParseChallenge() reads a nonce and a proof back [feed.proof]", () => {
  fc.assert(fc.property(hex, hex, (nonce, proof) => {
    assertEquals(tryParseChallenge(JSON.stringify({ nonce, proof })), { nonce, proof });
  }));
  const more = { nonce: HEX, proof: OTHER, session: 1, secret: "s" };
  assertEquals(tryParseChallenge(JSON.stringify(more)), { nonce: HEX, proof: OTHER });
});

Deno.test("tryParseChallenge() takes nothing that lacks either or has it in another form [feed.proof]", () => {
  const cases: unknown[] = [
    { nonce: HEX },
    { proof: HEX },
    { nonce: HEX, proof: null },
    { nonce: [HEX], proof: HEX },
    [{ nonce: HEX, proof: HEX }],
    ...NO_HEX.map((nonce) => ({ nonce, proof: HEX })),
    ...NO_HEX.map((proof) => ({ nonce: HEX, proof })),
  ];
  for (const message of cases) {
    assertEquals(tryParseChallenge(JSON.stringify(message)), undefined, show(message));
  }
  for (const text of NO_OBJECTS) assertEquals(tryParseChallenge(text), undefined);
});

Deno.test("tryParseAnswer() reads a proof and a session's number back [feed.proof]", () => {
  fc.assert(fc.property(hex, fc.maxSafeNat(), (proof, session) => {
    for (const knowsVerdict of [false, true]) {
      const answer = { proof, session, knowsVerdict };
      assertEquals(tryParseAnswer(formatAnswer(answer)), answer);
    }
  }));
  const earlier = tryParseAnswer(JSON.stringify({ proof: HEX, session: 1 }));
  assertEquals(earlier?.knowsVerdict, false, "an earlier version says nothing of it");
  for (const knows of [null, 1, "verdict", {}, [["verdict"]]]) {
    const answer = tryParseAnswer(JSON.stringify({ proof: HEX, session: 1, knows }));
    assertEquals(answer?.knowsVerdict, false, show(knows));
  }
  assertEquals(tryParseAnswer(JSON.stringify({ proof: HEX, session: 0 }))?.session, 0);
});

Deno.test("tryParseAnswer() takes no other proof and no other number [feed.proof]", () => {
  const numbers = [undefined, null, "1", -1, 1.5, 2 ** 53, [1], true];
  const cases: unknown[] = [
    ...numbers.map((session) => ({ proof: HEX, session })),
    ...NO_HEX.map((proof) => ({ proof, session: 1 })),
    { session: 1 },
    [{ proof: HEX, session: 1 }],
  ];
  for (const message of cases) {
    assertEquals(tryParseAnswer(JSON.stringify(message)), undefined, show(message));
  }
  assertEquals(tryParseAnswer(`{"proof":"${HEX}","session":1e999}`), undefined);
  for (const text of NO_OBJECTS) assertEquals(tryParseAnswer(text), undefined);
});

Deno.test("tryParseChallenge() and tryParseAnswer() read any text without throwing", () => {
  const text = fc.oneof(anyString(60), fc.json(), fc.anything());
  fc.assert(fc.property(text, (text) => {
    assertEquals(tryParseChallenge(text), undefined);
    assertEquals(tryParseAnswer(text), undefined);
  }));
});
