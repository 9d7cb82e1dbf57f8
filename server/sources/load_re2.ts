import type { CompileRegExp } from "../../lib/sources/filter/evaluate_filter.ts";

/**
 * The largest program of an expression. The time of a test grows with the program and the text: at
 * this size, 10,000 code points take at most 0.1 s.
 */
const MAX_PROGRAM_SIZE = 1000;

/**
 * Loads RE2, whose regular expressions take linear time; one of the runtime can take years on a
 * stranger's text. Only filters that need RE2 load it, which saves the memory of other sessions.
 */
export async function loadLinearRegExp(): Promise<CompileRegExp> {
  const { RE2JS } = await import("re2js");
  return (pattern) => {
    try {
      const regexp = RE2JS.compile(pattern);
      return regexp.programSize() <= MAX_PROGRAM_SIZE
        ? { ok: true, regexp }
        : { ok: false, message: "the expression repeats too much: expected smaller counts" };
    } catch (error) {
      const message = error instanceof Error ? error.message : "";
      const reason = message.replace(/^error parsing regexp: /, "");
      return { ok: false, message: `${reason}: expected the syntax of RE2` };
    }
  };
}
