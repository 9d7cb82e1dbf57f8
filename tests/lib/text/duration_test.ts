import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { formatAge, tryParseDurationMs } from "../../../lib/text/duration.ts";
import { hostileText, show } from "../_texts.ts";

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const MAX_DURATION_MS = 315_360_000_000;

const unit = fc.constantFrom("ms", "s", "m", "h", "d");

Deno.test("tryParseDurationMs() reads a whole number and its unit", () => {
  const cases: [string, number][] = [
    ["1ms", 1],
    ["500ms", 500],
    ["90s", 90_000],
    ["10m", 600_000],
    ["2h", 7_200_000],
    ["30d", 2_592_000_000],
    ["007s", 7000],
    ["3650d", MAX_DURATION_MS],
    ["87600h", MAX_DURATION_MS],
    ["315360000000ms", MAX_DURATION_MS],
  ];
  for (const [text, durationMs] of cases) assertEquals(tryParseDurationMs(text), durationMs, text);
});

Deno.test("tryParseDurationMs() returns undefined for everything else", () => {
  const cases = [
    "",
    "s",
    "10",
    "0s",
    "0ms",
    "000d",
    "-1s",
    "+1s",
    "1.5h",
    "1,5h",
    "1e3ms",
    "0x10s",
    "1_000s",
    "1 s",
    " 1s",
    "1s ",
    "1s\n",
    "\u200b1s",
    "1S",
    "1MS",
    "1H",
    "1D",
    "1M",
    "1min",
    "1sec",
    "1w",
    "1y",
    "1us",
    "1h30m",
    "1mss",
    "١s",
    "１s",
    "1ｓ",
    "1ſ",
    "1constructor",
    "3651d",
    "87601h",
    "315360000001ms",
    "9".repeat(400) + "ms",
    "9".repeat(400) + "x",
    "Infinity",
    "NaNs",
  ];
  for (const text of cases) assertEquals(tryParseDurationMs(text), undefined, show(text));
});

Deno.test("tryParseDurationMs() multiplies up to 3650 days and no further", () => {
  fc.assert(fc.property(fc.bigInt({ min: 1n, max: 1n << 64n }), unit, (count, unit) => {
    const durationMs = Number(count) * UNITS_MS[unit];
    assertEquals(
      tryParseDurationMs(`${count}${unit}`),
      durationMs <= MAX_DURATION_MS ? durationMs : undefined,
    );
  }));
  fc.assert(fc.property(fc.integer({ min: 1, max: 3650 }), unit, (count, unit) => {
    assertEquals(tryParseDurationMs(`${count}${unit}`), count * UNITS_MS[unit]);
  }));
});

Deno.test("tryParseDurationMs() gives a whole number within the limits or nothing for any text", () => {
  const near = fc.string({ unit: fc.constantFrom(..."019msdh -+.e\n"), maxLength: 6 });
  fc.assert(
    fc.property(fc.oneof(near, hostileText), (text) => {
      const durationMs = tryParseDurationMs(text);
      if (durationMs === undefined) return;
      assertMatch(text, /^[0-9]*[1-9][0-9]*(?:ms|[smhd])$/);
      assert(Number.isInteger(durationMs) && durationMs > 0 && durationMs <= MAX_DURATION_MS);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("formatAge() counts whole seconds, minutes, hours and days", () => {
  const cases: [number, string][] = [
    [-Infinity, "0 s"],
    [-86_400_000, "0 s"],
    [-1, "0 s"],
    [-0, "0 s"],
    [0, "0 s"],
    [NaN, "0 s"],
    [999, "0 s"],
    [999.9, "0 s"],
    [1000, "1 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [119_999, "1 min"],
    [120_000, "2 min"],
    [3_599_999, "59 min"],
    [3_600_000, "1 h"],
    [86_399_999, "23 h"],
    [86_400_000, "1 d"],
    [172_799_999, "1 d"],
    [172_800_000, "2 d"],
    [MAX_DURATION_MS, "3650 d"],
  ];
  for (const [ms, age] of cases) assertEquals(formatAge(ms), age, String(ms));
});

Deno.test("formatAge() rounds any age down to the unit that it names", () => {
  const unitsMs = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 200 }), (base, times) => {
    const ms = base * times;
    const age = formatAge(ms);
    assertMatch(age, /^(?:\d|[1-5]\d) (?:s|min)$|^(?:\d|1\d|2[0-3]) h$|^\d+ d$/);
    const [count, unit] = age.split(" ");
    const unitMs = unitsMs[unit as keyof typeof unitsMs];
    assertEquals(Math.floor(ms / unitMs), Number(count), age);
  }));
});
