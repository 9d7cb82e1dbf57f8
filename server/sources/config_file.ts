/**
 * The file with the configuration of the sources, as commands read and change it. It may also be
 * edited by hand; what is not understood is left as it is.
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
import { findFileFault } from "../state/guard.ts";
import { describeWriteFault, lockWriters, writeAtomically } from "../state/write_file.ts";

/**
 * Reads the configuration; where there is none, there is no source.
 *
 * @param stateDir The state folder.
 * @returns The configuration, or a message that names the file and what is wrong with it.
 */
export function readSourceFile(stateDir: string): SourceConfigResult {
  const path = sourcesPathOf(stateDir);
  let result: SourceConfigResult;
  try {
    const fault = findFileFault(path, Deno.lstatSync(path));
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
 * Changes the configuration while no other process does by this way.
 *
 * @param stateDir The state folder; it is created where there is none.
 * @param change Makes the new configuration of the present one.
 * @returns What is on disk now; or what is wrong with the file, what the change was refused for, or why
 * nothing can be written.
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

/** The path of the file with the secret that was made for a source. */
export function secretPathOf(stateDir: string, name: string): string {
  return `${stateDir}/secret-${name}`;
}
