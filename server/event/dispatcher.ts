/**
 * The dispatcher: which sessions are open, which of them an event goes to, and what becomes of the
 * events of those that have ended.
 *
 * Only the process that holds the port has one. What it knows of sessions it knows from their feeds;
 * for a moment after it took the port over, sessions of which the journal says that they are open are
 * given time to come back before their events go to others.
 *
 * @module
 */

import { type Route, routeEvent } from "../../lib/session/route_event.ts";
import { delay } from "../runtime/delay.ts";
import type { IncomingEvent, Receipt, SessionLink } from "./types.ts";
import { EventIntake } from "./intake.ts";
import { HELD_SESSION, type WaitingEvent, WITHHELD_SESSION } from "../journal/event_row.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import type { StoredSession } from "../journal/session_table.ts";

/** Options of a {@linkcode Dispatcher}. */
export interface DispatcherOptions {
  /** Where events and sessions are kept. */
  readonly keeper: Pick<JournalKeeper, "use">;
  /** The session for events that name none, where several are open. */
  readonly defaultSession?: string | undefined;
  /**
   * How long sessions may take to come back after the port was taken over, in milliseconds.
   *
   * @default {2000}
   */
  readonly graceMs?: number;
  /**
   * How long after the journal has failed all that waits is offered again, in milliseconds.
   *
   * @default {1000}
   */
  readonly retryMs?: number;
}

/** What {@linkcode Dispatcher.take} returns. */
export type Taken = Receipt | Extract<Route, { kind: "ambiguous" }>;

interface Attached {
  readonly link: SessionLink;
  session: StoredSession;
}

/** An event that a session was shown and has left unseen. */
interface LeftEvent extends WaitingEvent {
  readonly session: number | null;
}

/** How many events are handed to another session in one turn of the event loop. */
const CHUNK = 100;

/**
 * How many events that sessions have left unseen are offered to a newcomer. There are more only where
 * nobody has looked for long; `inbox` has the others.
 */
const MAX_OFFERED_AGAIN = 100;

/** Dispatches events to sessions. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #intake: EventIntake;
  readonly #attached = new Map<number, Attached>();
  #sessions: readonly StoredSession[] = [];
  #grace: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #isReleased = false;
  #isOffering = false;
  #mustOffer = false;
  #isStopped = false;

  /** Constructs a new instance. */
  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#intake = new EventIntake(options);
  }

  /** The sessions that are open. */
  get sessions(): readonly StoredSession[] {
    return this.#sessions;
  }

  /** Begins: this process holds the port now. */
  start(): void {
    this.#releaseHeld();
    const open = this.#try(({ sessions }) => sessions.open());
    if (open?.every(({ id }) => this.#attached.has(id))) return;
    this.#grace = setTimeout(() => this.#endGrace(), this.#options.graceMs ?? 2000);
  }

  /** Ends: what was taken in is on disk. Safe to call twice. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#grace);
    clearTimeout(this.#retry);
    this.#grace = undefined;
    this.#intake.flush();
  }

  /**
   * Takes note of a session that has opened, or come back.
   *
   * @throws {JournalError} When the journal cannot be used.
   * @throws {RangeError} When the journal has no such session.
   */
  attach(link: SessionLink): void {
    const session = this.#options.keeper.use(({ sessions }) => {
      sessions.markEnded(link.sessionId, null);
      return sessions.get(link.sessionId);
    });
    if (session === undefined) throw new RangeError(`There is no session ${link.sessionId}`);
    this.#attached.set(session.id, { link, session });
    this.#refreshSessions();
    this.#offer();
  }

  /** Takes note of a session that has ended. */
  detach(link: SessionLink): void {
    if (this.#isStopped || this.#attached.get(link.sessionId)?.link !== link) return;
    this.#intake.flush();
    this.#attached.delete(link.sessionId);
    this.#refreshSessions();
    this.#try(({ sessions }) => {
      if (sessions.get(link.sessionId)?.endedAt === null) {
        sessions.markEnded(link.sessionId, Date.now());
      }
    });
    this.#offer();
  }

  /** Takes note that another journal has begun, which knows none of the sessions. */
  detachAll(): void {
    this.#attached.clear();
    this.#refreshSessions();
  }

  /** Ends the sessions that are open in the journal and nowhere else. */
  endAbsent(): void {
    if (this.#isStopped || this.#grace !== undefined) return;
    this.#try(({ sessions }) => {
      for (const { id } of sessions.open()) {
        if (!this.#attached.has(id)) sessions.markEnded(id, Date.now());
      }
    });
  }

  /** Reads again what the journal says of a session. */
  refresh(sessionId: number): void {
    const attached = this.#attached.get(sessionId);
    const session = attached && this.#try(({ sessions }) => sessions.get(sessionId));
    if (attached === undefined || session === undefined) return;
    attached.session = session;
    this.#refreshSessions();
  }

  /** The number for an event that is journaled without being taken in. */
  nextSeq(journal: Journal): number {
    return this.#intake.nextSeq(journal);
  }

  /** Wakes a session, so that it looks into the journal. */
  wake(sessionId: number): void {
    this.#attached.get(sessionId)?.link.look();
  }

  /** Routes events that somebody else has put into the journal. */
  dispatchStored(): void {
    this.#offer();
  }

  /**
   * Takes an event in and hands it to its session.
   *
   * @param event The event.
   * @returns What became of it, or the sessions among which its address does not decide.
   * @throws {JournalError} When it cannot be kept.
   */
  take(event: IncomingEvent): Promise<Taken> {
    // What this process holds back itself must not be let go with what the one before it did.
    if (!this.#isReleased) this.#releaseHeld();
    const address = { session: event.target, repository: event.repository };
    const route = routeEvent(address, this.#sessions, this.#options.defaultSession);
    if (route.kind === "ambiguous" && !event.mayWait) return Promise.resolve(route);
    const open = route.kind === "session" ? this.#attached.get(route.session.id)?.link : undefined;
    const link = event.isHeld || event.filteredBy !== undefined ? undefined : open;
    const taken = this.#intake.take(event, link);
    // An event that waits for others is not pushed, but its session is open all the same.
    if (!event.isHeld || open === undefined || open.direct?.hasRefused()) return taken;
    return taken.then((receipt) =>
      receipt.kind === "stored" ? { ...receipt, kind: "accepted" } : receipt
    );
  }

  /**
   * Lets events go that were held back.
   *
   * @throws {JournalError} When the journal cannot be used.
   */
  release(seqs: readonly number[]): void {
    this.#options.keeper.use(({ events }) => events.assign(seqs, null));
    this.#offer();
  }

  /** As {@linkcode release}, but leaves them to those who ask for them. */
  withhold(seqs: readonly number[]): void {
    this.#options.keeper.use(({ events }) => events.assign(seqs, WITHHELD_SESSION));
  }

  #refreshSessions(): void {
    this.#sessions = Array.from(this.#attached.values(), ({ session }) => session);
  }

  /** What fails here has been logged; a moment later all that waits is offered again. */
  #try<T>(run: (journal: Journal) => T): T | undefined {
    try {
      return this.#options.keeper.use(run);
    } catch {
      if (!this.#isStopped) {
        this.#retry ??= setTimeout(() => this.#offerAnew(), this.#options.retryMs ?? 1000);
      }
      return undefined;
    }
  }

  #offerAnew(): void {
    this.#retry = undefined;
    if (!this.#isReleased) this.#releaseHeld();
    this.#offer();
  }

  /** Lets go what the process held back that had the port before. */
  #releaseHeld(): void {
    this.#isReleased = this.#try(({ events }) => {
      events.releaseHeld();
      return true;
    }) ?? false;
  }

  /** Whoever has not come back by now has ended. */
  #endGrace(): void {
    this.#grace = undefined;
    this.endAbsent();
    this.#offer();
  }

  /** Hands the events that wait for a session to one that is open; runs once at a time. */
  #offer(): void {
    this.#mustOffer = true;
    if (!this.#isOffering) this.#offerAll();
  }

  async #offerAll(): Promise<void> {
    this.#isOffering = true;
    while (this.#mustOffer && !this.#isStopped) {
      this.#mustOffer = false;
      const newcomers = this.#sessions.filter(({ wasOffered }) => !wasOffered);
      const woken = new Set<number>();
      // What nobody was shown goes to anybody; what somebody was shown, to those who came later.
      await this.#offerStored(woken);
      const left = newcomers.length > 0 ? await this.#findLeft(newcomers) : [];
      if (this.#isStopped) break;
      // Whoever has come back meanwhile keeps what it was shown.
      this.#assign(left.filter(({ session }) => this.#isGone(session)), newcomers, woken);
      if (this.#grace === undefined && this.#retry === undefined) this.#endOffer(newcomers);
      for (const id of woken) this.wake(id);
    }
    this.#isOffering = false;
  }

  #endOffer(newcomers: readonly StoredSession[]): void {
    for (const { id } of newcomers) {
      this.#try(({ sessions }) => sessions.markOffered(id, Date.now()));
      this.refresh(id);
    }
  }

  /** The sessions that have ended, and `null` for none, to which events of a state belong. */
  #sessionsGone(state: "stored" | "pushed"): (number | null)[] {
    const sessions = this.#try(({ events }) => events.sessionsOf(state)) ?? [];
    return sessions.filter((session) => this.#isGone(session));
  }

  #isGone(session: number | null): boolean {
    return session === null ||
      (session !== HELD_SESSION && session !== WITHHELD_SESSION &&
        !this.#attached.has(session) && this.#grace === undefined);
  }

  /** Routes the events that nobody was shown. */
  async #offerStored(woken: Set<number>): Promise<void> {
    for (const session of this.#sessionsGone("stored")) {
      for (let before = Number.MAX_SAFE_INTEGER;;) {
        await delay(0);
        if (this.#isStopped || !this.#isGone(session)) break;
        const waiting = this.#try(({ events }) =>
          events.waiting("stored", session, before, CHUNK)
        ) ?? [];
        this.#assign(waiting, this.#sessions, woken);
        if (waiting.length < CHUNK) break;
        before = waiting.at(-1)?.seq ?? 0;
      }
    }
  }

  /** The newest events that sessions were shown and have left unseen, of those that newcomers may take. */
  async #findLeft(newcomers: readonly StoredSession[]): Promise<readonly LeftEvent[]> {
    let left: LeftEvent[] = [];
    for (const session of this.#sessionsGone("pushed")) {
      await delay(0);
      if (this.#isStopped) break;
      const newest = this.#try(({ events }) =>
        events.waiting("pushed", session, Number.MAX_SAFE_INTEGER, MAX_OFFERED_AGAIN)
      ) ?? [];
      const routed = newest
        .filter((event) =>
          this.#routeWaiting(event, newcomers) !== undefined
        )
        .map((event) => ({ ...event, session }));
      left = [...left, ...routed].sort((a, b) => b.seq - a.seq).slice(0, MAX_OFFERED_AGAIN);
    }
    return left;
  }

  #routeWaiting(
    { target, repository }: WaitingEvent,
    candidates: readonly StoredSession[],
  ): number | undefined {
    const address = { session: target ?? undefined, repository: repository ?? undefined };
    const route = routeEvent(address, candidates, this.#options.defaultSession);
    return route.kind === "session" ? route.session.id : undefined;
  }

  #assign(
    waiting: readonly WaitingEvent[],
    candidates: readonly StoredSession[],
    woken: Set<number>,
  ): void {
    const bySession = new Map<number, number[]>();
    for (const event of waiting) {
      const id = this.#routeWaiting(event, candidates);
      if (id !== undefined) bySession.getOrInsertComputed(id, () => []).push(event.seq);
    }
    for (const [id, seqs] of bySession) {
      this.#try(({ events }) => events.assign(seqs, id));
      woken.add(id);
    }
  }
}
