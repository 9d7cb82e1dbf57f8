import type { Parsed } from "../../../lib/cli/read_command.ts";
import { formatUsageFault } from "../../../lib/cli/usage_fault.ts";

/** The message about a command line; empty for one that can be used. */
export function messageOf(parsed: Parsed<unknown>): string {
  return parsed.ok ? "" : formatUsageFault(parsed);
}
