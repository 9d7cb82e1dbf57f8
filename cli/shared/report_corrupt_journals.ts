import { listCorruptJournals } from "../../server/state/folder.ts";

/**
 * Reports the corrupt journals of a state folder that were moved aside, for as long as they are there.
 *
 * @param stateDir The state folder.
 * @param report Takes a line for each.
 */
export function reportCorruptJournals(stateDir: string, report: (line: string) => void): void {
  for (const name of listCorruptJournals(stateDir)) {
    report(`A corrupt journal was moved aside: ${stateDir}/${name}`);
  }
}
