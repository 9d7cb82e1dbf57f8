import type { CompileRegExp } from "../../lib/sources/filter/evaluate_filter.ts";

/**
 * The largest program of an expression: the time of a test is the product of it and of the text. At
 * this size, 10,000 code points take a tenth of a second at worst.
 */
const MAX_PROGRAM_SIZE = 1000;

/**
 * Loads RE2, whose regular expressions take linear time: one of the runtime can take years on a text
 * that a stranger has written. It is loaded only when a filter needs it, for the sake of every other
 * session's memory.
 *
 * @returns A compiler for `compileFilter()`.
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
