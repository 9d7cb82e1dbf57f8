import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { closeJson } from "../../../../lib/sources/body/close_json.ts";
import { hostileText } from "../../_texts.ts";

Deno.test("closeJson() drops what is cut in the middle and closes what is open [source.raw]", () => {
  const cases: [string, string | undefined][] = [
    ['{"a":1,"b":[1,2', '{"a":1,"b":[1]}'],
    ['{"a":1,"b":[1,2,', '{"a":1,"b":[1,2]}'],
    ['{"a":{"b":"c\\"}', '{"a":{}}'],
    ['{"a":"b","c', '{"a":"b"}'],
    ['{"a":"b","c"', '{"a":"b"}'],
    ['{"a":"b","c":', '{"a":"b"}'],
    ['{"a":tru', "{}"],
    ['["a","b"', '["a","b"]'],
    [" [ [ ] , {", " [ [ ] , {}]"],
    ["{", "{}"],
    ['{"a":1}', undefined],
    ['{"a":1]', undefined],
    ["build failed", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of cases) assertEquals(closeJson(text), expected, text);
});

Deno.test("closeJson() makes JSON of any beginning of JSON that is cut [source.raw]", () => {
  const body = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
  fc.assert(fc.property(body, fc.nat(), fc.boolean(), (value, at, isIndented) => {
    const json = JSON.stringify(value, null, isIndented ? 2 : 0);
    const text = json.slice(0, 1 + at % json.length);
    const closed = closeJson(text);
    if (text === json) return assertEquals(closed, undefined);
    assert(closed !== undefined, text);
    JSON.parse(closed);
  }));
});

Deno.test("closeJson() takes any text, also of a quarter of a million brackets [source.raw]", () => {
  fc.assert(fc.property(hostileText, (text) => void closeJson(`{"a":${text}`)));
  const deep = "[".repeat(256 * 1024);
  assertEquals(closeJson(deep), deep + "]".repeat(256 * 1024));
});
