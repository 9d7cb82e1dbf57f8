import { assert, assertEquals } from "@std/assert";
import { settleVerdict } from "../../../server/event/settle_verdict.ts";
import { REQUEST } from "../_port.ts";
import { createDiskFullError, MemoryJournal } from "../_memory_journal.ts";

const VERDICT = { requestId: "abcde", behavior: "allow", sender: "dev", from: "token" } as const;

function createFixture() {
  const memory = new MemoryJournal();
  const { journal } = memory;
  const session = memory.startSession();
  journal.permissions.open(REQUEST, session, Date.now(), Date.now() + 60_000);
  const synced: number[] = [];
  const dispatcher = { nextSeq: () => 7, syncVerdicts: (id: number) => void synced.push(id) };
  return {
    memory,
    journal,
    session,
    synced,
    settle: (relay = true) => settleVerdict(VERDICT, { keeper: memory, dispatcher, relay }),
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

Deno.test("settleVerdict() journals an answered event and tells the session that asked, once [verdict.recorded] [verdict.once]", () => {
  using fixture = createFixture();
  const { journal, session, synced, settle } = fixture;
  const settlement = settle();
  assert(settlement.ok);
  const event = journal.events.get(settlement.seq);
  assertEquals([event?.state, event?.session, event?.source], ["answered", session, "verdict"]);
  assertEquals(event?.meta, { request_id: "abcde", behavior: "allow" });
  assertEquals(journal.outbound.after(0, 9).map(({ outbound }) => outbound.kind), ["verdict"]);
  assertEquals(journal.audit.list(9).map(({ action, detail }) => [action, detail]), [
    ["verdict", "allow, token"],
  ]);
  const again = settle();
  assertEquals([again.ok, !again.ok && again.code], [false, "answered"]);
  assertEquals(synced, [session]);
});

Deno.test("settleVerdict() has no effect without a relay, and none while the journal fails [verdict.recorded]", () => {
  using fixture = createFixture();
  const { journal, memory, synced, settle } = fixture;
  const refused = settle(false);
  assertEquals([refused.ok, !refused.ok && refused.code], [false, "unknown"]);
  const { insert } = journal.events;
  journal.events.insert = () => {
    throw createDiskFullError();
  };
  let error: unknown;
  try {
    settle();
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof Error);
  journal.events.insert = insert;
  assertEquals([synced, journal.permissions.find("abcde")[0]?.behavior], [[], undefined]);
  assert(settle().ok, "the request is still open");
  assertEquals(memory.failures, 0);
});
