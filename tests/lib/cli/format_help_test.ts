import { assertEquals, assertStringIncludes } from "@std/assert";
import { argument, number, texts, toggle } from "../../../lib/cli/flags.ts";
import { formatHelp, type HelpPart } from "../../../lib/cli/format_help.ts";

const QUIET = toggle("quiet", "say less");
const PORT = number("port", { help: "the port", min: 1, max: 9, usual: 8 });
const COLOR = argument("color", "A color", {
  ...texts(() => true, "a color"),
  count: "optional",
});

const PARTS: readonly HelpPart[] = [
  {
    title: "paint",
    family: "paint",
    commands: {
      list: { isDefault: true, summary: "list paints", flags: { quiet: QUIET } },
      mix: {
        summary: "mix two",
        args: { first: argument("first", "A paint"), color: COLOR },
        flags: { port: PORT, quiet: QUIET },
      },
      dry: { words: "wall dry", summary: "wait", flags: { quiet: QUIET } },
    },
    notes: ["Paints:", "  red, green"],
  },
  { title: "demo", family: "", commands: { demo: { summary: "show it", flags: { port: PORT } } } },
];

Deno.test("formatHelp() writes the usage of every command, and the flags of each part [cli.help]", () => {
  assertEquals(formatHelp(PARTS, []), [
    "Usage:",
    "  deno-channel paint [list] [flags]                 list paints",
    "  deno-channel paint mix <first> [<color>] [flags]  mix two",
    "  deno-channel paint wall dry [flags]               wait",
    "  deno-channel demo [flags]                         show it",
    "",
    "Flags of paint:",
    "  --quiet          say less",
    "  --port <number>  mix: the port (default 8)",
    "",
    "Paints:",
    "  red, green",
    "",
    "Flags of demo:",
    "  --port <number>  the port (default 8)",
  ]);
});

Deno.test("formatHelp() shows the part that the command line begins with [cli.help]", () => {
  const usageOf = (...words: readonly string[]) =>
    formatHelp(PARTS, words).filter((line) => line.startsWith("  deno-channel")).length;
  assertEquals(usageOf("paint"), 3);
  assertEquals(usageOf("paint", "mix"), 1);
  assertEquals(usageOf("paint", "mix", "red"), 1);
  assertEquals(usageOf("paint", "wall", "dry"), 1);
  assertEquals(usageOf("paint", "nonsense"), 3);
  assertEquals(usageOf("demo"), 1);
  assertEquals(usageOf("nonsense"), 4);
  assertEquals(usageOf("pain"), 4);
  const mix = formatHelp(PARTS, ["paint", "mix"]).join("\n");
  assertStringIncludes(mix, "  --port <number>  the port (default 8)\n");
});
