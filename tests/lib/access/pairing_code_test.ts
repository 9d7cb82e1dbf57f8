import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  createPairingCode,
  isPairingCode,
  normalizePairingCode,
  PAIRING_CODE_ALPHABET,
} from "../../../lib/access/pairing_code.ts";
import { hostileText, show } from "../_texts.ts";

Deno.test("createPairingCode() has no characters that look alike [access.pairing]", () => {
  assertEquals(PAIRING_CODE_ALPHABET.length, 30);
  for (const character of "01ILOU") {
    assertFalse(PAIRING_CODE_ALPHABET.includes(character), character);
  }
  for (const character of PAIRING_CODE_ALPHABET) {
    assert(isPairingCode(character.repeat(6)), character);
  }
});

Deno.test("createPairingCode() makes each character as likely as any other [access.pairing]", () => {
  const counts = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    if (byte >= 240) {
      assertEquals(createPairingCode(Uint8Array.of(byte, 0, 1, 2, 3, 4, 5)), "234567");
      continue;
    }
    const [first = ""] = createPairingCode(Uint8Array.of(byte, 0, 0, 0, 0, 0));
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  assertEquals([...counts.keys()].join(""), PAIRING_CODE_ALPHABET);
  assertEquals([...counts.values()], Array(30).fill(8));
});

Deno.test("createPairingCode() has enough in 32 bytes unless most are of no use [access.pairing]", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
    const usable = bytes.filter((byte) => byte < 240);
    fc.pre(usable.length >= 6);
    assert(isPairingCode(createPairingCode(bytes)));
    assertEquals(createPairingCode(bytes), createPairingCode(usable));
  }));
  // A generator with a seed, and so the same bytes each time.
  let state = 1;
  const next = () => (state = state * 48271 % 0x7fffffff) >> 8 & 0xff;
  for (let i = 0; i < 10_000; i++) {
    assert(isPairingCode(createPairingCode(Uint8Array.from({ length: 32 }, next))));
  }
});

Deno.test("createPairingCode() throws when the bytes run out [access.pairing]", () => {
  for (const [bytes, count] of [[[], 0], [[1, 2, 3, 4, 5], 5], [Array(32).fill(240), 0]] as const) {
    assertThrows(
      () => createPairingCode(Uint8Array.from(bytes)),
      RangeError,
      `expected 6 random bytes below 240, received ${count}`,
    );
  }
});

Deno.test("normalizePairingCode() undoes what people do to a code [access.pairing]", () => {
  const texts = ["K7MWQ2", "k7mwq2", " k7m wq2\n", "K7M-WQ2", "-k-7-m-w-q-2-", "\tK7M\u00a0WQ2"];
  for (const text of texts) assertEquals(normalizePairingCode(text), "K7MWQ2", show(text));
  fc.assert(fc.property(hostileText, (text) => {
    assertEquals(normalizePairingCode(normalizePairingCode(text)), normalizePairingCode(text));
  }));
});

Deno.test("isPairingCode() takes six characters of the alphabet and nothing else [access.pairing]", () => {
  assert(isPairingCode("K7MWQ2"));
  const refused = ["", "K7MWQ", "K7MWQ22", "k7mwq2", "K7MWQ0", "K7MWQI", "K7MWQU", "K7M-WQ2"];
  for (const text of [...refused, "K7MWQ2\n", " K7MWQ2", "К7MWQ2"]) {
    assertFalse(isPairingCode(text), show(text));
  }
});
