import { assert, assertEquals } from "@std/assert";
import { AuditLog } from "../../../server/journal/audit_log.ts";
import { createDiskFullError, MemoryJournal } from "../_memory_journal.ts";

const NOW = Date.UTC(2026, 10, 21);

/** An audit at a time that is set by hand. */
function createFixture() {
  const memory = new MemoryJournal();
  const clock = { now: NOW };
  const audit = new AuditLog({ keeper: memory, now: () => clock.now });
  return {
    memory,
    clock,
    audit,
    note: (actor: string, action = "refuse", subject = "", detail = "") =>
      audit.note({ action, actor, subject, detail }),
    rows: () =>
      memory.journal.audit.list(10_000).reverse()
        .map(({ at, action, actor, times }) => [at - NOW, action, actor, times]),
    [Symbol.dispose]() {
      audit.flush();
      memory[Symbol.dispose]();
    },
  };
}

Deno.test("AuditLog writes what happens at once, and how often it was repeated later [audit.rows]", () => {
  using fixture = createFixture();
  const { audit, clock, note, rows } = fixture;
  for (let i = 0; i < 5; i++) note("10.0.0.1");
  note("10.0.0.2");
  assertEquals(rows(), [[0, "refuse", "10.0.0.1", 1], [0, "refuse", "10.0.0.2", 1]]);
  clock.now += 60_000;
  audit.flush();
  assertEquals(rows().slice(2), [[60_000, "refuse", "10.0.0.1", 4]]);
  audit.flush();
  note("10.0.0.1");
  assertEquals(rows().slice(3), [[60_000, "refuse", "10.0.0.1", 1]]);
});

Deno.test("AuditLog tells apart what differs in anything [audit.rows]", () => {
  using fixture = createFixture();
  const rows = [["a", "b", "c", "d"], ["ab", "", "c", "d"], ["a", "b", "cd", ""], [
    "a",
    "b",
    "",
    "cd",
  ]];
  for (let i = 0; i < 2; i++) {
    for (const [action = "", actor = "", subject, detail] of rows) {
      fixture.note(actor, action, subject, detail);
    }
  }
  assertEquals(fixture.rows().length, rows.length);
});

Deno.test("AuditLog keeps few rows of many that differ, and counts them all [audit.rows]", () => {
  using fixture = createFixture();
  const { audit, note, rows } = fixture;
  for (let i = 0; i < 5000; i++) note(`2001:db8::${i.toString(16)}`);
  note("10.0.0.1", "rate-limit");
  assert(rows().length <= 22, `${rows().length} rows`);
  audit.flush();
  const count = rows().reduce((sum, [, , , times]) => sum + Number(times), 0);
  assertEquals(count, 5001);
  const others = rows().filter(([, , actor]) => actor === "others");
  assertEquals(others.map(([, action]) => action), ["refuse", "rate-limit", "refuse"]);
  note("10.0.0.2");
  assertEquals(rows().at(-1)?.[2], "10.0.0.2", "a new minute has begun");
});

Deno.test("AuditLog says who signs in and pairs, however many were refused before [audit.rows]", () => {
  using fixture = createFixture();
  const { note, rows } = fixture;
  for (let i = 0; i < 600; i++) note(`refused-${i}`, i % 2 === 0 ? "refuse" : "rate-limit");
  const actions = ["sign-in", "sign-out", "pair", "ask", "allow"];
  for (const action of actions) note(`by ${action}`, action);
  assertEquals(rows().slice(-5), actions.map((action) => [0, action, `by ${action}`, 1]));
  for (let i = 0; i < 600; i++) note(`sender-${i}`, "allow");
  note("refused-700");
  assertEquals(rows().at(-1), [0, "allow", "sender-599", 1], "which is counted with the others");
});

Deno.test("AuditLog survives a journal that fails, and goes on after [audit.rows]", () => {
  using fixture = createFixture();
  const { audit, memory, note, rows } = fixture;
  memory.failure = createDiskFullError();
  note("10.0.0.1");
  note("10.0.0.1");
  audit.flush();
  memory.failure = undefined;
  note("10.0.0.2");
  assertEquals(rows(), [[0, "refuse", "10.0.0.2", 1]]);
});

Deno.test("AuditLog writes what still comes after it was closed, and leaves no timer behind [audit.rows]", () => {
  const fixture = createFixture();
  fixture.note("10.0.0.1");
  fixture.note("10.0.0.1");
  fixture.audit.close();
  fixture.note("10.0.0.2");
  assertEquals(fixture.rows(), [
    [0, "refuse", "10.0.0.1", 1],
    [0, "refuse", "10.0.0.1", 1],
    [0, "refuse", "10.0.0.2", 1],
  ]);
  fixture.memory[Symbol.dispose]();
});
