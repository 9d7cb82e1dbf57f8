/**
 * Flags and arguments that read themselves: one description gives the value, the default, the line in
 * the help text and the message about a wrong text.
 *
 * No parser library: each that was measured costs every session 1 to 13 MiB.
 *
 * @module
 */

import { tryParseDurationMs } from "../text/duration.ts";

/** Reads one text of the command line. */
export interface Reader<T> {
  /** Reads a text; `undefined` for a wrong one. */
  readonly parse: (text: string) => T | undefined;
  /** Completes the message "expected …" about a wrong text. */
  readonly expected: string;
}

export interface Flag<T> extends Reader<T> {
  /** The name without dashes. */
  readonly name: string;
  /** The name of the value in the help text; a flag without one is a switch. */
  readonly value?: string;
  /** The line of the help text, the default included. */
  readonly help: string;
  /** The value without the flag. */
  readonly usual: T;
  /** The value of a switch that is given. */
  readonly given?: T;
  /** Finds the part of a wrong text that the message shows; the whole text by default. */
  readonly findWrong?: (text: string) => string | undefined;
}

/** The number of words of an argument; `some` is one or more, joined by spaces. */
type Count = "one" | "optional" | "some";

export interface Argument<T, Times extends Count = Count> extends Reader<T> {
  readonly name: string;
  /** Begins the message when the argument is missing. */
  readonly what: string;
  readonly count: Times;
  /** The texts that it takes, for "did you mean". */
  readonly known?: readonly string[];
}

/** The value that a flag or an argument gives. */
type ValueOf<Described> = Described extends { readonly usual: infer Value } ? Value
  : Described extends Argument<infer Value, infer Times>
    ? "optional" extends Times ? Value | undefined : Value
  : never;

/** The values that a table of flags or arguments gives. */
export type ValuesOf<Table> = { readonly [Key in keyof Table]: ValueOf<Table[Key]> };

/** Options of every flag with a value. */
interface ValueOptions {
  /** The name of the value in the help text. */
  readonly value?: string;
  readonly help: string;
  /** The default in words, where there is no value for it. */
  readonly otherwise?: string | undefined;
}

/** Describes a flag with a value that is `undefined` without the flag. */
export function flag<Value>(
  name: string,
  { value = "text", help, otherwise, parse, expected }: ValueOptions & Reader<Value>,
): Flag<Value | undefined> {
  const line = otherwise === undefined ? help : `${help} (default ${otherwise})`;
  return { name, value, help: line, usual: undefined, parse, expected };
}

/** Describes a switch: `false` without the flag and `true` with it, unless `values` says otherwise. */
export function toggle(name: string, help: string): Flag<boolean>;
export function toggle<Value>(
  name: string,
  help: string,
  values: Required<Pick<Flag<Value>, "usual" | "given">>,
): Flag<Value>;
export function toggle(
  name: string,
  help: string,
  values: Pick<Flag<unknown>, "usual" | "given"> = { usual: false, given: true },
): Flag<unknown> {
  return { name, help, ...values, parse: () => undefined, expected: "no value" };
}

interface NumberOptions extends ValueOptions {
  readonly min: number;
  readonly max: number;
  /** The number that one stands for. */
  readonly unit?: number;
  readonly usual?: number;
}

export function number(name: string, options: NumberOptions & { usual: number }): Flag<number>;
export function number(name: string, options: NumberOptions): Flag<number | undefined>;
export function number(name: string, options: NumberOptions): Flag<number | undefined> {
  const { min, max, unit = 1, usual, otherwise = usual?.toString(), value = "number" } = options;
  const described = flag(name, {
    ...options,
    value,
    otherwise,
    parse(text) {
      const count = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
      return count >= min && count <= max ? count * unit : undefined;
    },
    expected: `a whole number from ${min} to ${max}`,
  });
  return { ...described, usual: usual && usual * unit };
}

interface DurationOptions extends ValueOptions {
  /** The longest; 3650 days by default. */
  readonly max?: string;
  readonly usual?: string;
}

/** Describes a flag that takes a duration; its value is in milliseconds. */
export function duration(name: string, options: DurationOptions & { usual: string }): Flag<number>;
export function duration(name: string, options: DurationOptions): Flag<number | undefined>;
export function duration(name: string, options: DurationOptions): Flag<number | undefined> {
  const { max = "3650d", usual, otherwise = usual } = options;
  const maxMs = tryParseDurationMs(max) ?? 0;
  const described = flag(name, {
    ...options,
    value: "duration",
    otherwise,
    parse(text) {
      const ms = tryParseDurationMs(text) ?? Infinity;
      return ms <= maxMs ? ms : undefined;
    },
    expected: `a duration such as "10m" or "2h", at most ${max}`,
  });
  return { ...described, usual: usual === undefined ? undefined : tryParseDurationMs(usual) };
}

/** Reads one of some texts. */
export function oneOf<Choice extends string>(choices: readonly Choice[]): Reader<Choice> {
  return {
    parse: (text) => choices.find((choice) => choice === text),
    expected: choices.length === 2 ? choices.join(" or ") : `one of ${choices.join(", ")}`,
  };
}

interface ChoiceOptions<Choice extends string> extends ValueOptions {
  readonly choices: readonly Choice[];
  readonly usual?: NoInfer<Choice>;
}

export function choice<const Choice extends string>(
  name: string,
  options: ChoiceOptions<Choice> & { usual: NoInfer<Choice> },
): Flag<Choice>;
export function choice<const Choice extends string>(
  name: string,
  options: ChoiceOptions<Choice>,
): Flag<Choice | undefined>;
export function choice<const Choice extends string>(
  name: string,
  options: ChoiceOptions<Choice>,
): Flag<Choice | undefined> {
  const { choices, usual, otherwise = usual } = options;
  return { ...flag(name, { ...options, otherwise, ...oneOf(choices) }), usual };
}

/** Reads the texts that `isValue` takes. */
export function texts(isValue: (text: string) => boolean, expected: string): Reader<string> {
  return { parse: (text) => isValue(text) ? text : undefined, expected };
}

/** Reads a path, in which Claude Code leaves a variable that is not set as it was written. */
export function paths(expected: string): Reader<string> {
  return texts((text) => text !== "" && !text.includes("${"), expected);
}

/** Describes a flag that takes items separated by commas and nothing else. */
export function list<Item>(
  name: string,
  { parse, expected, ...options }: ValueOptions & Reader<Item>,
): Flag<readonly Item[] | undefined> {
  const described = flag<readonly Item[]>(name, {
    ...options,
    parse(text) {
      const items = text.split(",").map(parse).filter((item) => item !== undefined);
      return items.length === text.split(",").length ? items : undefined;
    },
    expected: `${expected}, separated by commas`,
  });
  const findWrong = (text: string) => text.split(",").find((item) => parse(item) === undefined);
  return { ...described, findWrong };
}

type ArgumentOptions<Value> = Reader<Value> & Pick<Argument<Value>, "known">;

/** Describes an argument; any text by default. */
export function argument(name: string, what: string): Argument<string, "one">;
export function argument<Value>(
  name: string,
  what: string,
  options: ArgumentOptions<Value> & { readonly count: "optional" },
): Argument<Value, "optional">;
export function argument<Value>(
  name: string,
  what: string,
  options: ArgumentOptions<Value> & { readonly count?: "some" },
): Argument<Value, "one" | "some">;
export function argument(
  name: string,
  what: string,
  options: ArgumentOptions<unknown> & { readonly count?: Count } = texts(() => true, what),
): Argument<unknown> {
  return { name, what, count: "one", ...options };
}
