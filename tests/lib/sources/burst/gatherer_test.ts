import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  BurstGatherer,
  type BurstItem,
  type BurstOutput,
} from "../../../../lib/sources/burst/gatherer.ts";

const START_MS = 1_700_000_000_000;
const KEY = "owner/repo@abc1234";

function itemOf(ref: number, seconds: number, rest: Partial<BurstItem<number>> = {}) {
  return { sourceName: "ci", key: KEY, ref, nowMs: at(seconds), ...rest };
}

function at(seconds: number): number {
  return START_MS + seconds * 1000;
}

function refsOf(outputs: readonly BurstOutput<number>[]): number[] {
  return outputs.flatMap((output) => output.kind === "notice" ? [] : output.refs);
}

Deno.test("BurstGatherer gives an event that stays alone after 5 s [source.burst]", () => {
  const gatherer = new BurstGatherer<number>();
  assertEquals(gatherer.nextDueMs, undefined);
  assertEquals(gatherer.add(itemOf(1, 0)), []);
  assertEquals(gatherer.nextDueMs, at(5));
  assertEquals(gatherer.due(at(4.999)), []);
  assertEquals(gatherer.due(at(5)), [
    { kind: "event", sourceName: "ci", key: KEY, refs: [1] },
  ]);
  assertEquals(gatherer.due(at(60)), []);
  assertEquals(gatherer.nextDueMs, undefined);
});

Deno.test("BurstGatherer makes one of events with the same key, 5 s after the first [source.burst]", () => {
  const gatherer = new BurstGatherer<number>();
  for (const [ref, seconds] of [[1, 0], [2, 3], [3, 4.9]] as const) {
    assertEquals(gatherer.add(itemOf(ref, seconds)), []);
  }
  assertEquals(gatherer.add(itemOf(4, 5)), [
    { kind: "event", sourceName: "ci", key: KEY, refs: [1, 2, 3] },
  ]);
  assertEquals(refsOf(gatherer.due(at(10))), [4]);
});

Deno.test("BurstGatherer keeps keys and sources apart [source.burst]", () => {
  const gatherer = new BurstGatherer<number>();
  gatherer.add(itemOf(1, 0, { key: "a" }));
  gatherer.add(itemOf(2, 1, { key: "b" }));
  gatherer.add(itemOf(3, 2, { key: "a", sourceName: "other" }));
  gatherer.add(itemOf(4, 3, { key: "a" }));
  const outputs = gatherer.due(at(60));
  assertEquals(outputs.map((output) => refsOf([output])), [[1, 4], [2], [3]]);
});

Deno.test("BurstGatherer lets an event without a key wait for none [source.burst]", () => {
  const gatherer = new BurstGatherer<number>();
  const item = { ...itemOf(1, 0), key: undefined };
  assertEquals(gatherer.add(item), [
    { kind: "event", sourceName: "ci", key: undefined, refs: [1] },
  ]);
  assertEquals(gatherer.nextDueMs, undefined);
});

Deno.test("BurstGatherer holds back what is over 30 a minute, and says so once a minute [source.burst]", () => {
  const gatherer = new BurstGatherer<number>();
  const kinds: string[] = [];
  for (let ref = 0; ref < 40; ref++) {
    const outputs = gatherer.add({ ...itemOf(ref, ref / 10), key: undefined });
    kinds.push(...outputs.map(({ kind }) => kind));
  }
  assertEquals(kinds, [...Array(30).fill("event"), ...Array(10).fill("held")]);
  assertEquals(gatherer.nextDueMs, at(63));
  assertEquals(gatherer.due(at(62.999)), []);
  assertEquals(gatherer.due(at(63)), [{
    kind: "notice",
    sourceName: "ci",
    text: "[ci] 10 events held back within a minute: inbox has them",
    count: 10,
  }]);
  assertEquals(gatherer.due(at(200)), []);
  const [other] = gatherer.add({ ...itemOf(41, 201), key: undefined });
  assertEquals(other?.kind, "event");
});

Deno.test("BurstGatherer counts a burst as one, and all of its events when it is held back [source.burst]", () => {
  const gatherer = new BurstGatherer<number>({ maxPerMinute: 1 });
  for (const [ref, key] of [[1, "a"], [2, "a"], [3, "b"], [4, "b"]] as const) {
    gatherer.add(itemOf(ref, 0, { key }));
  }
  const [shown, held] = gatherer.due(at(5));
  assertEquals([shown?.kind, held?.kind], ["event", "held"]);
  assertEquals(gatherer.due(at(65)).map((output) => "count" in output && output.count), [2]);
  gatherer.add(itemOf(5, 66));
  gatherer.add({ ...itemOf(6, 71), key: undefined });
  const [notice] = gatherer.due(at(131));
  assert(notice?.kind === "notice");
  assertEquals(notice.text, "[ci] 1 event held back within a minute: inbox has them");
});

Deno.test("BurstGatherer lets nothing wait because a clock was set back [source.burst]", () => {
  const gatherer = new BurstGatherer<number>({ maxPerMinute: 1 });
  gatherer.add(itemOf(1, 1000));
  assertEquals(refsOf(gatherer.due(at(0))), [1]);
  gatherer.add({ ...itemOf(2, 1000), key: undefined });
  gatherer.add({ ...itemOf(3, 1000), key: undefined });
  const outputs = gatherer.add({ ...itemOf(4, 0), key: undefined });
  assertEquals(outputs.map(({ kind }) => kind), ["notice", "event"]);
});

Deno.test("BurstGatherer lets the oldest wait no longer when too many wait [source.burst]", () => {
  const byKeys = new BurstGatherer<number>({ maxKeys: 2 });
  const keys = ["a", "b", "a", "c", "d"];
  const outputs = keys.flatMap((key, ref) => byKeys.add(itemOf(ref, 0, { key })));
  assertEquals(outputs.map((output) => refsOf([output])), [[0, 2], [1]]);
  const byEvents = new BurstGatherer<number>({ maxWaiting: 3 });
  const refs = keys.map((key, ref) => refsOf(byEvents.add(itemOf(ref, 0, { key }))));
  assertEquals(refs, [[], [], [], [0, 2], []]);
});

Deno.test("BurstGatherer keeps 1,000 keys and 10,000 events by default [source.burst]", () => {
  const byKeys = new BurstGatherer<number>();
  for (let ref = 0; ref < 1000; ref++) {
    assertEquals(byKeys.add(itemOf(ref, 0, { key: `k${ref}` })), []);
  }
  assertEquals(refsOf(byKeys.add(itemOf(1000, 0, { key: "one more" }))), [0]);
  const byEvents = new BurstGatherer<number>();
  for (let ref = 0; ref < 10_000; ref++) assertEquals(byEvents.add(itemOf(ref, 0)), []);
  assertEquals(refsOf(byEvents.add(itemOf(10_000, 0))).length, 10_001);
});

const command = fc.record({
  sourceName: fc.constantFrom("ci", "alerts"),
  key: fc.constantFrom(undefined, "a", "b", "c"),
  waitMs: fc.oneof(fc.nat(3000), fc.nat(30_000), fc.constant(-20_000)),
  isAdded: fc.boolean(),
});
const limits = fc.record({
  maxPerMinute: fc.integer({ min: 1, max: 4 }),
  maxKeys: fc.integer({ min: 1, max: 3 }),
  maxWaiting: fc.integer({ min: 1, max: 6 }),
});

/** Runs commands against a gatherer; returns what came out, and when. */
function run(
  gatherer: BurstGatherer<number>,
  commands: readonly {
    sourceName: string;
    key: string | undefined;
    waitMs: number;
    isAdded: boolean;
  }[],
) {
  const outputs: { output: BurstOutput<number>; nowMs: number }[] = [];
  const addedMs: number[] = [];
  let nowMs = START_MS;
  const note = (given: readonly BurstOutput<number>[]) => {
    outputs.push(...given.map((output) => ({ output, nowMs })));
  };
  for (const { sourceName, key, waitMs, isAdded } of commands) {
    nowMs += waitMs;
    if (!isAdded) {
      note(gatherer.due(nowMs));
      continue;
    }
    const ref = addedMs.push(nowMs) - 1;
    note(gatherer.add({ ...itemOf(ref, 0, { sourceName }), key, nowMs }));
  }
  for (let minute = 0; minute < 2; minute++) {
    nowMs += 61_000;
    note(gatherer.due(nowMs));
  }
  return { outputs, addedMs };
}

Deno.test("BurstGatherer loses nothing and tells nothing twice [source.burst]", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), limits, (commands, limits) => {
      const { outputs, addedMs } = run(new BurstGatherer(limits), commands);
      const refs = refsOf(outputs.map(({ output }) => output));
      assertEquals(refs.sort((a, b) => a - b), [...addedMs.keys()]);
      const counts = { event: 0, held: 0, notice: 0 };
      for (const { output } of outputs) {
        counts[output.kind] += output.kind === "notice" ? output.count : output.refs.length;
      }
      assertEquals(counts.notice, counts.held);
      assertEquals(counts.event + counts.held, addedMs.length);
    }),
    { numRuns: 500 },
  );
});

Deno.test("BurstGatherer shows no more than its limit in any minute [source.burst]", () => {
  const forward = command.map((one) => ({ ...one, waitMs: Math.abs(one.waitMs) }));
  fc.assert(
    fc.property(fc.array(forward, { maxLength: 80 }), limits, (commands, limits) => {
      const { outputs } = run(new BurstGatherer(limits), commands);
      const shown = outputs.filter(({ output }) => output.kind === "event");
      for (const { output: { sourceName }, nowMs } of shown) {
        const since = shown.filter(({ output, nowMs: shownMs }) =>
          output.sourceName === sourceName && shownMs >= nowMs && shownMs < nowMs + 60_000
        );
        assertLessOrEqual(since.length, limits.maxPerMinute);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("BurstGatherer lets no event wait longer than 5 s when it is asked in time [source.burst]", () => {
  fc.assert(fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
    const gatherer = new BurstGatherer<number>();
    let nowMs = START_MS;
    const addedMs: number[] = [];
    const check = (outputs: readonly BurstOutput<number>[]) => {
      for (const ref of refsOf(outputs)) assertLessOrEqual(nowMs - (addedMs[ref] ?? 0), 5000);
    };
    for (const { key, waitMs } of commands) {
      const nextMs = nowMs + Math.abs(waitMs);
      for (
        let due = gatherer.nextDueMs;
        due !== undefined && due <= nextMs;
        due = gatherer.nextDueMs
      ) {
        nowMs = due;
        const outputs = gatherer.due(nowMs);
        assert(outputs.length > 0);
        check(outputs);
      }
      nowMs = nextMs;
      const ref = addedMs.push(nowMs) - 1;
      check(gatherer.add({ ...itemOf(ref, 0), key, nowMs }));
    }
  }));
});
