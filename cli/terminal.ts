/** Prints a line on stdout, where a command's results go. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- the command line is where results are printed
  console.log(line);
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
