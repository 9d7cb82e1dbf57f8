import { JSON_STRING_PATTERN } from "./json_path.ts";

/** Where a text is no JSON, and what was expected there. */
export interface JsonFault {
  /** The line, from 1. */
  readonly line: number;
  /** The column in UTF-16 units, from 1. */
  readonly column: number;
  /** What was expected; it quotes nothing of the text. */
  readonly message: string;
}

/** What may come next. */
type Expected = "value" | "value or ]" | "name" | "name or }" | ":" | ", or ]" | ", or }" | "end";

const EXPECTED_WORDS: Readonly<Record<Expected, string>> = {
  "value": "a value",
  "value or ]": 'a value or "]"',
  "name": "a name in double quotes",
  "name or }": 'a name in double quotes or "}"',
  ":": '":"',
  ", or ]": '"," or "]"',
  ", or }": '"," or "}"',
  "end": "the end of the text",
};

const SPACE_REGEXP = /[ \t\n\r]*/y;

/** A sign, a string, or any other value. */
const TOKEN_REGEXP = new RegExp(
  String.raw`([{}[\],:])|(${JSON_STRING_PATTERN})|` +
    String.raw`(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])`,
  "y",
);

/** What is open around a token: the names so far of an object, or `undefined` for a list. */
type Open = (Set<string> | undefined)[];

/** Reads one token; `undefined` when it is none of what is expected. */
function advance(
  expected: Expected,
  [token, sign, string]: readonly string[],
  open: Open,
): Expected | undefined {
  function afterValue(): Expected {
    if (open.length === 0) return "end";
    return open.at(-1) === undefined ? ", or ]" : ", or }";
  }
  if (sign !== undefined && expected.endsWith(` or ${sign}`)) {
    open.pop();
    return afterValue();
  }
  if (token === "," && expected === ", or ]") return "value";
  if (token === "," && expected === ", or }") return "name";
  if (token === ":" && expected === ":") return "value";
  if (expected.startsWith("name") && string !== undefined) return ":";
  if (!expected.startsWith("value")) return undefined;
  if (sign === undefined) return afterValue();
  if (sign !== "{" && sign !== "[") return undefined;
  open.push(sign === "{" ? new Set() : undefined);
  return sign === "{" ? "name or }" : "value or ]";
}

/**
 * Finds the first place where a text is no JSON, or where a name stands twice in an object, of which
 * `JSON.parse` takes the last without a word. Its messages quote the text, which may hold a secret,
 * and many say no position.
 *
 * @param text Any text.
 * @returns The fault, or `undefined` when the text is JSON.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: Open = [];
  let expected: Expected = "value";
  let index = 0;

  function faultAt(message: string): JsonFault {
    const before = text.slice(0, index);
    const column = index - before.lastIndexOf("\n");
    return { line: before.split("\n").length, column, message };
  }

  while (true) {
    SPACE_REGEXP.lastIndex = index;
    index += SPACE_REGEXP.exec(text)?.[0].length ?? 0;
    TOKEN_REGEXP.lastIndex = index;
    const token = TOKEN_REGEXP.exec(text);
    if (token === null && index === text.length && expected === "end") return undefined;
    const next: Expected | undefined = token === null ? undefined : advance(expected, token, open);
    if (token === null || next === undefined) {
      return faultAt(`expected ${EXPECTED_WORDS[expected]}`);
    }
    if (next === ":") {
      const names = open.at(-1);
      const name = JSON.parse(token[0]);
      if (names?.has(name)) return faultAt("expected each name once in an object");
      names?.add(name);
    }
    expected = next;
    index += token[0].length;
  }
}
