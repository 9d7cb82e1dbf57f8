import { assert } from "@std/assert";
import { listFiles, readFile } from "./_files.ts";

/** Words that a comment does not begin with: it begins with a verb or a noun. */
const FIRST_WORD_REGEXP = /^[*\s]*(?:who(?:ever)?|what|which|of|those)\b/i;

/** Words in whose place a sentence names the thing: sender, session, owner, caller, process. */
const NAMELESS_REGEXP = /\b(?:who(?:so)?ever|nobody|somebody|anybody)\b/gi;

const FOLDERS: readonly string[] = ["lib/", "server/", "cli/", "std/", "bench/", "tests/", ".ci/"];

interface Text {
  readonly start: number;
  readonly value: string;
}

interface Source {
  readonly path: string;
  readonly text: string;
  readonly comments: Text[];
  readonly strings: Text[];
}

/** Lines that begin with `//` and follow each other are one comment. */
function joinLineComments(
  comments: readonly (Deno.lint.LineComment | Deno.lint.BlockComment)[],
  source: string,
): Text[] {
  const joined: { start: number; end: number; value: string; type: string }[] = [];
  for (const { type, range: [start, end], value } of comments) {
    const last = joined.at(-1);
    const between = last && source.slice(last.end, start);
    if (last && type === "Line" && last.type === "Line" && /^\n[ \t]*$/.test(between ?? "")) {
      last.value += `\n${value}`;
      last.end = end;
    } else joined.push({ type, start, end, value });
  }
  return joined;
}

function readSource(path: string, text: string): Source {
  let comments: Text[] = [];
  const strings: Text[] = [];
  const rule: Deno.lint.Rule = {
    create(context) {
      comments = joinLineComments(context.sourceCode.getAllComments(), text);
      return {
        Literal({ value, range }) {
          if (typeof value === "string") strings.push({ start: range[0], value });
        },
        TemplateElement({ cooked, range }) {
          strings.push({ start: range[0], value: cooked });
        },
      };
    },
  };
  Deno.lint.runPlugin({ name: "language", rules: { read: rule } }, path, text);
  return { path, text, comments, strings };
}

async function readSources(): Promise<Source[]> {
  const paths = ["main.ts", "mod.ts"];
  for (const folder of FOLDERS) paths.push(...await listFiles(folder, ".ts"));
  return await Promise.all(paths.map(async (path) => readSource(path, await readFile(path))));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Each nameless word of a text, as `path:line: word in the line of it`. */
function findNameless(path: string, whole: string, { start, value }: Text): string[] {
  return [...value.matchAll(NAMELESS_REGEXP)].map(({ 0: word, index }) => {
    const line = value.split("\n")[lineAt(value, index) - 1] ?? "";
    return `${path}:${
      lineAt(whole, start) + lineAt(value, index) - 1
    }: "${word}" in "${line.trim()}"`;
  });
}

function assertNone(faults: readonly string[]): void {
  assert(faults.length === 0, `${faults.length} found\n${faults.join("\n")}`);
}

Deno.test("comments begin with a verb or a noun", async () => {
  const faults: string[] = [];
  for (const { path, text, comments } of await readSources()) {
    for (const { start, value } of comments.filter(({ value }) => FIRST_WORD_REGEXP.test(value))) {
      const [line = ""] = value.replace(/^[*\s]+/, "").split("\n");
      faults.push(`${path}:${lineAt(text, start)}: "${line.trim()}"`);
    }
  }
  assertNone(faults);
});

Deno.test("comments, messages and help name the thing", async () => {
  const faults: string[] = [];
  for (const { path, text, comments, strings } of await readSources()) {
    const texts = path.startsWith("tests/") ? comments : [...comments, ...strings];
    faults.push(...texts.flatMap((part) => findNameless(path, text, part)));
  }
  assertNone(faults);
});

Deno.test("documents name the thing", async () => {
  const faults: string[] = [];
  const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "deno.json"];
  for (const path of [...documents, ...await listFiles("docs/", ".md")]) {
    const value = await readFile(path);
    faults.push(...findNameless(path, value, { start: 0, value }));
  }
  assertNone(faults);
});
