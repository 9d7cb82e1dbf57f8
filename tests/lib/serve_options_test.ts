import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  DEFAULT_PORT,
  readNumberFlag,
  readServeOptions,
  type ServeOptions,
} from "../../lib/serve_options.ts";
import { show } from "./_texts.ts";

const DEFAULTS: ServeOptions = { port: 8788, trustedSenders: [], relay: true, maxStreams: 256 };

function messageOf(args: readonly string[]): string {
  const parsed = readServeOptions(args);
  return parsed.ok ? "" : parsed.message;
}

Deno.test("readServeOptions() believes nobody and listens where the walkthrough does", () => {
  assertEquals(DEFAULT_PORT, 8788);
  assertEquals(readServeOptions([]), { ok: true, options: DEFAULTS });
});

Deno.test("readServeOptions() reads each flag", () => {
  const cases: [string[], Partial<ServeOptions>][] = [
    [["--port", "0"], { port: 0 }],
    [["--port=65535"], { port: 65535 }],
    [["--trust-header", "dev"], { trustedSenders: ["dev"] }],
    [["--trust-header=dev,ci,a@b.example"], { trustedSenders: ["dev", "ci", "a@b.example"] }],
    [["--no-relay"], { relay: false }],
    [["--max-streams", "1"], { maxStreams: 1 }],
    [["--max-streams=65536"], { maxStreams: 65536 }],
    [["--no-relay", "--port", "9000", "--trust-header", "dev", "--max-streams", "2"], {
      port: 9000,
      trustedSenders: ["dev"],
      relay: false,
      maxStreams: 2,
    }],
  ];
  for (const [args, options] of cases) {
    const expected = { ok: true as const, options: { ...DEFAULTS, ...options } };
    assertEquals(readServeOptions(args), expected, show(args));
  }
});

Deno.test("readServeOptions() refuses a port or a number that is none", () => {
  const values = ["", " ", "x", "-1", "+1", "1.5", "1e3", "0x10", "8788 ", " 8788", "٨٧", "65537"];
  for (const value of [...values, "99999999999999999999", "Infinity", "NaN", "null"]) {
    assertEquals(
      messageOf(["--port", value]),
      `Invalid value "${value}" for --port: expected a whole number from 0 to 65535`,
    );
    assertEquals(
      messageOf(["--max-streams", value]),
      `Invalid value "${value}" for --max-streams: expected a whole number from 1 to 65536`,
    );
  }
  assertStringIncludes(messageOf(["--port", "65536"]), 'Invalid value "65536" for --port');
  assertStringIncludes(messageOf(["--max-streams", "0"]), 'Invalid value "0" for --max-streams');
});

Deno.test("readServeOptions() refuses names that no sender can have", () => {
  const cases: [string, string][] = [
    ["", ""],
    [",", ""],
    ["dev,", ""],
    ["dev,,ci", ""],
    ["dev, ci", " ci"],
    ["*", "*"],
    ["dev,*", "*"],
    ["-dev", "-dev"],
    ["dev\n", "dev\n"],
    ["dеv", "dеv"],
  ];
  for (const [value, name] of cases) {
    assertEquals(
      messageOf([`--trust-header=${value}`]),
      `Invalid value "${name}" for --trust-header: ` +
        'expected names of letters, digits and "._@-", separated by commas',
      show(value),
    );
  }
});

Deno.test("readServeOptions() refuses what readFlags() refuses", () => {
  const cases: [string[], string][] = [
    [["--host", "0.0.0.0"], 'Unknown flag "--host"'],
    [["8788"], 'Unknown argument "8788"'],
    [["--port"], "--port needs a value"],
    [["--no-relay=false"], "--no-relay takes no value"],
    [["--port=1", "--port=2"], "--port is given twice"],
  ];
  for (const [args, part] of cases) assertStringIncludes(messageOf(args), part, show(args));
});

Deno.test("readNumberFlag() reads whole numbers within its bounds and nothing else", () => {
  const text = fc.oneof(
    fc.integer({ min: -10, max: 200 }).map(String),
    fc.string({ unit: fc.constantFrom(..."0123456789+-. e_"), maxLength: 12 }),
  );
  fc.assert(fc.property(text, fc.nat(100), fc.nat(100), (text, min, length) => {
    const max = min + length;
    const parsed = readNumberFlag(text, { flag: "n", min, max });
    const isNumber = text !== "" && [...text].every((digit) => "0123456789".includes(digit));
    const isInside = isNumber && text.length <= 9 && Number(text) >= min && Number(text) <= max;
    assertEquals(parsed.ok, isInside, show(text));
    if (parsed.ok) assertEquals(parsed.value, Number(text));
    else assert(parsed.message.endsWith(`expected a whole number from ${min} to ${max}`));
  }));
});
