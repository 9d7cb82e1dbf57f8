/**
 * The states of an event, and which change leads from one to another.
 *
 * An event is `stored` and then `pushed`, possibly several times, until something shows that it was
 * `seen` or `answered`, or until it is `expired`; none of these opens again. `filtered` and
 * `duplicate` are states that an event is taken in with.
 *
 * @module
 */

/** What has become of an event. */
export type EventState =
  | "stored"
  | "pushed"
  | "seen"
  | "answered"
  | "filtered"
  | "duplicate"
  | "expired";

/**
 * What can happen to an event after it was taken in:
 *
 * - `push`: it was written to a live session, perhaps again;
 * - `return`: the session ended, or did not read, before the event could be written;
 * - `see`: a tool call named it;
 * - `answer`: its chat got a reply;
 * - `expire`: it is too old, or the size limit pushed it out.
 */
export type EventChange = "push" | "return" | "see" | "answer" | "expire";

type NextStates = Readonly<Partial<Record<EventChange, EventState>>>;

const NEXT_STATES: Readonly<Record<EventState, NextStates>> = {
  stored: { push: "pushed", see: "seen", answer: "answered", expire: "expired" },
  pushed: {
    push: "pushed",
    return: "stored",
    see: "seen",
    answer: "answered",
    expire: "expired",
  },
  seen: { answer: "answered" },
  answered: {},
  filtered: {},
  duplicate: {},
  expired: {},
};

/** All states of an event. */
export const EVENT_STATES: readonly EventState[] = Object.keys(NEXT_STATES) as EventState[];

/**
 * The state of an event after a change.
 *
 * @param state The state before.
 * @param change What happens.
 * @returns The state after, or `undefined` when the change does not apply and nothing happens.
 */
export function nextEventState(state: EventState, change: EventChange): EventState | undefined {
  return NEXT_STATES[state][change];
}

/** The states in which a change applies: what stands in the `WHERE` clause of its `UPDATE`. */
export function statesBefore(change: EventChange): readonly EventState[] {
  return EVENT_STATES.filter((state) => nextEventState(state, change) !== undefined);
}

/** Whether nobody has shown that the event was seen, so that it is offered again. */
export function isOpen(state: EventState): boolean {
  return nextEventState(state, "push") !== undefined;
}
