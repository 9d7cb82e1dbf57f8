import { assertEquals } from "@std/assert";
import { MemoryJournal } from "../_memory_journal.ts";

const DAY_MS = 86_400_000;

Deno.test("FailureTable knows what is broken until it works again, or for 90 days [source.tracked]", () => {
  using memory = new MemoryJournal();
  const { failures } = memory.journal;
  const ci = { source: "ci", subject: "build on main" };
  const other = { ...ci, source: "other" };
  failures.note({ ...ci, hasFailed: true }, 0);
  assertEquals([failures.has(ci), failures.has(other)], [true, false]);
  failures.note({ ...other, hasFailed: true }, 90 * DAY_MS);
  failures.note({ ...other, hasFailed: false }, 90 * DAY_MS);
  assertEquals([failures.has(ci), failures.has(other)], [true, false]);
  failures.note({ ...other, hasFailed: true }, 90 * DAY_MS + 1);
  assertEquals([failures.has(ci), failures.has(other)], [false, true]);
});

Deno.test("FailureTable remembers the newest 1,000 of subjects without end [source.tracked]", () => {
  using memory = new MemoryJournal();
  const { failures } = memory.journal;
  const failureOf = (number: number) => ({ source: "ci", subject: `build on branch ${number}` });
  for (let i = 1; i <= 3000; i++) failures.note({ ...failureOf(i), hasFailed: true }, i);
  const known = Array.from({ length: 3000 }, (_, i) => i + 1).filter((i) =>
    failures.has(failureOf(i))
  );
  assertEquals([known.length, known[0], known.at(-1)], [1000, 2001, 3000]);
});
