import { assertEquals } from "@std/assert";
import {
  type FollowedJournal,
  followEvents,
  type FollowOptions,
} from "../../../cli/events/follow.ts";
import type { EventSummary } from "../../../lib/event/event_record.ts";
import type { EventState } from "../../../lib/event/event_state.ts";
import type { EventTable } from "../../../server/journal/event_table.ts";
import { MemoryJournal } from "../../server/_memory_journal.ts";

function insert({ events }: { events: EventTable }, seq: number, state: EventState = "stored") {
  events.insert({
    seq,
    state,
    session: null,
    storedAt: seq,
    source: "text",
    sender: "ci",
    meta: "{}",
    content: `content ${seq}`,
  });
}

/** A journal that says at each look that something was committed. */
function withNews({ events }: { events: EventTable }): FollowedJournal {
  let version = 0;
  return { events, dataVersion: () => version++ };
}

/** Follows a journal; each step happens before a further look. Returns what was shown. */
async function follow(
  followed: FollowedJournal,
  steps: readonly (() => void)[],
  options: Partial<FollowOptions> = {},
): Promise<string[]> {
  const shown: string[] = [];
  const show = ({ seq, state }: EventSummary) => shown.push(`${seq} ${state}`) > 0;
  const left = steps.values();
  await followEvents({
    journal: () => followed,
    states: undefined,
    limit: 50,
    begin: (events) => {
      events.forEach(show);
      return true;
    },
    next: show,
    pause: () => {
      const { value: step, done } = left.next();
      step?.();
      return Promise.resolve(!done);
    },
    ...options,
  });
  return shown;
}

Deno.test("followEvents() shows the newest events, then what comes in and what changes [cli.events]", async () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  for (const seq of [1, 2, 3]) insert(journal, seq);
  const shown = await follow(withNews(journal), [
    () => insert(journal, 4, "pushed"),
    () => {},
    () => journal.events.change(2, "answer", 9),
    () => {
      journal.events.change(4, "see", 9);
      insert(journal, 5);
    },
    () => {},
  ], { limit: 2 });
  assertEquals(shown, ["2 stored", "3 stored", "4 pushed", "2 answered", "4 seen", "5 stored"]);
});

Deno.test("followEvents() shows a change into and out of the states that matter", async () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  for (const seq of [1, 2]) insert(journal, seq);
  insert(journal, 3, "seen");
  const steps = [
    () => journal.events.change(1, "see", 9),
    () => journal.events.change(1, "answer", 9),
    () => journal.events.change(3, "answer", 9),
    () => insert(journal, 4, "filtered"),
  ];
  const open = await follow(withNews(journal), steps, { states: ["stored", "pushed"] });
  assertEquals(open, ["1 stored", "2 stored", "1 seen"]);

  insert(journal, 5, "seen");
  const answer = () => journal.events.change(5, "answer", 9);
  const answered = await follow(withNews(journal), [answer], { states: ["answered"] });
  assertEquals(answered, ["1 answered", "3 answered", "5 answered"]);
});

Deno.test("followEvents() does not look when nothing was committed", async () => {
  using memory = new MemoryJournal();
  let lists = 0;
  const events: FollowedJournal["events"] = {
    list: (query) => {
      lists++;
      return memory.journal.events.list(query);
    },
  };
  const steps = [() => insert(memory.journal, 1), () => {}];
  assertEquals(await follow({ events, dataVersion: () => 1 }, steps), []);
  assertEquals(lists, 2);
});

Deno.test("followEvents() shows every event of a burst once, in order", async () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  insert(journal, 1);
  const burst = Array.from({ length: 1200 }, (_, index) => index + 2);
  const shown = await follow(withNews(journal), [
    () => burst.forEach((seq) => insert(journal, seq)),
    () => {},
  ]);
  assertEquals(shown, [1, ...burst].map((seq) => `${seq} stored`));
});

Deno.test("followEvents() sees an old event change that was shown, and takes no old one for new", async () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  for (let seq = 1; seq <= 600; seq++) insert(journal, seq, seq <= 3 ? "stored" : "answered");
  const shown = await follow(withNews(journal), [
    () => journal.events.change(3, "see", 9),
    () => journal.events.change(1, "see", 9),
  ], { states: ["stored"], limit: 2 });
  assertEquals(shown, ["2 stored", "3 stored", "3 seen"]);
});

Deno.test("followEvents() goes on with the journal that has taken the place of another", async () => {
  using memory = new MemoryJournal();
  using other = new MemoryJournal();
  insert(memory.journal, 1);
  const same = (journal: FollowedJournal) => ({ events: journal.events, dataVersion: () => 1 });
  let current = same(memory.journal);
  const next = () => {
    insert(other.journal, 2);
    current = same(other.journal);
  };
  const shown = await follow(current, [next], { journal: () => current });
  assertEquals(shown, ["1 stored", "2 stored"]);
});

Deno.test("followEvents() ends when its output is closed", async () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  const add = () => [1, 2].forEach((seq) => insert(journal, seq));
  const refused: number[] = [];
  const next = ({ seq }: EventSummary) => refused.push(seq) === 0;
  await follow(withNews(journal), [add, () => refused.push(-1)], { next });
  assertEquals(refused, [1]);

  const pause = () => Promise.reject(new Error("It goes on"));
  await follow(withNews(journal), [], { begin: () => false, pause });
});
