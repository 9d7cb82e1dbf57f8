/**
 * Paths into JSON as people write them: `jobs[0].steps`, `a.b.c`, `["odd key"].d`.
 *
 * An index and a name are the same kind of step, so `a.0` is `a[0]`. A leading `$` is allowed and
 * means nothing; the empty path is the value itself.
 *
 * @module
 */

/** The steps of a path: names, and indexes as digits. */
export type JsonPath = readonly string[];

type JsonPathResult =
  | { readonly ok: true; readonly path: JsonPath }
  | { readonly ok: false; readonly message: string };

type JsonPathValue =
  | { readonly isFound: true; readonly value: unknown }
  | {
    readonly isFound: false;
    /** The number of steps that exist. */
    readonly depth: number;
    /** The value after those steps. */
    readonly deepest: unknown;
  };

/** A string of JSON, written so that it is matched in linear time. */
const JSON_STRING_PATTERN = String
  .raw`"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"`;

const MAX_PATH_LENGTH = 500;

const MAX_PATH_STEPS = 32;

/** `.name`, `[0]` or `["name"]`; the dot may be missing at the start only. */
const STEP_REGEXP = new RegExp(
  String.raw`(\.?)([^\s.[\]"]+)|\[(\d{1,9})\]|\[(${JSON_STRING_PATTERN})\]`,
  "y",
);

const INDEX_REGEXP = /^(?:0|[1-9]\d{0,8})$/;

/** A name that needs no quotes. */
const BARE_NAME_REGEXP = /^[^\s.[\]"$]+$/;

/**
 * Reads a path.
 *
 * @param text A path such as `jobs[0].steps`, of at most 500 characters and 32 steps.
 * @returns The steps, or a message that says where the path is wrong and what was expected.
 */
export function tryParseJsonPath(text: string): JsonPathResult {
  if (text.length > MAX_PATH_LENGTH) {
    return { ok: false, message: `the path is longer than ${MAX_PATH_LENGTH} characters` };
  }
  const path: string[] = [];
  const start = /^\$(?=$|[.[])/.test(text) ? 1 : 0;
  for (let index = start; index < text.length; index = STEP_REGEXP.lastIndex) {
    STEP_REGEXP.lastIndex = index;
    const [step, dot, name, position, quoted] = STEP_REGEXP.exec(text) ?? [];
    if (step === undefined || (name !== undefined && dot === "" && index > 0)) {
      const expected = 'expected a name after a dot, "[0]" or "["name"]"';
      return { ok: false, message: `the path is wrong at character ${index + 1}: ${expected}` };
    }
    path.push(name ?? position ?? JSON.parse(quoted ?? '""'));
  }
  if (path.length > MAX_PATH_STEPS) {
    return { ok: false, message: `the path has more than ${MAX_PATH_STEPS} steps` };
  }
  return { ok: true, path };
}

/** Formats a path so that {@linkcode tryParseJsonPath} reads it; indexes in brackets. */
export function formatJsonPath(path: JsonPath): string {
  return path.map((step, index) => {
    if (INDEX_REGEXP.test(step)) return `[${step}]`;
    if (!BARE_NAME_REGEXP.test(step)) return `[${JSON.stringify(step)}]`;
    return index === 0 ? step : `.${step}`;
  }).join("");
}

/** Finds own properties only, because a path such as `constructor` would reach inherited ones. */
function hasStep(value: unknown, step: string): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  if (!Array.isArray(value)) return Object.hasOwn(value, step);
  return INDEX_REGEXP.test(step) && Number(step) < value.length;
}

/** Reads the value at a path, in time that depends on the path alone. */
export function readJsonPath(value: unknown, path: JsonPath): JsonPathValue {
  let deepest = value;
  for (const [depth, step] of path.entries()) {
    if (!hasStep(deepest, step)) return { isFound: false, depth, deepest };
    deepest = deepest[step];
  }
  return { isFound: true, value: deepest };
}
