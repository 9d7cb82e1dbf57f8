/** Invisible and moving characters: controls, format and ignorable characters, lone surrogates. */
const UNSEEN_REGEXP = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Characters that rewrite a terminal or reorder a line; emoji and scripts with joiners need none. */
const CONTROL_REGEXP = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

/** White space that a reader sees; `\s` would also match U+FEFF. */
const WHITE_SPACE_REGEXP = /[^\S\ufeff]+/g;

function writeOut(character: string): string {
  if (character === "\t") return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}

/** Writes out every invisible character, such as `\u{202E}`. */
export function escapeUnseen(text: string): string {
  return text.replace(UNSEEN_REGEXP, writeOut);
}

/** Writes out every invisible character, in one line with folded white space. */
export function escapeToLine(text: string): string {
  return escapeUnseen(text.replace(WHITE_SPACE_REGEXP, " ")).trim();
}

/** Writes out control characters only, and keeps the invisible parts of emoji and words. */
export function escapeControls(text: string): string {
  return text.replace(CONTROL_REGEXP, writeOut);
}
