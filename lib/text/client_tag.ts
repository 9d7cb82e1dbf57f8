/**
 * Names of the tags that Claude Code puts around its own words, such as `<system-reminder>`: a text
 * from outside must not open or close one.
 *
 * A name is read as a model reads it: without case, hyphens, underscores, namespace and accents, with
 * the letters of other alphabets as those that they look like. Names that code often has count only
 * where they stand as a tag, so that `Promise<ToolResult>` and `<task id="1">` stay as they are.
 *
 * @module
 */

import { foldLookAlikes } from "./look_alike.ts";

/**
 * The sign that begins a tag, and signs that look like it. Text that cannot be the name of such a tag
 * is passed over at once, as pages of HTML have thousands of tags.
 */
export const TAG_START_REGEXP = new RegExp(
  String.raw`[<\u02c2\u1438\ufe64\uff1c](?!\s*[<>0-9=&|"'(),;{}@#+*]|` +
    String.raw`/?(?!an|as|ba|c[hlor]|fu|h[ou]|i[dn]|lo|mc|ne|no|p[eor]|s[euty]|t[aeho]|us)` +
    String.raw`[a-z]{2,}[\s>/])`,
  "gi",
);

/** Names that no other text has. */
const NAME_REGEXP = /^(?:channel|crosssession|systemreminder|tasknotification|antml)/;

/** The same with anything before them, as in `<my-system-reminder>`. */
const NAME_INSIDE_REGEXP = /crosssession|systemreminder|tasknotification|antml/;

/** Beginnings of names that code has, too. */
const COMMON_NAME_REGEXP = new RegExp(`^(?:${
  [
    "teammate",
    "system(?:warning|message|noti|prompt|instruct)",
    "task(?:noti|id|type)",
    "user(?:prompt|input|query|message|instruct)",
    "(?:session(?:start|end)|(?:pre|post)tool(?:use)?|(?:subagent)?stop|notification)hook",
    "hook(?:output|result|error|context|feedback)",
    "(?:local)?command(?:name|message|args|contents|stdout|stderr|output|caveat)",
    "bash(?:input|output|stdout|stderr)",
    "ide(?:opened|select|diagnos)",
    "newdiagnos",
    "function(?:call|result)",
    "tool(?:use|call|result|output|input)",
    "mcp(?:resource|polling|server|tool|instruct)",
    "persistedoutput",
    "claude(?:md|code|background|instruct)",
    "ant(?:thinking|artifact)",
  ].join("|")
})`);

/** Whole names. */
const WORD_REGEXP = /^(?:invoke|thinking|system|assistant|human)$/;

/** More namespaces and signs than a reader skips. */
const MAX_SIGNS = 64;

/** More letters than any beginning of a name has. */
const MAX_LETTERS = 64;

/** Signs before and between letters that neither end a name nor make another of it. */
const SIGN_REGEXP = /^[\s/\\.\-_\p{DI}\p{Cf}\p{Pc}\p{Pd}]*$/u;

/** Letters that need no folding. */
const LETTERS_REGEXP = /[a-z]{1,64}/iy;

const WHITE_SPACE_REGEXP = /[^\S\ufeff]/;

/** A letter before a tag, as in `List<String>`. */
const LETTER_BEFORE_REGEXP = /[\w$]/;

interface TagName {
  /** All letters, without the signs between them. */
  readonly letters: string;
  /** The letters before the first white space or slash. */
  readonly word: string;
  /** All letters but those of an attribute. */
  readonly withoutAttribute: string;
  readonly hasSigns: boolean;
}

function isName(letters: string): boolean {
  return NAME_REGEXP.test(letters) || COMMON_NAME_REGEXP.test(letters);
}

/** Reads the name that begins at an index; one behind a namespace takes its place. */
function readTagName(text: string, index: number): TagName {
  let letters = "";
  let word: string | undefined;
  let lastWordStart = 0;
  let hasSigns = false;
  let signs = 0;
  let isAfterSpace = false;
  let end = "";
  for (let at = index; at < text.length && letters.length < MAX_LETTERS && end === "";) {
    LETTERS_REGEXP.lastIndex = at;
    const characters = LETTERS_REGEXP.exec(text)?.[0] ??
      String.fromCodePoint(text.codePointAt(at) ?? 0);
    at += characters.length;
    const isSpace = characters === " " || WHITE_SPACE_REGEXP.test(characters);
    const folded = isSpace ? " " : foldLookAlikes(characters);
    if (/^[a-z]+$/.test(folded)) {
      if (isAfterSpace) lastWordStart = letters.length;
      isAfterSpace = false;
      letters += folded;
    } else if (isSpace || SIGN_REGEXP.test(folded) || (letters === "" && /[!?]/.test(folded))) {
      if (!isSpace && ++signs > MAX_SIGNS) break;
      hasSigns = true;
      if (letters === "" || !(isSpace || folded === "/")) continue;
      isAfterSpace = true;
      word ??= letters;
    } else if (folded === ":" && !isName(letters) && ++signs <= MAX_SIGNS) {
      [letters, word, lastWordStart, hasSigns, isAfterSpace] = ["", undefined, 0, true, false];
    } else {
      end = folded;
    }
  }
  const withoutAttribute = end === "=" && lastWordStart > 0
    ? letters.slice(0, lastWordStart)
    : letters;
  return { letters, word: word ?? letters, withoutAttribute, hasSigns };
}

/** Tells whether a tag that begins before an index has a name that Claude Code itself uses. */
export function isClientTag(text: string, index: number): boolean {
  const { letters, word, withoutAttribute, hasSigns } = readTagName(text, index);
  // `<-channel` receives from a channel in Go.
  if (NAME_REGEXP.test(letters)) return text[index] !== "-" || !letters.startsWith("channel");
  if (NAME_INSIDE_REGEXP.test(word) || WORD_REGEXP.test(word)) return true;
  return COMMON_NAME_REGEXP.test(withoutAttribute) &&
    (hasSigns || !LETTER_BEFORE_REGEXP.test(text[index - 2] ?? ""));
}
