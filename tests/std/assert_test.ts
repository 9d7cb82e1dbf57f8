import {
  assert,
  assertEquals,
  assertFalse,
  assertGreaterOrEqual,
  AssertionError,
  assertLessOrEqual,
  assertMatch,
  assertNotMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "../../std/assert/mod.ts";

/** The message of the failed assertion; told without the functions that are under test. */
function failureOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  return undefined;
}

/** Throws plainly, so that a broken assertion cannot hide that it is broken. */
function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`Check failed: ${what}`);
}

function checkPasses(what: string, run: () => unknown): void {
  check(failureOf(run) === undefined, `${what} passes`);
}

function checkFails(what: string, run: () => unknown, part = ""): void {
  check(failureOf(run)?.includes(part) === true, `${what} fails with "${part}"`);
}

Deno.test("AssertionError is an error with a name and a cause", () => {
  const cause = new Error("Cause");
  const error = new AssertionError("Message", { cause });
  check(error instanceof Error, "is an Error");
  check(error.name === "AssertionError" && error.message === "Message", "has a name");
  check(error.cause === cause, "has a cause");
});

Deno.test("assert() and assertFalse() look at the truth of a value", () => {
  for (const value of [true, 1, "a", {}, []]) {
    checkPasses("assert", () => assert(value));
    checkFails("assertFalse", () => assertFalse(value, "Why"), "Why");
  }
  for (const value of [false, 0, "", null, undefined, NaN]) {
    checkFails("assert", () => assert(value, "Why"), "Why");
    checkPasses("assertFalse", () => assertFalse(value));
  }
});

Deno.test("assertEquals() compares deeply", () => {
  const equal: [unknown, unknown][] = [
    [1, 1],
    [NaN, NaN],
    [{ a: [1, { b: "c" }] }, { a: [1, { b: "c" }] }],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
    [new Map([["a", [1]]]), new Map([["a", [1]]])],
    [new Set([1, 2]), new Set([1, 2])],
    [new Date(5), new Date(5)],
    [Uint8Array.of(1), Uint8Array.of(1)],
  ];
  for (const [a, b] of equal) checkPasses(Deno.inspect(a), () => assertEquals(a, b));
  const different: [unknown, unknown][] = [
    [1, "1"],
    [1, 2],
    [null, undefined],
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, {}],
    [{ a: undefined }, {}],
    [[1, 2], [2, 1]],
    [[1], [1, 2]],
    [new Set([1]), new Set([2])],
    [new Date(5), new Date(6)],
    [Uint8Array.of(1), Uint8Array.of(2)],
  ];
  for (const [a, b] of different) {
    checkFails(Deno.inspect([a, b]), () => assertEquals(a, b), "not equal");
    checkFails(Deno.inspect([a, b]), () => assertEquals(a, b, "Why"), "Why");
  }
});

Deno.test("assertStrictEquals() compares by Object.is()", () => {
  const object = {};
  checkPasses("one object", () => assertStrictEquals(object, object));
  checkPasses("NaN", () => assertStrictEquals(NaN, NaN));
  checkFails("two objects", () => assertStrictEquals({}, {}, "Why"), "Why");
  checkFails("two zeros", () => assertStrictEquals(0, -0));
});

Deno.test("assertMatch(), assertNotMatch() and assertStringIncludes() look into a text", () => {
  checkPasses("match", () => assertMatch("abc", /b/));
  checkFails("match", () => assertMatch("abc", /x/, "Why"), "Why");
  checkPasses("no match", () => assertNotMatch("abc", /x/));
  checkFails("no match", () => assertNotMatch("abc", /b/, "Why"), "Why");
  checkPasses("includes", () => assertStringIncludes("abc", "bc"));
  checkFails("includes", () => assertStringIncludes("abc", "ac", "Why"), "Why");
});

Deno.test("assertLessOrEqual() and assertGreaterOrEqual() include the bound", () => {
  for (const [low, high] of [[1, 1], [1, 2], [-1, 0]] as const) {
    checkPasses("less", () => assertLessOrEqual(low, high));
    checkPasses("greater", () => assertGreaterOrEqual(high, low));
  }
  checkFails("less", () => assertLessOrEqual(2, 1, "Why"), "Why");
  checkFails("greater", () => assertGreaterOrEqual(1, 2, "Why"), "Why");
  checkFails("less with NaN", () => assertLessOrEqual(NaN, 1));
});

Deno.test("assertThrows() returns the error and looks at class and message", () => {
  const thrown = new RangeError("Out of range");
  const fail = () => {
    throw thrown;
  };
  check(assertThrows(fail) === thrown, "returns the error");
  check(assertThrows(fail, RangeError, "of range") === thrown, "returns the error");
  check(assertThrows(fail, Error) === thrown, "accepts a parent class");
  checkFails("another class", () => assertThrows(fail, TypeError), "TypeError");
  checkFails("another message", () => assertThrows(fail, RangeError, "Within"), "Within");
  checkFails("no throw", () => assertThrows(() => {}, Error, "", "Why"), "Why");
  checkFails("no error", () =>
    assertThrows(() => {
      throw "text";
    }));
});

Deno.test("assertRejects() returns the error and looks at class and message", async () => {
  const failure = new RangeError("Out of range");
  const fail = () => Promise.reject(failure);
  check(await assertRejects(fail) === failure, "returns the error");
  check(await assertRejects(fail, RangeError, "of range") === failure, "returns the error");
  const runs: (() => Promise<unknown>)[] = [
    () => assertRejects(fail, TypeError),
    () => assertRejects(fail, RangeError, "Within"),
    () => assertRejects(() => Promise.resolve()),
    () => assertRejects(() => Promise.reject("text")),
  ];
  for (const run of runs) {
    const error = await run().then(() => undefined, (error) => error);
    check(error instanceof AssertionError, String(run));
  }
});
