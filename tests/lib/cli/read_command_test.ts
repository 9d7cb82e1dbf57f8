import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { argument, choice, flag, number, oneOf, texts, toggle } from "../../../lib/cli/flags.ts";
import {
  type Commands,
  formatUsage,
  type OptionsOf,
  readCommand,
} from "../../../lib/cli/read_command.ts";
import { show } from "../_texts.ts";
import { messageOf } from "./_message_of.ts";

const ANY = texts(() => true, "any text");

const PORT = number("port", { help: "the port", min: 1, max: 9, usual: 8 });
const NAMES = flag("trust-header", { value: "names", help: "senders to believe", ...ANY });
const QUIET = toggle("quiet", "say less");

const COMMANDS = {
  list: { isDefault: true, summary: "list", flags: { port: PORT, names: NAMES, isQuiet: QUIET } },
  add: {
    summary: "add",
    args: {
      id: argument("id", "An id"),
      color: argument("color", "A color", {
        ...oneOf(["red", "green", "blue"]),
        known: ["red", "green", "blue"],
        count: "optional",
      }),
    },
    flags: { isQuiet: QUIET },
  },
  turn: {
    words: "wheel turn",
    summary: "turn",
    args: {
      ways: argument("ways", "A way", {
        parse: (text) => text === "no" ? undefined : text.split(" "),
        expected: "ways",
        count: "some",
      }),
    },
    flags: { port: PORT },
  },
} satisfies Commands;

function read(args: readonly string[]) {
  return readCommand("test", COMMANDS, args);
}

const LIST = { kind: "list", port: 8, names: undefined, isQuiet: false } as const;
const ADD = { kind: "add", id: "x", color: undefined, isQuiet: false } as const;

Deno.test("readCommand() reads values after a space or an equals sign, and switches [cli.usage]", () => {
  const cases: [string[], OptionsOf<typeof COMMANDS>][] = [
    [[], LIST],
    [["list"], LIST],
    [["--port", "1"], { ...LIST, port: 1 }],
    [["--port=1"], { ...LIST, port: 1 }],
    [["--quiet"], { ...LIST, isQuiet: true }],
    [["--quiet", "--port", "1", "--trust-header=a,b"], {
      ...LIST,
      isQuiet: true,
      port: 1,
      names: "a,b",
    }],
    [["--trust-header="], { ...LIST, names: "" }],
    [["--trust-header", ""], { ...LIST, names: "" }],
    [["--trust-header=a=b"], { ...LIST, names: "a=b" }],
    [["--trust-header=--quiet"], { ...LIST, names: "--quiet" }],
    [["--trust-header", "-1"], { ...LIST, names: "-1" }],
    [["--trust-header", "list"], { ...LIST, names: "list" }],
    [["--trust-header=a\nb"], { ...LIST, names: "a\nb" }],
  ];
  for (const [args, value] of cases) assertEquals(read(args), { ok: true, value }, show(args));
});

Deno.test("readCommand() reads flags before, between and after arguments, and none after -- [cli.usage]", () => {
  const cases: [string[], OptionsOf<typeof COMMANDS>][] = [
    [["add", "x"], ADD],
    [["--quiet", "add", "x", "red"], { ...ADD, color: "red", isQuiet: true }],
    [["add", "--quiet", "x", "red"], { ...ADD, color: "red", isQuiet: true }],
    [["add", "x", "--quiet", "red"], { ...ADD, color: "red", isQuiet: true }],
    [["add", "x", "red", "--quiet"], { ...ADD, color: "red", isQuiet: true }],
    [["add", "-"], { ...ADD, id: "-" }],
    [["add", ""], { ...ADD, id: "" }],
    [["add", "--", "--quiet"], { ...ADD, id: "--quiet" }],
    [["add", "--quiet", "--", "-x"], { ...ADD, id: "-x", isQuiet: true }],
    [["add", "--", "--"], { ...ADD, id: "--" }],
    [["--", "add", "x"], ADD],
    [["--port", "2", "wheel", "turn", "a", "b"], { kind: "turn", ways: ["a", "b"], port: 2 }],
    [["wheel", "--port=2", "turn", "a"], { kind: "turn", ways: ["a"], port: 2 }],
  ];
  for (const [args, value] of cases) assertEquals(read(args), { ok: true, value }, show(args));
});

Deno.test("readCommand() refuses flags that the command does not have [cli.usage]", () => {
  const flags = [
    "--Port-number",
    "-p",
    "--constructor",
    "--toString",
    "--__proto__=x",
    "--trusted-people",
  ];
  for (const flag of flags) {
    assertEquals(
      messageOf(read([flag])),
      `Unknown flag "${flag.split("=")[0]}": ` +
        "allowed flags are --port, --trust-header, --quiet",
      flag,
    );
  }
  assertEquals(
    messageOf(read(["add", "x", "--port=1"])),
    'Unknown flag "--port": allowed flags are --quiet',
  );
  assertEquals(
    messageOf(read(["--nonsense", "9", "add"])).split(":")[0],
    'Unknown flag "--nonsense"',
  );
  assertEquals(
    messageOf(readCommand("test", { test: { words: "", summary: "", flags: {} } }, ["--x"])),
    'Unknown flag "--x": expected no flag',
  );
});

Deno.test("readCommand() names the flag, the command or the text that was probably meant [cli.usage]", () => {
  const cases: [string[], string][] = [
    [["--prot", "1"], 'Unknown flag "--prot": did you mean "--port"?'],
    [["--Port=1"], 'Unknown flag "--Port": did you mean "--port"?'],
    [["---port"], 'Unknown flag "---port": did you mean "--port"?'],
    [["-port"], 'Unknown flag "-port": did you mean "--port"?'],
    [["add", "x", "--quite"], 'Unknown flag "--quite": did you mean "--quiet"?'],
    [["ad", "x"], 'Unknown command "test ad": did you mean "add"?'],
    [["wheel", "trun"], 'Unknown command "test wheel trun": did you mean "wheel turn"?'],
    [["add", "x", "gren"], 'Invalid color "gren": did you mean "green"?'],
    [["add", "x", "white"], 'Invalid color "white": expected one of red, green, blue'],
  ];
  for (const [args, message] of cases) assertEquals(messageOf(read(args)), message, show(args));
});

Deno.test("readCommand() refuses a command that there is not [cli.usage]", () => {
  for (const args of [["dance"], ["", "x"], ["wheel"], ["toString"], ["wheel", "x"]]) {
    const words = args[0] === "wheel" ? args.join(" ") : args[0];
    assertEquals(
      messageOf(read(args)),
      `Unknown command "test ${words}": expected one of list, add, wheel turn`,
    );
  }
});

Deno.test("readCommand() refuses arguments that are missing, wrong or too many [cli.usage]", () => {
  const cases: [string[], string][] = [
    [["add"], "An id is missing: expected test add <id> [<color>]"],
    [["add", "--quiet"], "An id is missing: expected test add <id> [<color>]"],
    [["wheel", "turn"], "A way is missing: expected test wheel turn <ways>"],
    [["wheel", "turn", "no"], 'Invalid ways "no": expected ways'],
    [["add", "x", "red", "y"], 'Unknown argument "y": expected test add <id> [<color>]'],
    [["list", "x"], 'Unknown argument "x": expected test list'],
  ];
  for (const [args, message] of cases) assertEquals(messageOf(read(args)), message, show(args));
});

Deno.test("readCommand() refuses a flag that is given twice [cli.usage]", () => {
  for (const args of [["--port", "1", "--port", "2"], ["--port=1", "--quiet", "--port=1"]]) {
    const message = "The flag --port is given twice: expected it once";
    assertEquals(messageOf(read(args)), message, show(args));
  }
  assertStringIncludes(messageOf(read(["--quiet", "--quiet"])), "--quiet is given twice");
});

Deno.test("readCommand() refuses a flag whose value is missing or wrong, and a switch with one [cli.usage]", () => {
  const number = "expected a whole number from 1 to 9";
  for (const args of [["--port"], ["--quiet", "--port"], ["--port", "--quiet"], ["--port", "--"]]) {
    assertEquals(messageOf(read(args)), `The flag --port needs a value: ${number}`, show(args));
  }
  for (const text of ["", "0", "10", "x", "-1"]) {
    assertEquals(
      messageOf(read(["--port", text])),
      `Invalid value "${text}" for --port: ${number}`,
    );
  }
  for (const [arg = "", value] of [["--quiet=", ""], ["--quiet=true", "true"]]) {
    const message = `The flag --quiet takes no value: received "${value}"`;
    assertEquals(messageOf(read([arg])), message, arg);
  }
});

Deno.test("readCommand() leaves the arguments as they were", () => {
  const args = Object.freeze(["add", "x", "--quiet"]);
  assertEquals(read(args).ok, true);
  assertEquals(args, ["add", "x", "--quiet"]);
});

Deno.test("readCommand() reads back every value and every argument in any order [cli.usage]", () => {
  const flags = { first: NAMES, second: flag("second", { help: "", ...ANY }), isQuiet: QUIET };
  const args = { id: argument("id", "An id") };
  const commands = { test: { words: "", summary: "", args, flags } };
  const text = fc.oneof(fc.string(), fc.constantFrom("", "=", "--", "--quiet", "a=b", "\n", "é"));
  const given = fc.record({
    first: fc.option(text, { nil: undefined }),
    second: fc.option(text, { nil: undefined }),
    isQuiet: fc.boolean(),
    isInline: fc.boolean(),
    id: text,
    order: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
  });
  fc.assert(fc.property(given, ({ first, second, isQuiet, isInline, id, order }) => {
    const groups: [number, string[]][] = [];
    for (const [i, name, value] of [[0, "trust-header", first], [1, "second", second]] as const) {
      if (value === undefined) continue;
      const isOne = isInline || value.startsWith("--");
      groups.push([order[i] ?? 0, isOne ? [`--${name}=${value}`] : [`--${name}`, value]]);
    }
    if (isQuiet) groups.push([order[2] ?? 0, ["--quiet"]]);
    if (!id.startsWith("-") || id === "-") groups.push([order[3] ?? 0, [id]]);
    else groups.push([9, ["--", id]]);
    const line = groups.sort(([a], [b]) => a - b).flatMap(([, group]) => group);
    const value = { kind: "test", first, second, isQuiet, id } as const;
    assertEquals(readCommand("test", commands, line), { ok: true, value }, show(line));
  }));
});

Deno.test("formatUsage() writes what a command takes", () => {
  assertEquals(formatUsage("test", "add", COMMANDS.add), "test add <id> [<color>]");
  assertEquals(formatUsage("serve", "", COMMANDS.list), "serve");
});

Deno.test("choice() and oneOf() say which texts they take", () => {
  assertEquals(oneOf(["a", "b"]).expected, "a or b");
  assertEquals(choice("c", { help: "", choices: ["a", "b", "c"] }).expected, "one of a, b, c");
});
