/**
 * Reads the texts of flags that take a value: numbers, ports, durations and lists.
 *
 * @module
 */

import { tryParseDurationMs } from "../text/duration.ts";

/** What a flag or a command line says, or a message that names the text and what is allowed. */
export type FlagValue<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** The port of the documented walkthrough. */
export const DEFAULT_PORT = 8788;

/** Which numbers a flag takes. */
export interface NumberFlagOptions {
  /** The name of the flag. */
  readonly flag: string;
  /** The least that is allowed. */
  readonly min: number;
  /** The most that is allowed. */
  readonly max: number;
}

/** Which durations a flag takes. */
export interface DurationFlagOptions {
  /** The name of the flag. */
  readonly flag: string;
  /**
   * The longest that is allowed.
   *
   * @default {"3650d"}
   */
  readonly max?: string;
}

/** Which items a flag with a list takes. */
export interface ListFlagOptions {
  /** The name of the flag. */
  readonly flag: string;
  /** Whether a text is one of the items that are allowed. */
  readonly isItem: (text: string) => boolean;
  /** What is expected, for the message. */
  readonly expected: string;
}

/** What is wrong about the value of a flag. */
export interface InvalidFlag {
  /** The name of the flag. */
  readonly flag: string;
  /** What is expected instead. */
  readonly expected: string;
}

/** Refuses the text of a flag, with the message that all flags have in common. */
export function refuseFlagValue(
  text: string,
  { flag, expected }: InvalidFlag,
): { readonly ok: false; readonly message: string } {
  return { ok: false, message: `Invalid value "${text}" for --${flag}: expected ${expected}` };
}

/**
 * Reads a whole number out of the text of a flag.
 *
 * @returns The number, or a message that names the flag, the value and what is allowed.
 */
export function readNumberFlag(
  text: string,
  { flag, min, max }: NumberFlagOptions,
): FlagValue<number> {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return { ok: true, value };
  return refuseFlagValue(text, { flag, expected: `a whole number from ${min} to ${max}` });
}

/** Reads the port of a server that runs out of the text of `--port`. */
export function readPortFlag(text = String(DEFAULT_PORT)): FlagValue<number> {
  return readNumberFlag(text, { flag: "port", min: 1, max: 65535 });
}

/** Reads how many rows are listed out of the text of `--limit`. */
export function readLimitFlag(text = "50"): FlagValue<number> {
  return readNumberFlag(text, { flag: "limit", min: 1, max: 1000 });
}

/**
 * Reads a duration out of the text of a flag.
 *
 * @returns The duration in milliseconds, or a message that names the flag, the value and what is
 * allowed.
 */
export function readDurationFlag(
  text: string,
  { flag, max = "3650d" }: DurationFlagOptions,
): FlagValue<number> {
  const value = tryParseDurationMs(text) ?? Infinity;
  if (value <= (tryParseDurationMs(max) ?? 0)) return { ok: true, value };
  const expected = `a duration such as "10m" or "2h", at most ${max}`;
  return refuseFlagValue(text, { flag, expected });
}

/**
 * Reads a list out of the text of a flag, whose items are separated by commas and nothing else.
 *
 * @param text The text, `undefined` when the flag was not given.
 * @returns The items, none without the flag; or a message that names the first one that is wrong.
 */
export function readListFlag(
  text: string | undefined,
  { flag, isItem, expected }: ListFlagOptions,
): FlagValue<readonly string[]> {
  const items = text?.split(",") ?? [];
  const wrong = items.find((item) => !isItem(item));
  return wrong === undefined
    ? { ok: true, value: items }
    : refuseFlagValue(wrong, { flag, expected });
}
