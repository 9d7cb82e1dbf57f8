import { printProblem, type TextStyle, tryPrintLines } from "./terminal.ts";

/** The surroundings of a command that reads or changes files of the state folder. */
export interface CommandEnvironment {
  readonly stateDir: string;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
  readonly style: TextStyle;
}

/** The output of a command, and its exit code. */
export interface CommandReport {
  readonly exitCode: number;
  /** The lines for stdout. */
  readonly lines: readonly string[];
  /** The lines for stderr, without the name of the program. */
  readonly problems: readonly string[];
}

/** Reports what a command did. */
export function succeed(
  lines: readonly string[],
  problems: readonly string[] = [],
): CommandReport {
  return { exitCode: 0, lines, problems };
}

/** Reports why a command did nothing. */
export function fail(...problems: readonly string[]): CommandReport {
  return { exitCode: 1, lines: [], problems };
}

/** Prints a report; returns its exit code. */
export function printReport({ exitCode, lines, problems }: CommandReport): number {
  for (const problem of problems) printProblem(problem);
  tryPrintLines(lines);
  return exitCode;
}
