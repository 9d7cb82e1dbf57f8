/** What is not seen, or moves what is: controls, format and ignorable characters, lone surrogates. */
const UNSEEN_REGEXP = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** What can rewrite a terminal or reorder a line; emoji and scripts that need joiners have none. */
const CONTROL_REGEXP = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

/** White space as a reader knows it; `\s` would also match U+FEFF, which is not seen at all. */
const WHITE_SPACE_REGEXP = /[^\S\ufeff]+/g;

function writeOut(character: string): string {
  if (character === "\t") return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}

/** Writes out, such as `\u{202E}`, every character that is not seen, so that all there is is seen. */
export function escapeUnseen(text: string): string {
  return text.replace(UNSEEN_REGEXP, writeOut);
}

/** The same in one line, white space folded. */
export function escapeToLine(text: string): string {
  return escapeUnseen(text.replace(WHITE_SPACE_REGEXP, " ")).trim();
}

/** Writes out control characters only, and leaves the unseen parts of emoji and words alone. */
export function escapeControls(text: string): string {
  return text.replace(CONTROL_REGEXP, writeOut);
}
