/**
 * The states of an event, and the change that leads from one to another.
 *
 * An event is `stored` and then `pushed`, possibly several times, until something shows that it was
 * `seen` or `answered`, or until it is `expired`; none of these opens again. An event of a burst is
 * `held` first: it is released, `withheld` from the session, or `filtered` because another event tells
 * of it. `filtered` and `duplicate` are also states that an event is taken in with.
 *
 * @module
 */

export type EventState =
  | "stored"
  | "pushed"
  | "seen"
  | "answered"
  | "held"
  | "withheld"
  | "filtered"
  | "duplicate"
  | "expired";

/**
 * A change of an event after it was taken in:
 *
 * - `release`: it was held and goes to a session like any other;
 * - `gather`: it was held, and another event tells of it;
 * - `withhold`: it was held, and is shown only to a session that asks for it;
 * - `push`: it was written to a live session, perhaps again;
 * - `return`: the session ended, or did not read, before the event could be written;
 * - `see`: a tool call named it;
 * - `answer`: its chat got a reply;
 * - `expire`: it is too old, or the size limit pushed it out.
 */
export type EventChange =
  | "release"
  | "gather"
  | "withhold"
  | "push"
  | "return"
  | "see"
  | "answer"
  | "expire";

type NextStates = Readonly<Partial<Record<EventChange, EventState>>>;

/** The changes that apply to every open event. */
const CLOSING = { see: "seen", answer: "answered", expire: "expired" } as const;

const NEXT_STATES: Readonly<Record<EventState, NextStates>> = {
  stored: { push: "pushed", ...CLOSING },
  pushed: { push: "pushed", return: "stored", ...CLOSING },
  seen: { answer: "answered" },
  answered: {},
  held: { release: "stored", gather: "filtered", withhold: "withheld", ...CLOSING },
  withheld: CLOSING,
  filtered: {},
  duplicate: {},
  expired: {},
};

export const EVENT_STATES: readonly EventState[] = Object.keys(NEXT_STATES) as EventState[];

/**
 * Returns the state of an event after a change.
 *
 * @returns The state after, or `undefined` when the change does not apply and nothing happens.
 */
export function nextEventState(state: EventState, change: EventChange): EventState | undefined {
  return NEXT_STATES[state][change];
}

/** Lists the states in which a change applies: the `WHERE` clause of its `UPDATE`. */
export function statesBefore(change: EventChange): readonly EventState[] {
  return EVENT_STATES.filter((state) => nextEventState(state, change) !== undefined);
}

/** Returns whether nothing has shown yet that the event was seen. */
export function isOpen(state: EventState): boolean {
  return nextEventState(state, "see") !== undefined;
}
