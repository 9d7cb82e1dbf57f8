import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EventIdFactory } from "../../lib/event_id.ts";
import { show } from "./_texts.ts";

const EVENT_ID_REGEXP = /^evt_[0-9a-hjkmnp-tv-z]{22}$/;

const randomBytes = fc.uint8Array({ minLength: 8, maxLength: 16 });

/** Times around now in any order, as a clock that jumps may tell them. */
const times = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 4_102_444_800_000 }), fc.integer({ min: 1, max: 5 })),
  { minLength: 1, maxLength: 60 },
);

function assertIncreases(ids: readonly string[]): void {
  for (const [index, id] of ids.entries()) {
    assertMatch(id, EVENT_ID_REGEXP);
    const before = ids[index - 1];
    if (before !== undefined) assert(before < id, show([before, id]));
  }
}

Deno.test("EventIdFactory writes the time, the sequence and the process", () => {
  const ids = new EventIdFactory(Uint8Array.of(0, 1, 2, 3, 30, 31, 32, 255, 9));
  assertEquals(ids.next(1), "evt_000000000100000123yz0z");
  assertEquals(ids.next(1), "evt_000000000100010123yz0z");
  assertEquals(ids.next(32), "evt_000000001000000123yz0z");
  // A clock that jumps back does not move the time of the ids, neither back nor forward.
  assertEquals(ids.next(3), "evt_000000001000010123yz0z");
});

Deno.test("EventIdFactory makes ids that sort as text, also when the clock jumps back", () => {
  fc.assert(fc.property(randomBytes, times, (bytes, times) => {
    const factory = new EventIdFactory(bytes);
    assertIncreases(times.map((nowMs) => factory.next(nowMs)));
  }));
});

Deno.test("EventIdFactory makes ids that begin with the time as long as the clock goes forward", () => {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  fc.assert(fc.property(randomBytes, times, (bytes, times) => {
    const factory = new EventIdFactory(bytes);
    for (const nowMs of times.toSorted((a, b) => a - b)) {
      const digits = [...factory.next(nowMs).slice(4, 14)].map((digit) => alphabet.indexOf(digit));
      assertEquals(digits.reduce((value, digit) => value * 32 + digit, 0), nowMs);
    }
  }));
});

Deno.test("EventIdFactory goes on when the sequence of a millisecond is used up", () => {
  const factory = new EventIdFactory(new Uint8Array(8));
  let before = factory.next(1_700_000_000_000);
  let isSorted = true;
  for (let count = 0; count < 32 ** 4; count++) {
    const id = factory.next(1_700_000_000_000);
    isSorted &&= before < id;
    before = id;
  }
  assert(isSorted);
  assertIncreases([before, factory.next(1_700_000_000_000), factory.next(1_700_000_000_001)]);
});

Deno.test("EventIdFactory makes other ids in another process", () => {
  fc.assert(
    fc.property(randomBytes, fc.nat(7), fc.integer({ min: 1, max: 31 }), (bytes, at, add) => {
      const others = Uint8Array.from(bytes, (byte, index) => index === at ? byte + add : byte);
      assert(new EventIdFactory(bytes).next(1) !== new EventIdFactory(others).next(1));
    }),
  );
});

Deno.test("EventIdFactory keeps its bytes when the caller overwrites them", () => {
  const bytes = new Uint8Array(8);
  const factory = new EventIdFactory(bytes);
  bytes.fill(31);
  assertEquals(factory.next(1).slice(-8), "00000000");
});

Deno.test("EventIdFactory throws on fewer than 8 bytes", () => {
  for (const length of [0, 1, 7]) {
    assertThrows(
      () => new EventIdFactory(new Uint8Array(length)),
      RangeError,
      `expected 8 random bytes, received ${length}`,
      String(length),
    );
  }
});

Deno.test("EventIdFactory makes ids of the same shape when the clock starts at zero", () => {
  const factory = new EventIdFactory(new Uint8Array(8));
  assertIncreases([0, 0, 1].map((nowMs) => factory.next(nowMs)));
});

Deno.test("EventIdFactory makes one id once, also of fractions of a millisecond", () => {
  const factory = new EventIdFactory(new Uint8Array(8));
  assertIncreases([1.2, 1.7, 1.9, 1.9].map((nowMs) => factory.next(nowMs)));
});
