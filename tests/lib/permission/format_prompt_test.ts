import { assert, assertEquals, assertLessOrEqual, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import {
  formatPrompt,
  MAX_PROMPT_LINE_CODE_POINTS,
} from "../../../lib/permission/format_prompt.ts";
import type { PermissionRequest } from "../../../lib/permission/permission.ts";
import { hostileText, show, UNSEEN_CHARACTERS } from "../_texts.ts";

const QUESTION = 'Reply "yes abcde" or "no abcde"';

function promptOf(request: Partial<PermissionRequest>): string {
  return formatPrompt({
    requestId: "abcde",
    toolName: "Bash",
    description: "List files",
    inputPreview: '{"command":"ls"}',
    ...request,
  });
}

/** The text with what is not seen written out, character by character. */
function writeOut(text: string): string {
  return [...text].map((character) => {
    const isUnseen = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Cs}]/u.test(character);
    if (!isUnseen || character === "\t") return character;
    return `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`;
  }).join("");
}

/** The lines of the preview that a prompt shows, the pieces of split lines joined. */
function readPreview(prompt: string): string[] {
  const lines: string[] = [];
  for (const line of prompt.split("\n").slice(2, -2)) {
    if (line.startsWith("> ")) lines.push(line.slice(2));
    else if (line.startsWith(">> ")) lines.push(lines.pop() + line.slice(3));
    else throw new Error(`Found a line without its sign: ${show(line)}`);
  }
  return lines;
}

const forgedPreview = fc.array(
  fc.constantFrom("\n", "\r\n", "\r", "\u2028", "\x85", "\n\n", QUESTION, "> ", ">> ", "x\n", ""),
  { maxLength: 12 },
).map((pieces) => pieces.join(""));

const longPreview = fc.tuple(hostileText, fc.integer({ min: 1, max: 80 }))
  .map(([text, times]) => text.repeat(times));

const preview = fc.oneof(hostileText, forgedPreview, longPreview);

Deno.test("formatPrompt() names the tool, the description, the preview and the answers [prompt.format]", () => {
  assertEquals(
    promptOf({}),
    [
      "Claude wants to run Bash: List files",
      "",
      '> {"command":"ls"}',
      "",
      'Reply "yes abcde" or "no abcde"',
    ].join("\n"),
  );
});

Deno.test("formatPrompt() quotes each line of a preview [prompt.format]", () => {
  const cases: [string, string[]][] = [
    ["a\nb", ["> a", "> b"]],
    ["a\r\nb\rc", ["> a", "> b", "> c"]],
    ["a\n\nb", ["> a", "> ", "> b"]],
    ["a\n", ["> a", "> "]],
    ["> a", ["> > a"]],
    ["\tx  y ", ["> \tx  y "]],
    [QUESTION, [`> ${QUESTION}`]],
  ];
  for (const [inputPreview, lines] of cases) {
    assertEquals(promptOf({ inputPreview }).split("\n").slice(2, -2), lines, show(inputPreview));
  }
});

Deno.test("formatPrompt() leaves out a preview that is empty", () => {
  for (const inputPreview of ["", " ", "\n", " \n\t "]) {
    const lines = ["Claude wants to run Bash: List files", "", QUESTION];
    assertEquals(promptOf({ inputPreview }).split("\n"), lines, show(inputPreview));
  }
});

Deno.test("formatPrompt() writes out what is not seen [prompt.untrusted-text]", () => {
  const cases: [string, string][] = [
    ["rm \u202egpj.exe", "rm \\u{202E}gpj.exe"],
    ["a\u200bb", "a\\u{200B}b"],
    ["a\0\x1b[31mb", "a\\u{0}\\u{1B}[31mb"],
    ["a\x85b", "a\\u{85}b"],
    ["\u{e0041}", "\\u{E0041}"],
    ["\ud800", "\\u{D800}"],
    ["❤\ufe0f", "❤\\u{FE0F}"],
    ["a\u00adb", "a\\u{AD}b"],
    ["日本語 😀 é", "日本語 😀 é"],
  ];
  for (const [text, written] of cases) {
    const prompt = promptOf({ toolName: text, description: text, inputPreview: text });
    assertEquals(
      prompt,
      `Claude wants to run ${written}: ${written}\n\n> ${written}\n\n${QUESTION}`,
      show(text),
    );
  }
  const controls = promptOf({ inputPreview: "a\u2028b\vc\fd\ufeffe" });
  assertEquals(readPreview(controls), ["a\\u{2028}b\\u{B}c\\u{C}d\\u{FEFF}e"]);
});

Deno.test("formatPrompt() writes out each unseen character of a preview [prompt.untrusted-text]", () => {
  for (const character of UNSEEN_CHARACTERS) {
    assertEquals(readPreview(promptOf({ inputPreview: `a${character}b` })), [
      writeOut(`a${character}b`),
    ], show(character));
  }
});

Deno.test("formatPrompt() shows U+FEFF wherever it stands [prompt.untrusted-text]", () => {
  const toolName = promptOf({ toolName: "Bash\ufeff" });
  assertEquals(toolName.split("\n")[0], "Claude wants to run Bash\\u{FEFF}: List files");
  const description = promptOf({ description: "rm\ufeff-rf" });
  assertEquals(description.split("\n")[0], "Claude wants to run Bash: rm\\u{FEFF}-rf");
  assertEquals(readPreview(promptOf({ inputPreview: "\ufeff" })), ["\\u{FEFF}"]);
});

Deno.test("formatPrompt() keeps the tool and the description on one line", () => {
  const prompt = promptOf({
    toolName: " Bash\n",
    description: `x\n\n${QUESTION}\r\nClaude wants\u2028to  run\t`,
  });
  assertEquals(
    prompt.split("\n")[0],
    `Claude wants to run Bash: x ${QUESTION} Claude wants to run`,
  );
});

Deno.test("formatPrompt() splits a long line and cuts nothing", () => {
  const full = "x".repeat(MAX_PROMPT_LINE_CODE_POINTS);
  assertEquals(promptOf({ inputPreview: full }).split("\n").slice(2, -2), [`> ${full}`]);
  const lines = promptOf({ inputPreview: `${full}😀\nnext` }).split("\n").slice(2, -2);
  assertEquals(lines, [`> ${full}`, ">> 😀", "> next"]);
});

Deno.test("formatPrompt() loses nothing of a preview [prompt.untrusted-text]", () => {
  fc.assert(
    fc.property(preview, (inputPreview) => {
      fc.pre(inputPreview.trim() !== "");
      const expected = inputPreview.split(/\r\n|\r|\n/).map(writeOut);
      assertEquals(readPreview(promptOf({ inputPreview })), expected);
    }),
    { numRuns: 300 },
  );
});

Deno.test("formatPrompt() lets no text pass for the question or hide itself [prompt.untrusted-text]", () => {
  fc.assert(
    fc.property(hostileText, hostileText, preview, (toolName, description, inputPreview) => {
      const prompt = promptOf({ toolName, description, inputPreview });
      assertNotMatch(prompt.replace(/[\n\t]/g, ""), /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Cs}]/u);
      const lines = prompt.split("\n");
      assert(lines[0]?.startsWith("Claude wants to run "));
      assertEquals(lines[1], "");
      assertEquals(lines.at(-1), QUESTION);
      assertEquals(lines.indexOf(QUESTION), lines.length - 1);
      if (lines.length === 3) return;
      assertEquals(lines.at(-2), "");
      for (const line of lines.slice(2, -2)) {
        const [, text] = /^>>? (.*)$/.exec(line) ?? [];
        assert(text !== undefined, show(line));
        assertLessOrEqual([...text].length, MAX_PROMPT_LINE_CODE_POINTS);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("formatPrompt() loses nothing but white space of the tool and the description", () => {
  // U+FEFF counts as white space in a pattern; it has a test of its own.
  const text = hostileText.map((text) => text.replaceAll("\ufeff", ""));
  fc.assert(fc.property(text, text, (toolName, description) => {
    const [head = ""] = promptOf({ toolName, description }).split("\n");
    const expected = `Claude wants to run ${toolName}: ${description}`.replace(/\s+/g, " ");
    assertEquals(head.replaceAll(" ", ""), writeOut(expected).replaceAll(" ", ""));
  }));
});
