/**
 * Reads and changes the configuration of the sources for commands. People may edit the file as well;
 * a file with a fault is never overwritten.
 *
 * @module
 */

import {
  formatSourceConfig,
  type SourceConfigResult,
  tryParseSourceConfig,
} from "../../lib/sources/config/config_file.ts";
import type { SourceConfig } from "../../lib/sources/config/entry.ts";
import { sourcesPathOf } from "../state/folder.ts";
import { findSourcesFault } from "../state/guard.ts";
import { describeWriteFault, lockWriters, writeAtomically } from "../state/write_file.ts";

/** Reads the configuration, which has no source where there is no file. */
export function readSourceFile(stateDir: string): SourceConfigResult {
  const path = sourcesPathOf(stateDir);
  let result: SourceConfigResult;
  try {
    const fault = findSourcesFault(stateDir);
    result = fault === undefined
      ? tryParseSourceConfig(Deno.readTextFileSync(path))
      : { ok: false, message: fault };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { ok: true, config: { sources: {} } };
    result = { ok: false, message: `it cannot be read (${(error as Error).name})` };
  }
  return result.ok ? result : { ok: false, message: `Cannot use ${path}: ${result.message}` };
}

/**
 * Changes the configuration under a lock.
 *
 * @param stateDir The state folder; it is created where there is none.
 * @param change Makes the new configuration of the present one.
 * @returns The configuration on disk; or the fault of the file, of the change or of writing.
 */
export async function updateSourceFile(
  stateDir: string,
  change: (config: SourceConfig) => SourceConfigResult | Promise<SourceConfigResult>,
): Promise<SourceConfigResult> {
  const path = sourcesPathOf(stateDir);
  try {
    using _lock = await lockWriters(stateDir, path);
    const before = readSourceFile(stateDir);
    if (!before.ok) return before;
    const after = await change(before.config);
    if (after.ok) await writeAtomically(path, formatSourceConfig(after.config));
    return after;
  } catch (error) {
    return { ok: false, message: describeWriteFault(path, error) };
  }
}
