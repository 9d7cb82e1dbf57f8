const ENCODER = new TextEncoder();

/** Prints a line on stdout, where a command's results go. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- the command line is where results are printed
  console.log(line);
}

/**
 * Prints lines on stdout until nobody reads them any more, as behind `| head`.
 *
 * @returns Whether stdout is still read.
 */
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

/** Prints a line on stderr, where problems go. */
export function printError(line: string): void {
  // deno-lint-ignore no-console -- the command line is where problems are printed
  console.error(line);
}

/** Prints what was wrong with the command line; returns the exit code for that. */
export function printUsageError(message: string): number {
  printError(`deno-channel: ${message}`);
  printError("Run it with --help to see what there is");
  return 2;
}

/** What text looks like. */
export interface TextStyle {
  /** Text that stands out. */
  readonly bold: (text: string) => string;
  /** Text that matters less. */
  readonly dim: (text: string) => string;
}

/**
 * How stdout shows text: plain, unless it is a terminal and the variable `NO_COLOR` is not set.
 *
 * @param isStyled Decides otherwise.
 */
export function createTextStyle(
  isStyled: boolean = Deno.stdout.isTerminal() && !Deno.noColor,
): TextStyle {
  const wrap = (code: number) => (text: string) => isStyled ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { bold: wrap(1), dim: wrap(2) };
}

/** How many columns stdout has; `undefined` when it is no terminal. */
export function countColumns(): number | undefined {
  if (!Deno.stdout.isTerminal()) return undefined;
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}
