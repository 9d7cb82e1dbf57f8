import { sourcesPathOf } from "../../server/state/folder.ts";
import { printProblem } from "../shared/terminal.ts";

function readConfig(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Checks the configuration of the sources before a server starts: only a running server has a last good
 * one to fall back on.
 *
 * @returns Whether it can be used; otherwise the problem was printed.
 */
export async function checkSources(stateDir: string): Promise<boolean> {
  const path = sourcesPathOf(stateDir);
  const text = readConfig(path);
  if (text === undefined) return true;
  const { compileSources } = await import("../../server/sources/compile_sources.ts");
  const result = await compileSources(text);
  if (!result.ok) printProblem(`Cannot use ${path}: ${result.message}`);
  return result.ok;
}
