/** How much of a text is looked at, in UTF-16 units. */
const MAX_UNITS = 16_384;

/** Templates hide instructions for authors in comments, and strangers instructions for machines. */
const COMMENT_REGEXP = /<!--[\s\S]*?(?:-->|$)/g;

const IMAGE_REGEXP = /!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)|<img\b[^>]{0,1000}>/gi;

/**
 * What a person sees who reads a text of Markdown on the page: no comments of HTML, and a mark for an
 * image. A text that is cut inside a comment ends before it.
 *
 * @param text The text; what is beyond 16,384 characters is left out.
 */
export function visibleMarkdown(text: string): string {
  return text
    .slice(0, MAX_UNITS)
    .replace(COMMENT_REGEXP, "")
    .replace(IMAGE_REGEXP, "[image]");
}
