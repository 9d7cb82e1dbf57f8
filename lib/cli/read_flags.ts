/**
 * Command line flags, read by the rules of GNU getopt_long as far as they are used here.
 *
 * `parseArgs` of `node:util` would do, but importing it takes 3 MiB and several milliseconds of every
 * session's start.
 *
 * @module
 */

import { refuseFlagValue } from "./flag_value.ts";

/** One flag of a command. */
export interface FlagSpec {
  /** The name of its value in the help text; a flag without one is a switch. */
  readonly value?: string;
  /** What the flag does, for the help text. */
  readonly help: string;
  /** Which values it takes; by default any text. */
  readonly check?: {
    /** Whether a text is one of them. */
    readonly isValue: (text: string) => boolean;
    /** What is expected, for the message. */
    readonly expected: string;
  };
}

/** The flags that were given: the text of a value, or `true` for a switch. */
export type Flags<Spec extends Record<string, FlagSpec>> = {
  readonly [Name in keyof Spec]?: Spec[Name] extends { value: string } ? string : true;
};

/** What {@linkcode readFlags} returns. */
export type FlagsResult<Spec extends Record<string, FlagSpec>> =
  | { readonly ok: true; readonly flags: Flags<Spec> }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the flags of a command: `--flag value`, `--flag=value` and `--switch`.
 *
 * @param args The arguments after the command's name.
 * @param spec The flags that the command has, by name.
 * @returns The flags, or a message that names the argument and what is allowed.
 */
export function readFlags<Spec extends Record<string, FlagSpec>>(
  args: readonly string[],
  spec: Spec,
): FlagsResult<Spec> {
  const flags: Record<string, string | true> = {};
  const allowed = Object.keys(spec).map((name) => `--${name}`).join(", ") || "none";
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, name = "", inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const flag = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (flag === undefined) {
      const what = arg.startsWith("-") ? "flag" : "argument";
      return { ok: false, message: `Unknown ${what} "${arg}": allowed flags are ${allowed}` };
    }
    if (Object.hasOwn(flags, name)) {
      return { ok: false, message: `The flag --${name} is given twice: expected it once` };
    }
    if (flag.value === undefined) {
      if (inline !== undefined) {
        return { ok: false, message: `The flag --${name} takes no value: received "${inline}"` };
      }
      flags[name] = true;
      continue;
    }
    const value = inline ?? rest.shift();
    if (value === undefined || (inline === undefined && value.startsWith("--"))) {
      return { ok: false, message: `The flag --${name} needs a value: expected ${flag.value}` };
    }
    if (flag.check?.isValue(value) === false) {
      return refuseFlagValue(value, { flag: name, expected: flag.check.expected });
    }
    flags[name] = value;
  }
  return { ok: true, flags: flags as Flags<Spec> };
}

/** Formats the flags of a command for its help text, one line each. */
export function formatFlags(spec: Record<string, FlagSpec>): string {
  const rows = Object.entries(spec).map(([name, { value, help }]) =>
    [value === undefined ? `--${name}` : `--${name} <${value}>`, help] as const
  );
  const width = Math.max(...rows.map(([usage]) => usage.length));
  return rows.map(([usage, help]) => `  ${usage.padEnd(width)}  ${help}`).join("\n");
}
