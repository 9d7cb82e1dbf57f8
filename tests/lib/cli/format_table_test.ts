import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cutToColumns, formatRow, measureColumns } from "../../../lib/cli/format_table.ts";

/** The columns of a text on a terminal. */
function widthOf(text: string): number {
  return measureColumns([[text]])[0] ?? 0;
}

Deno.test("measureColumns() counts the columns of a terminal", () => {
  const cases: [string, number][] = [
    ["", 0],
    ["project", 7],
    ["é", 1],
    ["e\u0301", 1],
    ["日本語", 6],
    ["프로젝트", 8],
    ["😀", 2],
    ["👩‍👩‍👧", 2],
    ["🇩🇪", 2],
    ["❤️", 2],
    ["a\u200bb", 2],
    ["2×", 2],
  ];
  for (const [text, width] of cases) assertEquals(widthOf(text), width, text);
});

Deno.test("cutToColumns() leaves what fits, and marks what it cuts [cli.events]", () => {
  const cases: [string, number, string][] = [
    ["project", 7, "project"],
    ["project", 6, "proje…"],
    ["日本語", 6, "日本語"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
  ];
  for (const [text, columns, cut] of cases) assertEquals(cutToColumns(text, columns), cut);
  const text = fc.string({ unit: "grapheme", maxLength: 40 });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 40 }), (text, columns) => {
    const cut = cutToColumns(text, columns);
    assert(widthOf(cut) <= columns);
    assert(cut === text || text.startsWith(cut.slice(0, -1)));
  }));
});

Deno.test("measureColumns() takes the widest cell, and no less than the least", () => {
  assertEquals(measureColumns([["a", "bbb"], ["cc"]]), [2, 3]);
  assertEquals(measureColumns([["a", "bbb"]], [4]), [4, 3]);
  assertEquals(measureColumns([], [4, 5]), [4, 5]);
  assertEquals(measureColumns([]), []);
});

Deno.test("formatRow() aligns columns, and leaves no space at the end", () => {
  assertEquals(formatRow(["a", "b", "c"], [3, 2, 9]), "a    b   c");
  assertEquals(formatRow(["日本", "b"], [5]), "日本   b");
  assertEquals(formatRow(["too wide", "b"], [3, 2]), "too wide  b");
  assertEquals(formatRow(["a", ""], [1, 4]), "a");
  assertEquals(formatRow([], [1]), "");
});

Deno.test("formatRow() begins each column at the same place in all rows that were measured", () => {
  const cell = fc.stringMatching(/^[a-z日]{0,9}$/);
  const table = fc.array(fc.tuple(cell, cell, fc.stringMatching(/^[A-Z]{1,9}$/)), { minLength: 1 });
  fc.assert(fc.property(table, (rows) => {
    const widths = measureColumns(rows);
    const starts = rows.map((row) => {
      const line = formatRow(row, widths);
      assert(line.endsWith(row[2]));
      return widthOf(line) - row[2].length;
    });
    assertEquals(new Set(starts).size, 1);
  }));
});
