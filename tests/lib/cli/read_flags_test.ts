import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { formatFlags, readFlags } from "../../../lib/cli/read_flags.ts";
import { show } from "../_texts.ts";

const SPEC = {
  "port": { value: "number", help: "port to listen on" },
  "trust-header": { value: "names", help: "senders to believe" },
  "quiet": { help: "say less" },
} as const;

function messageOf(args: readonly string[]): string {
  const parsed = readFlags(args, SPEC);
  return parsed.ok ? "" : parsed.message;
}

Deno.test("readFlags() reads values after a space or an equals sign, and switches", () => {
  const cases: [string[], Record<string, string | true>][] = [
    [[], {}],
    [["--port", "1"], { port: "1" }],
    [["--port=1"], { port: "1" }],
    [["--quiet"], { quiet: true }],
    [["--quiet", "--port", "1", "--trust-header=a,b"], {
      quiet: true,
      port: "1",
      "trust-header": "a,b",
    }],
    [["--port="], { port: "" }],
    [["--port", ""], { port: "" }],
    [["--port=a=b"], { port: "a=b" }],
    [["--port=--quiet"], { port: "--quiet" }],
    [["--port", "-1"], { port: "-1" }],
    [["--port", "quiet"], { port: "quiet" }],
    [["--port=a\nb"], { port: "a\nb" }],
  ];
  for (const [args, flags] of cases) {
    assertEquals(readFlags(args, SPEC), { ok: true, flags }, show(args));
  }
});

Deno.test("readFlags() refuses flags that the command does not have", () => {
  const flags = [
    "--prot",
    "--Port",
    "--port-",
    "--",
    "-",
    "-p",
    "-port",
    "---port",
    "--no-quiet",
    "--quiet ",
    "--constructor",
    "--toString",
    "--__proto__=x",
    "--port:1",
    "—port",
  ];
  for (const flag of flags) {
    const what = flag.startsWith("-") ? "flag" : "argument";
    assertEquals(
      messageOf([flag]),
      `Unknown ${what} "${flag}": allowed flags are --port, --trust-header, --quiet`,
      show(flag),
    );
  }
});

Deno.test("readFlags() refuses arguments without a flag", () => {
  for (const args of [["x"], [""], ["8788"], ["--quiet", "x"], ["--port", "1", "x"]]) {
    assertStringIncludes(messageOf(args), `Unknown argument "${args.at(-1)}"`, show(args));
  }
  assertEquals(readFlags(["x"], {}), {
    ok: false,
    message: 'Unknown argument "x": allowed flags are none',
  });
});

Deno.test("readFlags() refuses a flag that is given twice", () => {
  for (const args of [["--port", "1", "--port", "2"], ["--port=1", "--quiet", "--port=1"]]) {
    assertEquals(messageOf(args), "The flag --port is given twice: expected it once", show(args));
  }
  assertStringIncludes(messageOf(["--quiet", "--quiet"]), "--quiet is given twice");
});

Deno.test("readFlags() refuses a flag whose value is missing", () => {
  for (const args of [["--port"], ["--quiet", "--port"], ["--port", "--quiet"], ["--port", "--"]]) {
    assertEquals(messageOf(args), "The flag --port needs a value: expected number", show(args));
  }
});

Deno.test("readFlags() refuses a switch with a value", () => {
  const cases = [["--quiet=", ""], ["--quiet=true", "true"], ["--quiet=false", "false"]];
  for (const [arg = "", value] of cases) {
    assertEquals(messageOf([arg]), `The flag --quiet takes no value: received "${value}"`, arg);
  }
});

Deno.test("readFlags() refuses a value that the flag does not take [cli.usage]", () => {
  const check = { isValue: (text: string) => text === "a", expected: "a letter" };
  const spec = { "letter": { value: "letter", help: "a", check }, "word": SPEC.port } as const;
  assertEquals(readFlags(["--letter=a", "--word="], spec), {
    ok: true,
    flags: { letter: "a", word: "" },
  });
  for (const args of [["--letter", "b"], ["--letter=b", "--word=a"]]) {
    assertEquals(readFlags(args, spec), {
      ok: false,
      message: 'Invalid value "b" for --letter: expected a letter',
    });
  }
});

Deno.test("readFlags() leaves the arguments as they were", () => {
  const args = Object.freeze(["--port", "1", "--quiet"]);
  assert(readFlags(args, SPEC).ok);
  assertEquals(args, ["--port", "1", "--quiet"]);
});

Deno.test("readFlags() reads back every value in either form", () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("", "=", "--", "--quiet", "a=b", "\n", "é"));
  const given = fc.record({
    port: fc.option(text, { nil: undefined }),
    names: fc.option(text, { nil: undefined }),
    isQuiet: fc.boolean(),
    isInline: fc.boolean(),
    isReversed: fc.boolean(),
  });
  fc.assert(fc.property(given, ({ port, names, isQuiet, isInline, isReversed }) => {
    const groups: string[][] = [];
    const flags: Record<string, string | true> = {};
    for (const [name, value] of [["port", port], ["trust-header", names]] as const) {
      if (value === undefined) continue;
      flags[name] = value;
      const isOne = isInline || value.startsWith("--");
      groups.push(isOne ? [`--${name}=${value}`] : [`--${name}`, value]);
    }
    if (isQuiet) {
      flags.quiet = true;
      groups.push(["--quiet"]);
    }
    const args = (isReversed ? groups.toReversed() : groups).flat();
    assertEquals(readFlags(args, SPEC), { ok: true, flags }, show(args));
  }));
});

Deno.test("formatFlags() writes a line for each flag", () => {
  assertEquals(
    formatFlags(SPEC),
    [
      "  --port <number>         port to listen on",
      "  --trust-header <names>  senders to believe",
      "  --quiet                 say less",
    ].join("\n"),
  );
});
