/**
 * The checks of what a run has answered and shown.
 *
 * @module
 */

import type { Shown } from "../_fleet.ts";
import type { Answered } from "./_load.ts";

/** The time in which the owner notices that the journal is gone. */
const NOTICE_MS = 1000;

/** A time in which a fault lasted. */
export interface Span {
  readonly from: number;
  to: number;
}

/** The last time at which a post may be answered and yet go with a journal that was removed. */
export function excusedUntil(removedAt: number, faults: readonly Span[]): number {
  let end = removedAt + NOTICE_MS;
  for (const { from, to } of faults.toSorted((a, b) => a.from - b.from)) {
    // A process that is stopped, or waits for a lock, notices later.
    if (from <= end && to >= removedAt) end = Math.max(end, to + NOTICE_MS);
  }
  return end;
}

/**
 * Lists the answered deliveries that are not in the journal.
 *
 * @param kept The deliveries of the journal, by the ids of their events.
 * @param excused The time until which a delivery may be lost.
 */
export function findLost(
  answered: readonly Answered[],
  kept: ReadonlyMap<string, string>,
  excused: number,
): Answered[] {
  return answered.filter(({ id, delivery, sentAt }) =>
    sentAt > excused && kept.get(id) !== delivery
  );
}

/**
 * Lists the events and deliveries that a session was shown twice. A delivery that took several requests
 * may be two events, for the journal may have gone between them.
 */
export function findShownTwice(
  shown: readonly Pick<Shown, "content" | "meta">[],
  attempts: ReadonlyMap<string, number>,
): string[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const { content, meta } of shown) {
    const listed = Array.from(content.matchAll(/^evt_[0-9a-v]{11}(?= \()/gm), ([id]) => id);
    const names = meta.event_id === undefined ? listed : [meta.event_id];
    const [delivery] = /^delivery-\d+-\d+(?= )/.exec(content) ?? [];
    if (delivery !== undefined && attempts.get(delivery) === 1) names.push(delivery);
    twice.push(...names.filter((name) => seen.has(name)));
    for (const name of names) seen.add(name);
  }
  return twice;
}
