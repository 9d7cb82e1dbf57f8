/**
 * Tables of text for a terminal or a pipe: columns with two spaces between them.
 *
 * @module
 */

import displayWidth from "string-width";

const SEGMENTER = new Intl.Segmenter();

/** Cuts a line of text to what a terminal shows in so many columns, the `…` at a cut included. */
export function cutToColumns(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let line = "";
  let left = columns - 1;
  for (const { segment } of SEGMENTER.segment(text)) {
    left -= displayWidth(segment);
    if (left < 0) break;
    line += segment;
  }
  return `${line}…`;
}

/** Measures the width of each column of a table, at least the one in `least`. */
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

/** Formats one row of a table; a cell that is wider than its column moves those after it. */
export function formatRow(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) =>
      cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell)))
    )
    .join("  ")
    .trimEnd();
}

/** Formats the lines of a table; `title` makes the header stand out. */
export function formatTable(
  [header, ...rows]: readonly [readonly string[], ...(readonly string[])[]],
  title: (text: string) => string,
): string[] {
  const widths = measureColumns([header, ...rows]);
  return [title(formatRow(header, widths)), ...rows.map((row) => formatRow(row, widths))];
}
