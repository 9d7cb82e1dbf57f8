import { findNearest } from "../text/nearest.ts";
import type { UsageFault } from "./read_command.ts";

/** Formats the fault of a command line, with the word that was probably meant. */
export function formatUsageFault({ problem, reason, unknown }: Omit<UsageFault, "ok">): string {
  const nearest = unknown && findNearest(unknown.word, unknown.known);
  return `${problem}: ${nearest === undefined ? reason : `did you mean "${nearest}"?`}`;
}
