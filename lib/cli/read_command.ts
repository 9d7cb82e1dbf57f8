/**
 * Reads a command line by the rules of GNU getopt_long: flags may stand before, between and after
 * arguments, and `--` ends them.
 *
 * @module
 */

import type { Argument, Flag, ValuesOf } from "./flags.ts";

/** A fault of a command line; the message is both parts with a colon between them. */
export interface UsageFault {
  readonly ok: false;
  readonly problem: string;
  /** Names what was expected, or why the command line cannot be used. */
  readonly reason: string;
  /** An unknown word and the known ones, for "did you mean". */
  readonly unknown?: { readonly word: string; readonly known: readonly string[] };
}

/** The options that a command line gives, or its fault. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | UsageFault;

/** A command: what it takes, and its line in the help text. */
export interface Command {
  /** The words of the command after the name of its family; its key in the table by default. */
  readonly words?: string;
  /** Runs when no word is given. */
  readonly isDefault?: true;
  readonly summary: string;
  readonly args?: Readonly<Record<string, Argument<unknown>>>;
  readonly flags: Readonly<Record<string, Flag<unknown>>>;
}

/** The commands that share a first word, such as `access`. */
export type Commands = Readonly<Record<string, Command>>;

/** Options of the commands of a table; `kind` is the key of the command. */
export type OptionsOf<Table extends Commands, Kind extends keyof Table = keyof Table> = {
  readonly [Key in keyof Table]:
    & { readonly kind: Key }
    & ValuesOf<Table[Key]["args"]>
    & ValuesOf<Table[Key]["flags"]>;
}[Kind];

/** A flag as it was given. */
interface GivenFlag {
  readonly arg: string;
  readonly name: string;
  /** `undefined` where the value is missing or the flag takes none. */
  readonly value: string | undefined;
  readonly isInline: boolean;
}

export function refuse(problem: string, reason: string): UsageFault {
  return { ok: false, problem, reason };
}

/** The words of a command after the name of its family. */
export function wordsOf(kind: string, { words = kind }: Command): string {
  return words;
}

/** Formats a command without its flags: `access pair <code>`. */
export function formatUsage(family: string, words: string, { args = {} }: Command): string {
  const names = Object.values(args).map(({ name, count }) =>
    count === "optional" ? `[<${name}>]` : `<${name}>`
  );
  return [family, words, ...names].filter((part) => part !== "").join(" ");
}

function refuseFlag({ arg }: GivenFlag, flags: readonly Flag<unknown>[]): UsageFault {
  const known = [...new Set(flags.map(({ name }) => `--${name}`))];
  const [word = ""] = arg.split("=");
  const reason = known.length === 0 ? "expected no flag" : `allowed flags are ${known.join(", ")}`;
  const fault = refuse(`Unknown flag "${word}"`, reason);
  return { ...fault, unknown: { word, known } };
}

/** Splits arguments into flags with their values, and words. */
function split(
  args: readonly string[],
  takesValue: (name: string) => boolean,
): { readonly given: readonly GivenFlag[]; readonly words: readonly string[] } {
  const given: GivenFlag[] = [];
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") return { given, words: [...words, ...args.slice(i + 1)] };
    if (arg === "-" || !arg.startsWith("-")) {
      words.push(arg);
      continue;
    }
    const [, name = "", inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const isInline = inline !== undefined;
    const next = args[i + 1];
    const isNext = !isInline && takesValue(name) && next !== undefined && !next.startsWith("--");
    given.push({ arg, name, value: isNext ? next : inline, isInline });
    if (isNext) i++;
  }
  return { given, words };
}

function readFlags(
  given: readonly GivenFlag[],
  flags: Command["flags"],
): Parsed<Readonly<Record<string, unknown>>> {
  const keys = new Map(Object.entries(flags).map(([key, { name }]) => [name, key]));
  const values = new Map<string, unknown>();
  for (const one of given) {
    const { name, value, isInline } = one;
    const key = keys.get(name) ?? "";
    const flag = flags[key];
    if (flag === undefined) return refuseFlag(one, Object.values(flags));
    if (values.has(key)) return refuse(`The flag --${name} is given twice`, "expected it once");
    if (flag.value === undefined) {
      if (isInline) return refuse(`The flag --${name} takes no value`, `received "${value}"`);
      values.set(key, flag.given);
      continue;
    }
    if (value === undefined) {
      return refuse(`The flag --${name} needs a value`, `expected ${flag.expected}`);
    }
    const parsed = flag.parse(value);
    if (parsed === undefined) {
      const wrong = flag.findWrong?.(value) ?? value;
      return refuse(`Invalid value "${wrong}" for --${name}`, `expected ${flag.expected}`);
    }
    values.set(key, parsed);
  }
  const entries = Object.entries(flags).map(([key, { usual }]) =>
    [key, values.has(key) ? values.get(key) : usual] as const
  );
  return { ok: true, value: Object.fromEntries(entries) };
}

function readArguments(
  texts: readonly string[],
  usage: string,
  args: Readonly<Record<string, Argument<unknown>>> = {},
): Parsed<Readonly<Record<string, unknown>>> {
  const left = [...texts];
  const values: Record<string, unknown> = {};
  for (const [key, { name, what, count, known, parse, expected }] of Object.entries(args)) {
    const text = count === "some" && left.length > 0 ? left.splice(0).join(" ") : left.shift();
    if (text === undefined) {
      if (count !== "optional") return refuse(`${what} is missing`, `expected ${usage}`);
      values[key] = undefined;
      continue;
    }
    values[key] = parse(text);
    if (values[key] !== undefined) continue;
    const fault = refuse(`Invalid ${name} "${text}"`, `expected ${expected}`);
    return known === undefined ? fault : { ...fault, unknown: { word: text, known } };
  }
  const [extra] = left;
  if (extra === undefined) return { ok: true, value: values };
  return refuse(`Unknown argument "${extra}"`, `expected ${usage}`);
}

/** Finds the command that words begin with; without words the default one. */
function findCommand(
  commands: Commands,
  words: readonly string[],
):
  | { readonly kind: string; readonly command: Command; readonly rest: readonly string[] }
  | undefined {
  for (const [kind, command] of Object.entries(commands)) {
    const own = wordsOf(kind, command).split(" ").filter((word) => word !== "");
    const isNamed = own.every((word, i) => word === words[i]);
    if (isNamed || (words.length === 0 && command.isDefault)) {
      return { kind, command, rest: words.slice(own.length) };
    }
  }
  return undefined;
}

function refuseWords(family: string, commands: Commands, words: readonly string[]): UsageFault {
  const known = Object.entries(commands).map(([kind, command]) => wordsOf(kind, command));
  const isLong = known.some((name) => name.startsWith(`${words[0]} `));
  const word = words.slice(0, isLong ? 2 : 1).join(" ");
  const reason = `expected one of ${known.join(", ")}`;
  return { ...refuse(`Unknown command "${family} ${word}"`, reason), unknown: { word, known } };
}

/**
 * Reads the command line of a family of commands.
 *
 * @returns The kind of the command, its arguments and its flags.
 */
export function readCommand<Table extends Commands>(
  family: string,
  commands: Table,
  args: readonly string[],
): Parsed<OptionsOf<Table>> {
  const all = Object.values<Command>(commands).flatMap(({ flags }) => Object.values(flags));
  const withValue = new Set(all.flatMap(({ name, value }) => value === undefined ? [] : [name]));
  const { given, words } = split(args, (name) => withValue.has(name));
  const found = findCommand(commands, words);
  // The value of an unknown flag looks like a command, so the flag is what to report.
  const stranger = given.find(({ name }) => !all.some((flag) => flag.name === name));
  if (stranger !== undefined) {
    return refuseFlag(stranger, found ? Object.values(found.command.flags) : all);
  }
  if (found === undefined) return refuseWords(family, commands, words);
  const { kind, command, rest } = found;
  const flags = readFlags(given, command.flags);
  if (!flags.ok) return flags;
  const usage = formatUsage(family, wordsOf(kind, command), command);
  const values = readArguments(rest, usage, command.args);
  if (!values.ok) return values;
  const options = { kind, ...values.value, ...flags.value };
  return { ok: true, value: options as unknown as OptionsOf<Table> };
}
