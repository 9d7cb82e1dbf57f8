import type { UsageFault } from "../../lib/cli/read_command.ts";

const ENCODER = new TextEncoder();

/** Prints a line on stdout, where results go. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- the command line is where results are printed
  console.log(line);
}

/** Prints lines on stdout, until its reader has left, as behind `| head`. */
export function tryPrintLines(lines: readonly string[]): boolean {
  let bytes = ENCODER.encode(lines.map((line) => `${line}\n`).join(""));
  try {
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}

/** Prints a problem on stderr, after the name of the program. */
export function printProblem(message: string): void {
  // deno-lint-ignore no-console -- the command line is where problems are printed
  console.error(`deno-channel: ${message}`);
}

/** Prints what is wrong with the command line; returns the exit code for that. */
export async function printUsageError(fault: UsageFault): Promise<number> {
  // Only a mistake pays for the search of the word that was meant.
  const { formatUsageFault } = await import("../../lib/cli/usage_fault.ts");
  printProblem(`${formatUsageFault(fault)}\nRun it with --help to see what there is`);
  return 2;
}

/** Styles text for a terminal. */
export interface TextStyle {
  /** Makes text stand out. */
  readonly bold: (text: string) => string;
  /** Makes text recede. */
  readonly dim: (text: string) => string;
}

/** Creates the style of stdout: plain, unless it is a terminal and `NO_COLOR` is not set. */
export function createTextStyle(
  isStyled: boolean = Deno.stdout.isTerminal() && !Deno.noColor,
): TextStyle {
  const wrap = (code: number) => (text: string) => isStyled ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { bold: wrap(1), dim: wrap(2) };
}

/** Counts the columns of stdout; `undefined` when it is no terminal. */
export function countColumns(): number | undefined {
  if (!Deno.stdout.isTerminal()) return undefined;
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}
