/**
 * The help text, made of the tables that the commands are read with.
 *
 * @module
 */

import type { Flag } from "./flags.ts";
import { type Command, type Commands, formatUsage, wordsOf } from "./read_command.ts";

/** Commands that the help text shows together. */
export interface HelpPart {
  readonly title: string;
  /** The first word of the commands; empty where they have none in common. */
  readonly family: string;
  readonly commands: Commands;
  /** Further lines. */
  readonly notes?: readonly string[];
}

function formatRows(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** The lines of the usage of some commands, each with what it does. */
function usageRows({ family, commands }: HelpPart): (readonly [string, string])[] {
  return Object.entries(commands).map(([kind, command]) => {
    const words = wordsOf(kind, command);
    const usage = formatUsage(family, command.isDefault ? `[${words}]` : words, command);
    return [`deno-channel ${usage} [flags]`, command.summary] as const;
  });
}

/** The lines of the flags of some commands; a flag that not all of them take names those that do. */
function flagRows({ commands }: HelpPart): (readonly [string, string])[] {
  const takers = new Map<string, { readonly flag: Flag<unknown>; readonly words: string[] }>();
  for (const [kind, command] of Object.entries(commands)) {
    for (const flag of Object.values(command.flags)) {
      const words = takers.get(flag.name)?.words ?? [];
      takers.set(flag.name, { flag, words: [...words, wordsOf(kind, command)] });
    }
  }
  return Array.from(takers.values(), ({ flag: { name, value, help }, words }) => {
    const isCommon = words.length === Object.keys(commands).length;
    const usage = value === undefined ? `--${name}` : `--${name} <${value}>`;
    return [usage, isCommon ? help : `${words.join(", ")}: ${help}`] as const;
  });
}

/** Keeps the commands that begin with some words; `undefined` where none does. */
function select({ commands, ...part }: HelpPart, words: string): HelpPart | undefined {
  const isAsked = ([kind, command]: readonly [string, Command]) =>
    `${part.family} ${wordsOf(kind, command)} `.trimStart().startsWith(`${words} `);
  const asked = Object.entries(commands).filter(isAsked);
  return asked.length === 0 ? undefined : { ...part, commands: Object.fromEntries(asked) };
}

/** Finds the commands that the most of some words begin; all of them where none begins so. */
function selectParts(parts: readonly HelpPart[], words: readonly string[]): readonly HelpPart[] {
  for (let count = words.length; count > 0; count--) {
    const start = words.slice(0, count).join(" ");
    const asked = parts.map((part) => select(part, start)).filter((part) => part !== undefined);
    if (asked.length > 0) return asked;
  }
  return parts;
}

/**
 * Formats the help text.
 *
 * @param words The words of the command line: a command they begin with is shown alone.
 */
export function formatHelp(parts: readonly HelpPart[], words: readonly string[]): string[] {
  const shown = selectParts(parts, words);
  return [
    "Usage:",
    ...formatRows(shown.flatMap(usageRows)),
    ...shown.flatMap(({ title, notes = [], ...part }) => [
      "",
      `Flags of ${title}:`,
      ...formatRows(flagRows({ title, ...part })),
      ...(notes.length === 0 ? [] : ["", ...notes]),
    ]),
  ];
}
