import { assertEquals } from "@std/assert";
import { type JournalReader, withJournal } from "../../../cli/shared/journal_reader.ts";
import { Journal } from "../../../server/journal/journal.ts";
import { createStateFolder, journalPathOf } from "../../../server/state/folder.ts";
import { createScratch } from "../../server/_scratch.ts";

function createJournal(stateDir: string): void {
  createStateFolder(stateDir);
  Journal.open(journalPathOf(stateDir), { durability: "normal" }).close();
}

const countEvents = ({ journal }: JournalReader) => journal.events.list({ limit: 9 }).length;

Deno.test("withJournal() says that there is no journal, and creates none [cli.events]", async () => {
  const parent = createScratch();
  const missing: string[] = [];
  const onNone = (stateDir: string) => missing.push(stateDir) + 6;
  const stateDir = `${parent}/state`;
  assertEquals(await withJournal({ stateDir, onNone }, countEvents), 7);
  assertEquals([missing, [...Deno.readDirSync(parent)]], [[stateDir], []]);
});

Deno.test("withJournal() pauses until there is a journal, or until it is to leave [cli.events]", async () => {
  const parent = createScratch();
  const onNone = () => 7;
  for (
    const [name, steps, exitCode] of [["a", [true, true], 0], ["b", [true, false], 7]] as const
  ) {
    const stateDir = `${parent}/${name}`;
    const left = [...steps];
    const pause = () => {
      const goesOn = left.shift() ?? false;
      if (left.length === 0 && goesOn) createJournal(stateDir);
      return Promise.resolve(goesOn);
    };
    assertEquals(await withJournal({ stateDir, onNone, pause }, countEvents), exitCode, name);
    assertEquals(left, [], name);
  }
});
