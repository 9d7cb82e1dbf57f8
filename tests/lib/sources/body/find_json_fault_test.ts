import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { findJsonFault } from "../../../../lib/sources/body/find_json_fault.ts";
import { show } from "../../_texts.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

Deno.test("findJsonFault() says where and what was expected [source.config]", () => {
  const cases: [string, number, number, string][] = [
    ["", 1, 1, "a value"],
    ["{", 1, 2, 'a name in double quotes or "}"'],
    ['{"a": 1,}', 1, 9, "a name in double quotes"],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '"," or "}"'],
    ['{"a" 1}', 1, 6, '":"'],
    ['{"a": }', 1, 7, "a value"],
    ["{a: 1}", 1, 2, 'a name in double quotes or "}"'],
    ["{'a': 1}", 1, 2, 'a name in double quotes or "}"'],
    ["[1, 2,]", 1, 7, "a value"],
    ["[1 2]", 1, 4, '"," or "]"'],
    ["[", 1, 2, 'a value or "]"'],
    ["[}", 1, 2, 'a value or "]"'],
    ["[1}", 1, 3, '"," or "]"'],
    ["1 2", 1, 3, "the end of the text"],
    ["// note\n1", 1, 1, "a value"],
    ['"open', 1, 1, "a value"],
    ['"line\nbreak"', 1, 1, "a value"],
    ["01", 1, 1, "a value"],
    ["truex", 1, 1, "a value"],
  ];
  for (const [text, line, column, expected] of cases) {
    assertEquals(
      findJsonFault(text),
      { line, column, message: `expected ${expected}` },
      show(text),
    );
  }
});

Deno.test("findJsonFault() finds a name that stands twice in one object [source.config]", () => {
  const message = "expected each name once in an object";
  assertEquals(findJsonFault('{"a": 1,\n "a": 2}'), { line: 2, column: 2, message });
  assertEquals(findJsonFault('{"a": 1, "\\u0061": 2}'), { line: 1, column: 10, message });
  assertEquals(findJsonFault('{"a": {"a": [{"a": 1}, {"a": 1}]}}'), undefined);
});

Deno.test("findJsonFault() takes all that is JSON [source.config]", () => {
  for (
    const text of ["-0.5e+10", " [] ", '{"":[{}]}', '"\\u00e9\\n"', "\t[\r\n]", "[".repeat(9e4)]
  ) {
    assertEquals(findJsonFault(text) === undefined, isJson(text), show(text.slice(0, 50)));
  }
  fc.assert(fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
    assertEquals(findJsonFault(JSON.stringify(value, null, indent)), undefined);
  }));
});

Deno.test("findJsonFault() refuses what JSON.parse() refuses, and only that [source.config]", () => {
  const token = fc.constantFrom(
    ..."{}[]:, \n",
    '"a"',
    '"b"',
    '"',
    "1",
    "-",
    "0",
    ".5",
    "true",
    "e1",
  );
  const broken = fc.tuple(fc.jsonValue(), fc.nat(), token).map(([value, at, token]) => {
    const text = JSON.stringify(value);
    return text.slice(0, at % (text.length + 1)) + token + text.slice((at + 1) % (text.length + 1));
  });
  const tokens = fc.array(token, { maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(broken, tokens), (text) => {
      const fault = findJsonFault(text);
      const isTwice = fault?.message.includes("each name once") === true;
      if (!isTwice) assertEquals(fault === undefined, isJson(text), show(text));
      if (fault !== undefined) assert(fault.line >= 1 && fault.column >= 1);
    }),
    { numRuns: 1000 },
  );
});
