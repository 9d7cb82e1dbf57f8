import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { Behavior } from "../../../lib/permission/verdict.ts";
import {
  judgeVerdict,
  type NoEffect,
  type PermissionRecord,
  type PermissionState,
  permissionStateOf,
} from "../../../lib/permission/permission.ts";
import { show } from "../_texts.ts";

const NOW = 1000;

function recordOf(fields: Partial<PermissionRecord> = {}): PermissionRecord {
  return { requestId: "abcde", expiresAt: NOW + 1, isClosed: false, ...fields };
}

const OPEN = recordOf();
const ALLOWED = recordOf({ behavior: "allow" });
const DENIED = recordOf({ behavior: "deny" });
const EXPIRED = recordOf({ expiresAt: NOW });
const CLOSED = recordOf({ isClosed: true });

const behavior = fc.option(fc.constantFrom<Behavior>("allow", "deny"), { nil: undefined });

const record: fc.Arbitrary<PermissionRecord> = fc.record({
  requestId: fc.constant("abcde"),
  expiresAt: fc.integer({ min: NOW - 2, max: NOW + 2 }),
  behavior,
  isClosed: fc.boolean(),
});

const records = fc.array(record, { maxLength: 6 });

function isOpenNow(record: PermissionRecord): boolean {
  return permissionStateOf(record, NOW) === "open";
}

Deno.test("permissionStateOf() tells a verdict before an answer elsewhere, and that before the time", () => {
  const late = { expiresAt: NOW - 1, isClosed: true };
  const cases: [PermissionRecord, PermissionState][] = [
    [OPEN, "open"],
    [ALLOWED, "allowed"],
    [DENIED, "denied"],
    [EXPIRED, "expired"],
    [CLOSED, "answered elsewhere"],
    [recordOf({ behavior: undefined }), "open"],
    [recordOf({ ...late, behavior: "allow" }), "allowed"],
    [recordOf({ ...late, behavior: "deny" }), "denied"],
    [recordOf(late), "answered elsewhere"],
  ];
  for (const [record, state] of cases) {
    assertEquals(permissionStateOf(record, NOW), state, show(record));
  }
});

Deno.test("permissionStateOf() lets a request expire at exactly its time", () => {
  const record = recordOf({ expiresAt: 500 });
  assertEquals(permissionStateOf(record, 499), "open");
  assertEquals(permissionStateOf(record, 500), "expired");
  assertEquals(permissionStateOf({ ...record, expiresAt: 0 }, 0), "expired");
});

Deno.test("judgeVerdict() says why a verdict has no effect [verdict.once] [permission.elsewhere]", () => {
  const answered = 'request "abcde" was answered already: ';
  const elsewhere = 'request "abcde" was answered elsewhere';
  const several = 'request "abcde" was asked by several sessions: answer it there';
  const cases: [PermissionRecord[], NoEffect["code"], string][] = [
    [[], "unknown", 'request "abcde" was never asked'],
    [[ALLOWED], "answered", `${answered}allowed`],
    [[DENIED], "answered", `${answered}denied`],
    [[EXPIRED], "expired", 'request "abcde" has expired'],
    [[CLOSED], "answered_elsewhere", elsewhere],
    [[OPEN, OPEN], "ambiguous", several],
    [[OPEN, DENIED, OPEN], "ambiguous", several],
    // The newest of several closed ones is the one that was meant.
    [[ALLOWED, DENIED], "answered", `${answered}allowed`],
    [[DENIED, EXPIRED], "answered", `${answered}denied`],
    [[EXPIRED, ALLOWED], "expired", 'request "abcde" has expired'],
    [[CLOSED, EXPIRED, ALLOWED], "answered_elsewhere", elsewhere],
  ];
  for (const [records, code, message] of cases) {
    assertEquals(judgeVerdict("abcde", records, NOW), { ok: false, code, message }, show(records));
  }
});

Deno.test("judgeVerdict() finds the one open request among those that are not", () => {
  const others = [ALLOWED, DENIED, EXPIRED, CLOSED];
  for (let index = 0; index <= others.length; index++) {
    const judgment = judgeVerdict("abcde", others.toSpliced(index, 0, OPEN), NOW);
    assert(judgment.ok, `at ${index}`);
    assertStrictEquals(judgment.record, OPEN);
  }
});

Deno.test("judgeVerdict() accepts a verdict exactly when one request is open [verdict.once]", () => {
  fc.assert(
    fc.property(records, (records) => {
      const judgment = judgeVerdict("abcde", Object.freeze(records), NOW);
      const open = records.filter(isOpenNow);
      assertEquals(judgment.ok, open.length === 1);
      if (judgment.ok) assertStrictEquals(judgment.record, open[0]);
      else assertEquals(judgment.code === "ambiguous", open.length > 1);
    }),
    { numRuns: 500 },
  );
});

Deno.test("judgeVerdict() asks for the order of the requests only when none is open", () => {
  const shuffled = records.chain((records) =>
    fc.shuffledSubarray(records, { minLength: records.length }).map((others) =>
      [records, others] as const
    )
  );
  fc.assert(fc.property(shuffled, ([records, others]) => {
    const judgment = judgeVerdict("abcde", records, NOW);
    if (records.some(isOpenNow)) {
      assertEquals(judgeVerdict("abcde", others, NOW), judgment);
      return;
    }
    assertEquals(judgment, judgeVerdict("abcde", records.slice(0, 1), NOW));
  }));
});

Deno.test("judgeVerdict() gives no request a second verdict, whatever happens [verdict.once]", () => {
  const step = fc.record({
    action: fc.constantFrom("ask", "ask", "allow", "allow", "deny", "close"),
    waitMs: fc.constantFrom(0, 0, 1, 9, 10),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let records: readonly (PermissionRecord & { readonly number: number })[] = [];
      const settled = new Set<number>();
      let now = NOW;
      for (const [number, { action, waitMs }] of steps.entries()) {
        now += waitMs;
        if (action === "ask") {
          records = [{ ...recordOf({ expiresAt: now + 10 }), number }, ...records];
        } else if (action === "close") {
          records = records.map((record) => ({ ...record, isClosed: true }));
        } else {
          const judgment = judgeVerdict("abcde", records, now);
          if (!judgment.ok) continue;
          const { record } = judgment;
          assert(!settled.has(record.number), `${record.number} at ${now}`);
          assert(now < record.expiresAt && !record.isClosed);
          settled.add(record.number);
          records = records.map((other) =>
            other === record ? { ...other, behavior: action } : other
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});
