import { listCorruptJournals } from "../../server/state/folder.ts";

/** Reports the corrupt journals that were moved aside, for as long as they are in the state folder. */
export function reportCorruptJournals(stateDir: string, report: (line: string) => void): void {
  for (const name of listCorruptJournals(stateDir)) {
    report(`A corrupt journal was moved aside: ${stateDir}/${name}`);
  }
}
