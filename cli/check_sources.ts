import { sourcesPathOf } from "../server/state/folder.ts";
import { printError } from "./shared/terminal.ts";

function readConfig(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Checks the configuration of the sources before a server starts: later there is a last good one to go
 * on with, and now there is none.
 *
 * @param stateDir The state folder.
 * @returns Whether it can be used; after it was said what is wrong.
 */
export async function checkSources(stateDir: string): Promise<boolean> {
  const path = sourcesPathOf(stateDir);
  const text = readConfig(path);
  if (text === undefined) return true;
  const { compileSources } = await import("../server/sources/compile_sources.ts");
  const result = await compileSources(text);
  if (!result.ok) printError(`deno-channel: Cannot use ${path}: ${result.message}`);
  return result.ok;
}
