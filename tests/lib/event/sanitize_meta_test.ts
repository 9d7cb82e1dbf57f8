import {
  assert,
  assertEquals,
  assertFalse,
  AssertionError,
  assertLessOrEqual,
  assertMatch,
  assertNotMatch,
  assertStrictEquals,
} from "@std/assert";
import fc from "fast-check";
import {
  MAX_META_ENTRIES,
  MAX_META_KEY_LENGTH,
  MAX_META_VALUE_CODE_POINTS,
  sanitizeMeta,
} from "../../../lib/event/sanitize_meta.ts";
import { anyCase, anyString, hostileText, show } from "../_texts.ts";

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("run_id", "run-id", "run.id", "RUN_ID", "a", "0", "7") },
  { weight: 2, arbitrary: anyCase("source") },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "__proto__",
      "--proto--",
      "__PROTO__",
      "constructor",
      "toString",
      "toJSON",
      "ſource",
      "source\u200b",
      "source ",
      "_",
      "--",
      "",
      "é",
      "ключ",
      'x="1" y',
      "a\nb",
      "k".repeat(MAX_META_KEY_LENGTH),
      "k".repeat(MAX_META_KEY_LENGTH + 1),
      "\ud800",
    ),
  },
  { weight: 2, arbitrary: anyString(70) },
  { weight: 4, arbitrary: fc.stringMatching(/^[A-Za-z0-9_]{1,12}$/) },
);

const anything = fc.anything({
  key,
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});

const plainValue = fc.stringMatching(/^[a-z0-9=&'. ]{0,20}$/);

const value = fc.oneof(
  { weight: 4, arbitrary: plainValue },
  { weight: 3, arbitrary: hostileText },
  { weight: 1, arbitrary: hostileText.map((text) => text.repeat(60)) },
  { weight: 2, arbitrary: fc.oneof(fc.double(), fc.boolean(), fc.bigInt()) },
  { weight: 2, arbitrary: anything },
);

/** Records of own entries, `__proto__` among them; some have more entries than are allowed. */
function recordOf(
  valueOf: fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> {
  const entry = fc.tuple(key, valueOf);
  return fc.oneof(
    { weight: 4, arbitrary: fc.array(entry, { maxLength: 10 }) },
    { weight: 1, arbitrary: fc.array(entry, { minLength: 30, maxLength: 60 }) },
  ).map((entries) => Object.fromEntries(entries));
}

const record = fc.oneof(recordOf(value), recordOf(plainValue));

/** Objects on which one or all ways of reading fail. */
function brokenRecords(): [string, object][] {
  const fail = () => {
    throw new Error("Refused");
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const cycle: Record<string, unknown> = {};
  cycle.cycle = cycle;
  return [
    ["throwing getter", {
      a: "1",
      get b(): string {
        return fail();
      },
    }],
    ["throwing ownKeys", new Proxy({ a: "1" }, { ownKeys: fail })],
    ["throwing get", new Proxy({ a: "1" }, { get: fail })],
    ["throwing descriptor", new Proxy({ a: "1" }, { getOwnPropertyDescriptor: fail })],
    ["throwing prototype", new Proxy({ a: "1" }, { getPrototypeOf: fail })],
    ["throwing has", new Proxy({ a: "1" }, { has: fail })],
    ["false ownKeys", new Proxy({}, { ownKeys: () => ["a", "a"] })],
    ["throwing toJSON", { a: { toJSON: fail } }],
    ["throwing toString", { a: { toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail } }],
    ["cycle", cycle],
    ["bigint inside", { a: [1n] }],
    ["revoked value", { a: revoked.proxy }],
    ["revoked record", revoked.proxy],
  ];
}

function assertIsMeta(meta: Record<string, string>): void {
  const entries = Object.entries(meta);
  assertLessOrEqual(entries.length, MAX_META_ENTRIES);
  assertStrictEquals(Object.getPrototypeOf(meta), Object.prototype);
  for (const [key, value] of entries) {
    assertMatch(key, /^[A-Za-z0-9_]+$/);
    assertLessOrEqual(key.length, MAX_META_KEY_LENGTH);
    assertFalse(key.toLowerCase() === "source" || key === "__proto__", key);
    assertStrictEquals(typeof value, "string");
    assertNotMatch(value, /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}"<>]/u);
    assertNotMatch(value, /\s\s|^\s|\s$/);
    assert(value.isWellFormed());
    assertLessOrEqual([...value].length, MAX_META_VALUE_CODE_POINTS);
  }
}

Deno.test("sanitizeMeta() returns only attributes that the client keeps [meta.identifier-keys]", () => {
  fc.assert(
    fc.property(fc.oneof(record, anything), (input) => assertIsMeta(sanitizeMeta(input).meta)),
    { numRuns: 500 },
  );
});

Deno.test("sanitizeMeta() maps a key that is no identifier or drops it [meta.identifier-keys]", () => {
  const cases: [string, string | undefined][] = [
    ["run_id", "run_id"],
    ["RunId2", "RunId2"],
    ["2", "2"],
    ["_a", "_a"],
    ["run-id", "run_id"],
    ["run.id", "run_id"],
    ["a b", "a_b"],
    ["a\n", "a_"],
    ['x="1" y', "x__1__y"],
    ["naïve", "na_ve"],
    ["k".repeat(64), "k".repeat(64)],
    ["k".repeat(65), undefined],
    ["", undefined],
    ["_", undefined],
    ["--", undefined],
    ["ключ", undefined],
    ["__proto__", undefined],
    ["--proto--", undefined],
    ["__PROTO__", undefined],
  ];
  for (const [key, expected] of cases) {
    const { meta, changes } = sanitizeMeta({ [key]: "x" });
    assertEquals(Object.keys(meta), expected === undefined ? [] : [expected], show(key));
    assertEquals(changes.length, expected === key ? 0 : 1, show(key));
  }
});

Deno.test("sanitizeMeta() never passes source on, in any case [meta.source-never-sent]", () => {
  fc.assert(fc.property(anyCase("source"), plainValue, value, (source, plain, other) => {
    const expected = [{ key: source, action: "dropped" as const, detail: "reserved" }];
    assertEquals(sanitizeMeta({ [source]: plain }), { meta: {}, changes: expected });
    assertEquals(sanitizeMeta({ [source]: other }).meta, {});
    assertEquals(sanitizeMeta({ a: "1", [source]: plain }), {
      meta: { a: "1" },
      changes: expected,
    });
  }));
});

Deno.test("sanitizeMeta() makes a text of each value or drops it [meta.string-values]", () => {
  const cases: [unknown, string | undefined][] = [
    ["", ""],
    ["main", "main"],
    [12, "12"],
    [-0.5, "-0.5"],
    [NaN, "NaN"],
    [true, "true"],
    [false, "false"],
    [10n, "10"],
    [[1, 2], "[1,2]"],
    [{}, "{}"],
    [{ a: "b" }, "{'a':'b'}"],
    [null, undefined],
    [undefined, undefined],
    [Symbol("s"), undefined],
    [() => "text", undefined],
    [[1n], undefined],
    [{ toJSON: () => undefined }, undefined],
    [" a \n b ", "a b"],
    ['x" admin="yes', "x' admin='yes"],
    ["</channel>", "‹/channel›"],
  ];
  for (const [value, expected] of cases) {
    const { meta } = sanitizeMeta({ key: value });
    assertEquals(meta, expected === undefined ? {} : { key: expected }, String(expected));
  }
});

Deno.test("sanitizeMeta() cuts a long value and marks it", () => {
  const full = "x".repeat(MAX_META_VALUE_CODE_POINTS);
  assertEquals(sanitizeMeta({ full }), { meta: { full }, changes: [] });
  const { meta, changes } = sanitizeMeta({ long: `${full}x` });
  assertMatch(meta.long ?? "", /^x+… \(\+\d+\)$/);
  assertEquals(changes, [{ key: "long", action: "cleaned", detail: "value" }]);
});

Deno.test("sanitizeMeta() keeps the first entries when there are too many and reports the others", () => {
  const keys = Array.from({ length: MAX_META_ENTRIES + 2 }, (_, index) => `key_${index}`);
  const { meta, changes } = sanitizeMeta(Object.fromEntries(keys.map((key) => [key, "x"])));
  assertEquals(Object.keys(meta), keys.slice(0, MAX_META_ENTRIES));
  assertEquals(changes.map(({ key }) => key), keys.slice(MAX_META_ENTRIES));
});

Deno.test("sanitizeMeta() prefers a key that stands as it is to one that is mapped to it", () => {
  for (const input of [{ "run-id": "b", run_id: "a" }, { run_id: "a", "run-id": "b" }]) {
    const { meta, changes } = sanitizeMeta(input);
    assertEquals(meta, { run_id: "a" });
    assertEquals(changes.map(({ key, action }) => [key, action]), [["run-id", "dropped"]]);
  }
  assertEquals(sanitizeMeta({ "a-b": "1", "a.b": "2" }).meta, { a_b: "1" });
});

Deno.test("sanitizeMeta() reports each difference, in the order of the record", () => {
  fc.assert(
    fc.property(record, (input) => {
      const { meta, changes } = sanitizeMeta(input);
      const keys = Object.keys(input);
      const positions = changes.map(({ key }) => keys.indexOf(key));
      assertEquals(positions, positions.toSorted((a, b) => a - b));
      const dropped = new Set(changes.filter((c) => c.action === "dropped").map((c) => c.key));
      assertEquals(Object.keys(meta).length, keys.length - dropped.size);
      for (const [key, value] of Object.entries(input)) {
        const own = changes.filter((change) => change.key === key);
        if (dropped.has(key)) {
          assertEquals(own.length, 1);
          continue;
        }
        const mapped = own.find(({ action }) => action === "renamed")?.detail ?? key;
        assert(Object.hasOwn(meta, mapped));
        const text = typeof value === "object" ? JSON.stringify(value) : String(value);
        assertEquals(meta[mapped] !== text, own.some(({ action }) => action === "cleaned"));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("sanitizeMeta() changes nothing more when it is done twice", () => {
  fc.assert(
    fc.property(fc.oneof(record, anything), (input) => {
      const { meta } = sanitizeMeta(input);
      assertEquals(sanitizeMeta(meta), { meta, changes: [] });
    }),
    { numRuns: 500 },
  );
});

Deno.test("sanitizeMeta() treats entries alike whether or not another one has to be changed", () => {
  // A record in which nothing changes takes a shorter way than one with an entry to drop.
  const marker = { key: "?", action: "dropped" as const, detail: "no letter or digit" };
  fc.assert(
    fc.property(record.filter((input) => !Object.hasOwn(input, "?")), (input) => {
      const { meta, changes } = sanitizeMeta(input);
      assertEquals(sanitizeMeta({ ...input, "?": "x" }), { meta, changes: [...changes, marker] });
    }),
    { numRuns: 500 },
  );
});

Deno.test("sanitizeMeta() leaves its argument as it was and returns another object", () => {
  const input = Object.freeze({ a: "1", "b-c": Object.freeze({ d: " 2 " }) });
  assert(sanitizeMeta(input).meta !== input as unknown);
  const clean = Object.freeze({ a: "1" });
  const { meta } = sanitizeMeta(clean);
  meta.a = "2";
  assertEquals(clean, { a: "1" });
});

Deno.test("sanitizeMeta() takes whatever is no object for an empty record", () => {
  for (const input of [undefined, null, "abc", "", 1, true, 1n, Symbol("s"), () => "text"]) {
    assertEquals(sanitizeMeta(input), { meta: {}, changes: [] }, String(input));
  }
});

Deno.test("sanitizeMeta() reads own enumerable entries only", () => {
  const parent = { inherited: "1" };
  const child = Object.create(parent, {
    own: { value: "2", enumerable: true },
    hidden: { value: "3", enumerable: false },
  });
  assertEquals(sanitizeMeta(child), { meta: { own: "2" }, changes: [] });
});

Deno.test("sanitizeMeta() does not change a prototype", () => {
  const input = JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": "c", "a": "1"}');
  const { meta } = sanitizeMeta(input);
  assertEquals(meta, { constructor: "c", a: "1" } as unknown as Record<string, string>);
  assertFalse("polluted" in meta);
  assertFalse("polluted" in {});
});

Deno.test("sanitizeMeta() does not throw on a record that cannot be read", () => {
  for (const [what, input] of brokenRecords()) {
    try {
      assertIsMeta(sanitizeMeta(input).meta);
    } catch (cause) {
      throw new AssertionError(what, { cause });
    }
  }
});

Deno.test("sanitizeMeta() loses no entry in silence when another one cannot be read", () => {
  const input = {
    a: "1",
    get b(): string {
      throw new Error("Refused");
    },
  };
  const { meta, changes } = sanitizeMeta(input);
  for (const key of ["a", "b"]) {
    assert(key in meta || changes.some((change) => change.key === key), key);
  }
});
