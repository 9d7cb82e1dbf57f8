import { assert, assertEquals } from "@std/assert";
import { compileFilter, evaluateFilter } from "../../../lib/sources/filter/evaluate_filter.ts";
import { loadLinearRegExp } from "../../../server/sources/load_re2.ts";

const compile = await loadLinearRegExp();

Deno.test("loadLinearRegExp() compiles expressions that match anywhere [source.filter]", () => {
  const cases: [string, string, boolean][] = [
    ["^refs/heads/(main|release/.*)$", "refs/heads/release/1", true],
    ["^refs/heads/(main|release/.*)$", "refs/heads/feature/main", false],
    ["(?i)FAIL", "it failed", true],
    ["\\bfail\\b", "it failed", false],
    ["^\\p{L}{3}$", "äöü", true],
    [".", "", false],
    ["a.b", "a😀b", true],
  ];
  for (const [pattern, text, expected] of cases) {
    const compiled = compile(pattern);
    assert(compiled.ok, pattern);
    assertEquals(compiled.regexp.test(text), expected, `${pattern} ${text}`);
    assertEquals(compiled.regexp.test(text), expected, `${pattern} ${text} again`);
  }
});

Deno.test("loadLinearRegExp() says what is wrong with an expression [source.filter]", () => {
  const cases: [string, string][] = [
    ["[a", "missing closing ]: `[a`: expected the syntax of RE2"],
    ["(?=a)", "invalid or unsupported Perl syntax: `(?=`: expected the syntax of RE2"],
    ["(a)\\1", "invalid escape sequence: `\\1`: expected the syntax of RE2"],
    ["(a{100}){100}", "invalid repeat count: `{100}`: expected the syntax of RE2"],
    ["\\pL{999}x{999}", "the expression repeats too much: expected smaller counts"],
  ];
  for (const [pattern, message] of cases) {
    assertEquals(compile(pattern), { ok: false, message }, pattern);
  }
});

Deno.test("loadLinearRegExp() takes no time that a text can multiply [source.filter]", () => {
  const patterns = ["(a+)+$", "(a|a)*b", "^(.*a){10}c$", "(\\pL?){100}\\pL{100}c"];
  for (const value of patterns) {
    const filter = compileFilter({ path: "text", op: "matches", value }, compile);
    assert(filter.ok, value);
    // A backtracking engine takes longer than the universe has existed.
    const { isMatch } = evaluateFilter(filter.filter, { text: `${"a".repeat(9999)}!` });
    assertEquals(isMatch, false, value);
  }
});
