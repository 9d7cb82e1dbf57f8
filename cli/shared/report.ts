import { printError, type TextStyle, tryPrintLines } from "./terminal.ts";

/** What a command about access works with. */
export interface AccessEnvironment {
  /** The state folder. */
  readonly stateDir: string;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
  /** What text looks like. */
  readonly style: TextStyle;
}

/** What a command about access has to say. */
export interface AccessReport {
  /** The exit code. */
  readonly exitCode: number;
  /** The lines for stdout. */
  readonly lines: readonly string[];
  /** The lines for stderr, without the name of the program. */
  readonly problems: readonly string[];
}

/** Prints a report; returns its exit code. */
export function printAccessReport({ exitCode, lines, problems }: AccessReport): number {
  for (const problem of problems) printError(`deno-channel: ${problem}`);
  tryPrintLines(lines);
  return exitCode;
}
