import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  PermissionRegistry,
  type PermissionRequest,
  type PermissionState,
  type Settlement,
} from "../../lib/permission.ts";
import type { Behavior } from "../../lib/parse_verdict.ts";

const TTL_MS = 1000;

function requestOf(requestId: string, description = "List files"): PermissionRequest {
  return { requestId, toolName: "Bash", description, inputPreview: '{"command":"ls"}' };
}

function codeOf(settlement: Settlement): string {
  return settlement.ok ? "ok" : settlement.code;
}

Deno.test("PermissionRegistry takes one verdict per request [verdict.once]", () => {
  const behaviors: Behavior[] = ["allow", "deny"];
  for (const first of behaviors) {
    for (const second of behaviors) {
      const registry = new PermissionRegistry();
      const request = requestOf("abcde");
      registry.open(request, 0);
      const settlement = registry.settle({ requestId: "abcde", behavior: first }, 1);
      assert(settlement.ok);
      assertStrictEquals(settlement.request, request);
      const state = first === "allow" ? "allowed" : "denied";
      assertEquals(registry.stateOf("abcde", 1), state);
      assertEquals(registry.settle({ requestId: "abcde", behavior: second }, 2), {
        ok: false,
        code: "answered",
        message: `request "abcde" was answered already: ${state}`,
      }, `${first}, then ${second}`);
      assertEquals(registry.stateOf("abcde", 2), state);
    }
  }
});

Deno.test("PermissionRegistry knows only requests that were opened", () => {
  const registry = new PermissionRegistry();
  registry.open(requestOf("abcde"), 0);
  for (const requestId of ["fghij", "ABCDE", "", "__proto__", "constructor"]) {
    assertEquals(registry.stateOf(requestId, 0), undefined, requestId);
    assertEquals(registry.settle({ requestId, behavior: "allow" }, 0), {
      ok: false,
      code: "unknown",
      message: `request "${requestId}" was never asked`,
    }, requestId);
  }
  assertEquals(registry.stateOf("abcde", 0), "open");
});

Deno.test("PermissionRegistry lets a request expire at exactly its time to live", () => {
  const registry = new PermissionRegistry({ ttlMs: TTL_MS });
  registry.open(requestOf("abcde"), 500);
  assertEquals(registry.stateOf("abcde", 500 + TTL_MS - 1), "open");
  assertEquals(registry.stateOf("abcde", 500 + TTL_MS), "expired");
  assertEquals(registry.settle({ requestId: "abcde", behavior: "allow" }, 500 + TTL_MS), {
    ok: false,
    code: "expired",
    message: 'request "abcde" has expired',
  });
  registry.open(requestOf("fghij"), 500);
  const settlement = registry.settle(
    { requestId: "fghij", behavior: "allow" },
    500 + TTL_MS - 1,
  );
  assert(settlement.ok);
  assertEquals(registry.stateOf("fghij", 500 + TTL_MS), "allowed");
});

Deno.test("PermissionRegistry keeps a request open for half an hour unless told otherwise", () => {
  const registry = new PermissionRegistry();
  registry.open(requestOf("abcde"), 0);
  assertEquals(registry.stateOf("abcde", 1_799_999), "open");
  assertEquals(registry.stateOf("abcde", 1_800_000), "expired");
});

Deno.test("PermissionRegistry never takes a verdict after it called the request expired", () => {
  const registry = new PermissionRegistry({ ttlMs: TTL_MS });
  registry.open(requestOf("abcde"), 0);
  const verdict = { requestId: "abcde", behavior: "allow" as const };
  assertEquals(codeOf(registry.settle(verdict, TTL_MS)), "expired");
  // The clock of a machine that is set right jumps back.
  assertEquals(codeOf(registry.settle(verdict, TTL_MS - 1)), "expired");
});

Deno.test("PermissionRegistry opens a request again whose verdict could not be passed on", () => {
  const registry = new PermissionRegistry({ ttlMs: TTL_MS });
  registry.open(requestOf("abcde"), 0);
  registry.settle({ requestId: "abcde", behavior: "deny" }, 1);
  registry.reopen("abcde");
  assertEquals(registry.stateOf("abcde", TTL_MS - 1), "open");
  assertEquals(registry.stateOf("abcde", TTL_MS), "expired");
  assert(registry.settle({ requestId: "abcde", behavior: "allow" }, 2).ok);
  assertEquals(registry.stateOf("abcde", 2), "allowed");
});

Deno.test("PermissionRegistry ignores the reopening of an unknown request", () => {
  const registry = new PermissionRegistry();
  registry.reopen("abcde");
  assertEquals(registry.stateOf("abcde", 0), undefined);
});

Deno.test("PermissionRegistry takes an id that is used again for a new request", () => {
  const registry = new PermissionRegistry({ ttlMs: TTL_MS });
  registry.open(requestOf("abcde", "first"), 0);
  registry.settle({ requestId: "abcde", behavior: "deny" }, 1);
  const second = requestOf("abcde", "second");
  registry.open(second, 600);
  assertEquals(registry.stateOf("abcde", 600 + TTL_MS - 1), "open");
  const settlement = registry.settle({ requestId: "abcde", behavior: "allow" }, 700);
  assert(settlement.ok);
  assertStrictEquals(settlement.request, second);
});

Deno.test("PermissionRegistry forgets the oldest request first", () => {
  const registry = new PermissionRegistry({ maxRequests: 2 });
  registry.open(requestOf("aaaaa"), 0);
  registry.open(requestOf("bbbbb"), 0);
  registry.settle({ requestId: "aaaaa", behavior: "allow" }, 0);
  registry.reopen("aaaaa");
  registry.open(requestOf("ccccc"), 0);
  const states = ["aaaaa", "bbbbb", "ccccc"].map((id) => registry.stateOf(id, 0));
  assertEquals(states, [undefined, "open", "open"]);
  registry.open(requestOf("bbbbb"), 0);
  registry.open(requestOf("ddddd"), 0);
  assertEquals(registry.stateOf("bbbbb", 0), "open");
  assertEquals(registry.stateOf("ccccc", 0), undefined);
});

Deno.test("PermissionRegistry remembers 1024 requests unless told otherwise", () => {
  const registry = new PermissionRegistry();
  for (let index = 0; index <= 1024; index++) registry.open(requestOf(`id${index}`), 0);
  assertEquals(registry.stateOf("id0", 0), undefined);
  assertEquals(registry.stateOf("id1", 0), "open");
  assertEquals(registry.stateOf("id1024", 0), "open");
});

interface ModelEntry {
  readonly requestId: string;
  readonly openedAt: number;
  state: "open" | "allowed" | "denied";
}

/** What the registry promises, in the plainest form. */
class Model {
  entries: ModelEntry[] = [];

  open(requestId: string, nowMs: number, maxRequests: number): void {
    const others = this.entries.filter((entry) => entry.requestId !== requestId);
    this.entries = [...others, { requestId, openedAt: nowMs, state: "open" as const }]
      .slice(-maxRequests);
  }

  stateOf(requestId: string, nowMs: number): PermissionState | undefined {
    const entry = this.entries.find((entry) => entry.requestId === requestId);
    if (entry?.state !== "open") return entry?.state;
    return nowMs - entry.openedAt >= TTL_MS ? "expired" : "open";
  }

  settle(requestId: string, behavior: Behavior, nowMs: number): string {
    const state = this.stateOf(requestId, nowMs);
    if (state === undefined) return "unknown";
    if (state === "expired") return "expired";
    if (state !== "open") return "answered";
    this.#set(requestId, behavior === "allow" ? "allowed" : "denied");
    return "ok";
  }

  reopen(requestId: string): void {
    this.#set(requestId, "open");
  }

  #set(requestId: string, state: ModelEntry["state"]): void {
    const entry = this.entries.find((entry) => entry.requestId === requestId);
    if (entry !== undefined) entry.state = state;
  }
}

const IDS = ["aaaaa", "bbbbb", "ccccc", "ddddd"];

const step = fc.record({
  action: fc.constantFrom("open", "allow", "allow", "deny", "deny", "reopen"),
  requestId: fc.constantFrom(...IDS),
  waitMs: fc.constantFrom(0, 0, 0, 1, 499, 500, TTL_MS - 1, TTL_MS),
});

Deno.test("PermissionRegistry does what its model does, whatever happens in what order", () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 4 }), (steps, maxRequests) => {
      const registry = new PermissionRegistry({ ttlMs: TTL_MS, maxRequests });
      const model = new Model();
      let nowMs = 0;
      for (const { action, requestId, waitMs } of steps) {
        nowMs += waitMs;
        if (action === "open") {
          registry.open(requestOf(requestId), nowMs);
          model.open(requestId, nowMs, maxRequests);
        } else if (action === "reopen") {
          registry.reopen(requestId);
          model.reopen(requestId);
        } else {
          const behavior = action === "allow" ? "allow" : "deny";
          const settlement = registry.settle({ requestId, behavior }, nowMs);
          assertEquals(codeOf(settlement), model.settle(requestId, behavior, nowMs));
        }
        const states = IDS.map((id) => registry.stateOf(id, nowMs));
        assertEquals(states, IDS.map((id) => model.stateOf(id, nowMs)));
        assert(states.filter((state) => state !== undefined).length <= maxRequests);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("PermissionRegistry gives no second verdict without a new request [verdict.once]", () => {
  const steps = fc.array(step.filter(({ action }) => action !== "reopen"), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (steps) => {
      const registry = new PermissionRegistry({ ttlMs: TTL_MS });
      const verdicts = new Map<string, number>();
      let nowMs = 0;
      for (const { action, requestId, waitMs } of steps) {
        nowMs += waitMs;
        if (action === "open") {
          registry.open(requestOf(requestId), nowMs);
          verdicts.set(requestId, 0);
        } else if (
          registry.settle({ requestId, behavior: action === "allow" ? "allow" : "deny" }, nowMs).ok
        ) {
          const count = (verdicts.get(requestId) ?? Infinity) + 1;
          assertEquals(count, 1, requestId);
          verdicts.set(requestId, count);
        }
      }
    }),
    { numRuns: 300 },
  );
});
