import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  formatChunk,
  formatSessionLine,
  isFeedNonce,
  NEWS,
  tryParseChallenge,
  tryParseSessionLine,
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

const NO_OBJECTS = ["", NEWS, "{", "null", "1", "[]", '"text"', "{}"];

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

Deno.test("tryParseSessionLine() reads a session's number back, and nothing else [feed.proof]", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (session) => {
    assertEquals(tryParseSessionLine(formatSessionLine(session)), session);
  }));
  const cases = [
    ...["", "session", "session ", "session -1", "session 1.5", "session 1e3", "session ٠"],
    ...["session 1 ", " session 1", "session 1\n", "Session 1", "session 9007199254740992", NEWS],
  ];
  for (const line of cases) assertEquals(tryParseSessionLine(line), undefined, show(line));
});

Deno.test("formatChunk() gives a chunk of one line", () => {
  assertEquals(formatChunk(NEWS), "5\r\nlook\n\r\n");
  assertEquals(formatChunk(formatSessionLine(1764550800000)), "16\r\nsession 1764550800000\n\r\n");
});

Deno.test("tryParseChallenge() and tryParseSessionLine() read any text without throwing", () => {
  fc.assert(fc.property(fc.oneof(anyString(60), fc.json()), (text) => {
    assertEquals(tryParseChallenge(text), undefined);
    assertEquals(tryParseSessionLine(text), undefined);
  }));
});
