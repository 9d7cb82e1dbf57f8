/** The most of a text that is read, in UTF-16 units. */
const MAX_UNITS = 16_384;

/** Comments hide instructions: of templates for authors, and of strangers for machines. */
const COMMENT_REGEXP = /<!--[\s\S]*?(?:-->|$)/g;

const IMAGE_REGEXP = /!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)|<img\b[^>]{0,1000}>/gi;

/**
 * Returns what a reader of the rendered page sees: no comments of HTML, and a mark for an image. A
 * text that is cut inside a comment ends before it.
 *
 * @param text The text; only its first 16,384 characters are read.
 */
export function visibleMarkdown(text: string): string {
  return text
    .slice(0, MAX_UNITS)
    .replace(COMMENT_REGEXP, "")
    .replace(IMAGE_REGEXP, "[image]");
}
