import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  EVENT_STATES,
  type EventChange,
  type EventState,
  isOpen,
  nextEventState,
  statesBefore,
} from "../../../lib/event/event_state.ts";

const CHANGES: readonly EventChange[] = [
  "release",
  "gather",
  "withhold",
  "push",
  "return",
  "see",
  "answer",
  "expire",
];

const OPEN: readonly EventState[] = ["stored", "pushed", "held", "withheld"];

const state = fc.constantFrom(...EVENT_STATES);
const change = fc.constantFrom(...CHANGES);

Deno.test("EVENT_STATES lists each state once [event.states]", () => {
  assertEquals(EVENT_STATES, [
    "stored",
    "pushed",
    "seen",
    "answered",
    "held",
    "withheld",
    "filtered",
    "duplicate",
    "expired",
  ]);
});

Deno.test("nextEventState() applies a change in these states and in no other [event.states]", () => {
  const applies: Record<EventChange, Partial<Record<EventState, EventState>>> = {
    release: { held: "stored" },
    gather: { held: "filtered" },
    withhold: { held: "withheld" },
    push: { stored: "pushed", pushed: "pushed" },
    return: { pushed: "stored" },
    see: { stored: "seen", pushed: "seen", held: "seen", withheld: "seen" },
    answer: {
      stored: "answered",
      held: "answered",
      withheld: "answered",
      pushed: "answered",
      seen: "answered",
    },
    expire: { stored: "expired", held: "expired", withheld: "expired", pushed: "expired" },
  };
  for (const change of CHANGES) {
    for (const state of EVENT_STATES) {
      assertEquals(nextEventState(state, change), applies[change][state], `${change} ${state}`);
    }
  }
});

Deno.test("nextEventState() changes nothing when an event is seen or answered twice [event.states]", () => {
  for (const change of ["see", "answer"] as const) {
    for (const state of EVENT_STATES) {
      const next = nextEventState(state, change);
      if (next !== undefined) assertEquals(nextEventState(next, change), undefined, state);
    }
  }
});

Deno.test("nextEventState() leads nowhere from a final state [event.states]", () => {
  for (const state of ["answered", "filtered", "duplicate", "expired"] as const) {
    for (const change of CHANGES) {
      assertEquals(nextEventState(state, change), undefined, `${change} ${state}`);
    }
  }
});

Deno.test("nextEventState() never opens a closed event again, whatever happens [event.states]", () => {
  fc.assert(fc.property(state, fc.array(change, { maxLength: 20 }), (first, changes) => {
    let state = first;
    let isClosed = !isOpen(first);
    for (const change of changes) {
      state = nextEventState(state, change) ?? state;
      assertFalse(isClosed && isOpen(state), `${first} ${changes}`);
      isClosed = !isOpen(state);
    }
  }));
});

Deno.test("nextEventState() reaches seen and answered only by see and answer [event.states]", () => {
  for (const state of EVENT_STATES) {
    for (const change of CHANGES) {
      const next = nextEventState(state, change);
      assertEquals(next === "seen", next !== undefined && change === "see", `${change} ${state}`);
      assertEquals(
        next === "answered",
        next !== undefined && change === "answer",
        `${change} ${state}`,
      );
    }
  }
});

Deno.test("nextEventState() never leads to a duplicate, nor back to held [event.states]", () => {
  fc.assert(fc.property(state, change, (state, change) => {
    const next = nextEventState(state, change);
    assert(next !== "duplicate" && next !== "held", `${change} ${state}`);
  }));
});

Deno.test("nextEventState() pushes an event only after its release, and a withheld one never [event.states]", () => {
  fc.assert(fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
    for (const first of ["held", "withheld"] as const) {
      let state: EventState = first;
      let isReleased = false;
      for (const change of changes) {
        isReleased ||= state === "held" && change === "release";
        state = nextEventState(state, change) ?? state;
        assert(isReleased || (state !== "stored" && state !== "pushed"), `${first} ${changes}`);
      }
    }
  }));
});

Deno.test("statesBefore() names the states in which a change applies [event.states]", () => {
  const cases: [EventChange, EventState[]][] = [
    ["push", ["stored", "pushed"]],
    ["return", ["pushed"]],
    ["see", ["stored", "pushed", "held", "withheld"]],
    ["answer", ["stored", "pushed", "seen", "held", "withheld"]],
    ["expire", ["stored", "pushed", "held", "withheld"]],
  ];
  for (const [change, states] of cases) assertEquals(statesBefore(change), states, change);
});

Deno.test("statesBefore() agrees with nextEventState() [event.states]", () => {
  fc.assert(fc.property(state, change, (state, change) => {
    assertEquals(
      statesBefore(change).includes(state),
      nextEventState(state, change) !== undefined,
      `${change} ${state}`,
    );
  }));
});

Deno.test("isOpen() is true of events that nothing has shown to be seen [event.states]", () => {
  for (const state of EVENT_STATES) assertEquals(isOpen(state), OPEN.includes(state), state);
});
