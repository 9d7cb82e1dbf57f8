/**
 * Tables of text for a terminal or a pipe: columns with two spaces between them.
 *
 * @module
 */

/** Characters that take no place of their own: combining marks and joiners. */
const ZERO_WIDTH_REGEXP = /[\p{M}\p{Cf}\p{Cc}]/gu;

/** Characters that take two columns; an approximation, since terminals differ. */
const WIDE_REGEXP =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/gu;

/** How many columns a line of text takes on a terminal, as far as that can be told. */
export function displayWidth(text: string): number {
  const seen = text.replace(ZERO_WIDTH_REGEXP, "");
  return [...seen].length + (seen.match(WIDE_REGEXP)?.length ?? 0);
}

/**
 * Cuts a line of text to what a terminal shows in so many columns.
 *
 * @param text The line.
 * @param columns How many columns there are, the `…` at a cut included.
 */
export function cutToColumns(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let line = "";
  let left = columns - 1;
  for (const character of text) {
    left -= displayWidth(character);
    if (left < 0) break;
    line += character;
  }
  return `${line}…`;
}

/**
 * Measures the columns of a table.
 *
 * @param rows The cells of the table, row by row.
 * @param least The least widths of the columns.
 * @returns The width of each column.
 */
export function measureColumns(
  rows: readonly (readonly string[])[],
  least: readonly number[] = [],
): number[] {
  const count = Math.max(least.length, ...rows.map((row) => row.length));
  return Array.from(
    { length: count },
    (_, column) =>
      rows.reduce(
        (width, row) => Math.max(width, displayWidth(row[column] ?? "")),
        least[column] ?? 0,
      ),
  );
}

/**
 * Formats one row of a table; a cell that is wider than its column moves those after it.
 *
 * @param cells The cells, each one line.
 * @param widths The widths of the columns.
 */
export function formatRow(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) =>
      cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell)))
    )
    .join("  ")
    .trimEnd();
}

/**
 * Formats a table.
 *
 * @param rows The header, then the rows.
 * @param title Makes the header stand out.
 * @returns The lines.
 */
export function formatTable(
  [header, ...rows]: readonly [readonly string[], ...(readonly string[])[]],
  title: (text: string) => string,
): string[] {
  const widths = measureColumns([header, ...rows]);
  return [title(formatRow(header, widths)), ...rows.map((row) => formatRow(row, widths))];
}
