/**
 * The dispatcher: knows the open sessions, routes events to them, and offers the events of sessions that
 * have ended to others.
 *
 * Only the owner of the port has one. It learns of sessions from their feeds; after a takeover, sessions
 * that the journal calls open have a moment to come back before their events go to others.
 *
 * @module
 */

import { type Route, routeEvent } from "../../lib/session/route_event.ts";
import { delay } from "../runtime/delay.ts";
import type { IncomingEvent, Receipt, SessionLink } from "./types.ts";
import { EventIntake } from "./intake.ts";
import type { WaitingEvent } from "../journal/event_row.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import type { StoredSession } from "../journal/session_table.ts";

/** Options of a {@linkcode Dispatcher}. */
interface DispatcherOptions {
  readonly keeper: Pick<JournalKeeper, "read" | "write">;
  /** The session for events that name none, where several are open. */
  readonly defaultSession?: string | undefined;
  /**
   * The time that sessions have to come back after a takeover of the port, in milliseconds.
   *
   * @default {2000}
   */
  readonly graceMs?: number;
  /**
   * The time after a failure of the journal until all that waits is offered again, in milliseconds.
   *
   * @default {1000}
   */
  readonly retryMs?: number;
}

/** The outcome of an event, or the sessions among which its address does not decide. */
export type Taken = Receipt | Extract<Route, { kind: "ambiguous" }>;

interface Attached {
  readonly link: SessionLink;
  session: StoredSession;
}

/** An event that was pushed to a session and left unseen. */
interface LeftEvent extends WaitingEvent {
  readonly session: number | null;
}

/** The most events that are handed to another session in one turn of the event loop. */
const CHUNK = 100;

/** The most events that a newcomer is offered of those that others left unseen; `inbox` has the rest. */
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
  #hasHeld = false;
  #isOffering = false;
  #mustOffer = false;
  #isStopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#intake = new EventIntake(options);
  }

  /** The open sessions. */
  get sessions(): readonly StoredSession[] {
    return this.#sessions;
  }

  /** Begins once this process owns the port. */
  start(): void {
    this.#releaseHeld();
    const open = this.#tryRead(({ sessions }) => sessions.open());
    if (open?.every(({ id }) => this.#attached.has(id))) return;
    this.#grace = setTimeout(() => this.#endGrace(), this.#options.graceMs ?? 2000);
  }

  /**
   * Ends: all events are on disk, and none is held, because a process of an earlier version may own the
   * port next, which knows no held events. Safe to call twice.
   */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#grace);
    clearTimeout(this.#retry);
    this.#grace = undefined;
    this.#intake.flush();
    if (this.#hasHeld) this.#releaseHeld();
    this.#hasHeld = false;
  }

  /**
   * Attaches a session that has opened, or come back.
   *
   * @throws {JournalError} When the journal cannot be used.
   * @throws {RangeError} When the journal has no such session.
   */
  attach(link: SessionLink): void {
    const { keeper } = this.#options;
    const find = () => keeper.read(({ sessions }) => sessions.get(link.sessionId));
    let session = find();
    if (session !== undefined && session.endedAt !== null) {
      keeper.write(({ sessions }) => sessions.markEnded(link.sessionId, null));
      session = find();
    }
    if (session === undefined) throw new RangeError(`There is no session ${link.sessionId}`);
    this.#attached.set(session.id, { link, session });
    this.#refreshSessions();
    this.#offer();
  }

  /** Detaches a session that has ended. */
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

  /** Detaches all sessions: another journal has begun, which knows none of them. */
  detachAll(): void {
    this.#attached.clear();
    this.#refreshSessions();
  }

  /** Ends the sessions that are open in the journal but not attached. */
  endAbsent(): void {
    if (this.#isStopped || this.#grace !== undefined) return;
    this.#try(({ sessions }) => {
      for (const { id } of sessions.open()) {
        if (!this.#attached.has(id)) sessions.markEnded(id, Date.now());
      }
    });
  }

  /** Reads a session again from the journal. */
  refresh(sessionId: number): void {
    const attached = this.#attached.get(sessionId);
    const session = attached && this.#tryRead(({ sessions }) => sessions.get(sessionId));
    if (attached === undefined || session === undefined) return;
    attached.session = session;
    this.#refreshSessions();
  }

  /** Takes the number for an event that is journaled without being taken in. */
  nextSeq(journal: Journal): number {
    return this.#intake.nextSeq(journal);
  }

  /** Makes a session write the verdicts that wait for it. */
  syncVerdicts(sessionId: number): void {
    this.#attached.get(sessionId)?.link.syncVerdicts();
  }

  /** Routes events that another process has put into the journal. */
  dispatchStored(): void {
    this.#offer();
  }

  /**
   * Takes an event in and hands it to its session.
   *
   * @throws {JournalError} When it cannot be kept.
   */
  take(event: IncomingEvent): Promise<Taken> {
    // Before this process holds an event itself, it releases those that its predecessor has held.
    if (!this.#isReleased) this.#releaseHeld();
    const address = { session: event.target, repository: event.repository };
    const route = routeEvent(address, this.#sessions, this.#options.defaultSession);
    if (route.kind === "ambiguous" && !event.mayWait) return Promise.resolve(route);
    if (event.isHeld) this.#hasHeld = true;
    const open = route.kind === "session" ? this.#attached.get(route.session.id)?.link : undefined;
    const link = event.isHeld || event.filteredBy !== undefined ? undefined : open;
    const taken = this.#intake.take(event, link);
    // A held event is not pushed yet, but its session is open all the same.
    if (!event.isHeld || open === undefined || open.direct?.hasRefused) return taken;
    return taken.then((receipt) =>
      receipt.kind === "stored" ? { ...receipt, kind: "accepted" } : receipt
    );
  }

  /**
   * Releases held events.
   *
   * @throws {JournalError} When the journal cannot be used.
   */
  release(seqs: readonly number[]): void {
    this.#options.keeper.write(({ events }) => events.release(seqs));
    this.#offer();
  }

  /**
   * Withholds held events: they are shown only to a session that asks for them.
   *
   * @throws {JournalError} When the journal cannot be used.
   */
  withhold(seqs: readonly number[]): void {
    this.#options.keeper.write(({ events }) => events.withhold(seqs));
  }

  #refreshSessions(): void {
    this.#sessions = Array.from(this.#attached.values(), ({ session }) => session);
  }

  /** Survives a failure, which the keeper logs; a moment later all that waits is offered again. */
  #try<T>(run: (journal: Journal) => T, way: "read" | "write" = "write"): T | undefined {
    try {
      return this.#options.keeper[way](run);
    } catch {
      if (!this.#isStopped) {
        this.#retry ??= setTimeout(() => this.#offerAnew(), this.#options.retryMs ?? 1000);
      }
      return undefined;
    }
  }

  #tryRead<T>(run: (journal: Journal) => T): T | undefined {
    return this.#try(run, "read");
  }

  #offerAnew(): void {
    this.#retry = undefined;
    if (!this.#isReleased) this.#releaseHeld();
    this.#offer();
  }

  /** Releases the events that an earlier owner of the port has held. */
  #releaseHeld(): void {
    this.#isReleased = this.#try(({ events }) => {
      events.releaseHeld();
      return true;
    }) ?? false;
  }

  /** Ends the sessions that have not come back. */
  #endGrace(): void {
    this.#grace = undefined;
    this.endAbsent();
    this.#offer();
  }

  /** Hands waiting events to open sessions; runs once at a time. */
  #offer(): void {
    this.#mustOffer = true;
    if (!this.#isOffering) this.#offerAll();
  }

  async #offerAll(): Promise<void> {
    this.#isOffering = true;
    while (this.#mustOffer && !this.#isStopped) {
      this.#mustOffer = false;
      const newcomers = this.#sessions.filter(({ wasOffered }) => !wasOffered);
      const toSync = new Set<number>();
      // Events that were never pushed go to any session; unseen ones only to sessions that came later.
      await this.#offerStored(toSync);
      const left = newcomers.length > 0 ? await this.#findLeft(newcomers) : [];
      if (this.#isStopped) break;
      // A session that has come back meanwhile keeps its events.
      this.#assign(left.filter(({ session }) => this.#isGone(session)), newcomers, toSync);
      if (this.#grace === undefined && this.#retry === undefined) this.#endOffer(newcomers);
      for (const id of toSync) this.#attached.get(id)?.link.sync();
    }
    this.#isOffering = false;
  }

  #endOffer(newcomers: readonly StoredSession[]): void {
    for (const { id } of newcomers) {
      this.#try(({ sessions }) => sessions.markOffered(id, Date.now()));
      this.refresh(id);
    }
  }

  /** Lists the ended sessions, and `null` for none, to which events of a state belong. */
  #sessionsGone(state: "stored" | "pushed"): (number | null)[] {
    const sessions = this.#tryRead(({ events }) => events.sessionsOf(state)) ?? [];
    return sessions.filter((session) => this.#isGone(session));
  }

  #isGone(session: number | null): boolean {
    return session === null || (!this.#attached.has(session) && this.#grace === undefined);
  }

  /** Routes the events that were never pushed. */
  async #offerStored(toSync: Set<number>): Promise<void> {
    for (const session of this.#sessionsGone("stored")) {
      for (let before = Number.MAX_SAFE_INTEGER;;) {
        await delay(0);
        if (this.#isStopped || !this.#isGone(session)) break;
        const waiting = this.#tryRead(({ events }) =>
          events.waiting("stored", session, before, CHUNK)
        ) ?? [];
        this.#assign(waiting, this.#sessions, toSync);
        if (waiting.length < CHUNK) break;
        before = waiting.at(-1)?.seq ?? 0;
      }
    }
  }

  /** Finds the newest events that were pushed and left unseen, of those that newcomers may take. */
  async #findLeft(newcomers: readonly StoredSession[]): Promise<readonly LeftEvent[]> {
    let left: LeftEvent[] = [];
    for (const session of this.#sessionsGone("pushed")) {
      await delay(0);
      if (this.#isStopped) break;
      const newest = this.#tryRead(({ events }) =>
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
    toSync: Set<number>,
  ): void {
    const bySession = new Map<number, number[]>();
    for (const event of waiting) {
      const id = this.#routeWaiting(event, candidates);
      if (id !== undefined) bySession.getOrInsertComputed(id, () => []).push(event.seq);
    }
    for (const [id, seqs] of bySession) {
      this.#try(({ events }) => events.assign(seqs, id));
      toSync.add(id);
    }
  }
}
