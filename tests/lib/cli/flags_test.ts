import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  choice,
  duration,
  flag,
  list,
  number,
  paths,
  texts,
  toggle,
} from "../../../lib/cli/flags.ts";
import { show } from "../_texts.ts";

const MINUTE_MS = 60_000;

Deno.test("number() reads whole numbers within its bounds and nothing else [cli.usage]", () => {
  const text = fc.oneof(
    fc.integer({ min: -10, max: 200 }).map(String),
    fc.string({ unit: fc.constantFrom(..."0123456789+-. e_"), maxLength: 12 }),
  );
  fc.assert(fc.property(text, fc.nat(100), fc.nat(100), (text, min, length) => {
    const max = min + length;
    const { parse, expected } = number("n", { help: "", min, max });
    const isNumber = text !== "" && [...text].every((digit) => "0123456789".includes(digit));
    const isInside = isNumber && text.length <= 9 && Number(text) >= min && Number(text) <= max;
    assertEquals(parse(text), isInside ? Number(text) : undefined, show(text));
    assertEquals(expected, `a whole number from ${min} to ${max}`);
  }));
});

Deno.test("number() and duration() count in their units, the default as well", () => {
  const size = number("size", { help: "", min: 0, max: 9, unit: 1024, usual: 2 });
  assertEquals([size.usual, size.parse("3")], [2048, 3072]);
  const expiry = duration("expiry", { help: "", max: "1h", usual: "30m" });
  assertEquals([expiry.usual, expiry.parse("90s")], [30 * MINUTE_MS, 90_000]);
  assertEquals([expiry.parse("1h"), expiry.parse("3600001ms")], [60 * MINUTE_MS, undefined]);
  assertEquals(expiry.expected, 'a duration such as "10m" or "2h", at most 1h');
});

Deno.test("list() reads items between commas, and finds the first wrong one [cli.usage]", () => {
  const upper = (text: string) => /^[a-z]+$/.test(text) ? text.toUpperCase() : undefined;
  const { parse, findWrong, expected } = list("l", { help: "", parse: upper, expected: "words" });
  assertEquals(expected, "words, separated by commas");
  assertEquals(parse("a,b"), ["A", "B"]);
  const cases = [["", ""], ["a,", ""], [",a", ""], ["a,,b", ""], ["a, b", " b"], ["a,1,2", "1"]];
  for (const [text = "", wrong] of cases) {
    assertEquals([parse(text), findWrong?.(text)], [undefined, wrong], text);
  }
});

Deno.test("paths() takes no empty path and none in which a variable was left as it is [state.folder]", () => {
  const { parse } = paths("a folder");
  for (const text of ["", "${HOME}", "/a/${X:-b}", "${"]) {
    assertEquals(parse(text), undefined, text);
  }
  for (const text of ["/a b", ".", "/cost$/{state}"]) assertEquals(parse(text), text);
});

Deno.test("flags say their default in the help text", () => {
  const any = texts(() => true, "any text");
  const cases: [string, string][] = [
    [number("n", { help: "a number", min: 0, max: 9, usual: 0 }).help, "a number (default 0)"],
    [number("n", { help: "a number", min: 0, max: 9 }).help, "a number"],
    [duration("d", { help: "a time", usual: "30m" }).help, "a time (default 30m)"],
    [choice("c", { help: "a choice", choices: ["a"], usual: "a" }).help, "a choice (default a)"],
    [flag("f", { help: "a text", otherwise: "none", ...any }).help, "a text (default none)"],
    [toggle("t", "a switch").help, "a switch"],
  ];
  for (const [help, expected] of cases) assertEquals(help, expected);
  assertEquals(toggle("a", "").given, true);
});
