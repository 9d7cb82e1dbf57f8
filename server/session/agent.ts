/**
 * The session's side of the journal: writes the events that are routed to this session, and the
 * verdicts on what it asked, to its client.
 *
 * The agent claims events in the journal before it writes them, so that no other process writes the
 * same. What the client does not take is given back, and claimed again when the client reads; a verdict
 * on what its own client has asked is of use to nobody else, so the agent keeps it until then.
 *
 * @module
 */

import {
  createDigest,
  MAX_LISTED_EVENTS,
  MAX_SINGLE_EVENTS,
} from "../../lib/event/waiting_summary.ts";
import type { EventRecord } from "../../lib/event/event_record.ts";
import type { ChannelEvent } from "../../lib/event/format_channel_tag.ts";
import type { Verdict } from "../../lib/permission/verdict.ts";
import type { PermissionRequest } from "../../lib/permission/permission.ts";
import { toPushedEvent } from "../../lib/event/pushed_event.ts";
import type { Channel } from "../channel/create_channel.ts";
import { delay } from "../runtime/delay.ts";
import type { SessionLink } from "../event/types.ts";
import type { EventTable } from "../journal/event_table.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import type { Logger } from "../runtime/log.ts";
import type { NewSession } from "../journal/session_table.ts";

/** Options of a {@linkcode SessionAgent}. */
export interface SessionAgentOptions {
  /** The connection to the client. */
  readonly channel: Pick<Channel, "tryPushCleaned" | "tryPermit">;
  /** Where events come from. */
  readonly keeper: Pick<JournalKeeper, "use">;
  /** Finds out what the session says of itself. */
  readonly identify: () => NewSession;
  /** Where problems are reported. */
  readonly log: Logger;
  /** Tells the process that holds the port to look into the journal. */
  readonly notifyOwner: () => void;
  /** How long a permission request can be answered, in milliseconds. */
  readonly permissionExpiryMs: number;
  /** After how long an event that was not seen is pushed again, in milliseconds; never by default. */
  readonly redeliverAfterMs?: number | undefined;
  /**
   * How many events a session is pushed without showing any seen before it counts as deaf.
   *
   * @default {20}
   */
  readonly deafAfter?: number;
}

/** How many events are claimed at a time. */
const CLAIM_LIMIT = 100;

/** Events that have waited, gathered until it is known whether they are few or many. */
class Waiting {
  #seqs: number[] = [];
  #first: EventRecord[] = [];

  add(event: EventRecord): void {
    this.#seqs.push(event.seq);
    if (this.#first.length < MAX_LISTED_EVENTS) this.#first.push(event);
  }

  /** Hands out what was gathered: all numbers, and the first of the events. */
  take(): { readonly seqs: readonly number[]; readonly first: readonly EventRecord[] } {
    const taken = { seqs: this.#seqs, first: this.#first };
    this.#seqs = [];
    this.#first = [];
    return taken;
  }
}

/** Serves one session out of the journal. */
export class SessionAgent implements SessionLink {
  readonly #options: SessionAgentOptions;
  readonly #deafAfter: number;
  #session: NewSession | undefined;
  #id = 0;
  #startedAt = 0;
  /** Events that are claimed and not written yet. */
  readonly #claimed = new Set<number>();
  /** Verdicts that the client did not take yet. */
  #verdicts: readonly Verdict[] = [];
  #isSettled = false;
  #isBehind = true;
  #hasRefused = false;
  #isDraining = false;
  #mustDrain = false;
  #isClosed = false;
  #pushedUnseen = 0;
  #hasSeen = false;
  #redelivery: ReturnType<typeof setInterval> | undefined;

  /** Constructs a new instance, which does nothing before {@linkcode register}. */
  constructor(options: SessionAgentOptions) {
    this.#options = options;
    this.#deafAfter = options.deafAfter ?? 20;
  }

  /** The session's number in the journal; 0 before it is registered. */
  get sessionId(): number {
    return this.#id;
  }

  /** Whether the session was pushed many events and has shown none seen. */
  get isDeaf(): boolean {
    return !this.#hasSeen && this.#pushedUnseen >= this.#deafAfter;
  }

  /** How many events it was pushed without showing any seen. */
  get pushedUnseen(): number {
    return this.#hasSeen ? 0 : this.#pushedUnseen;
  }

  /** The way around the journal, for events that come in at this process. */
  readonly direct: NonNullable<SessionLink["direct"]> = {
    isReady: () => this.#isSettled && !this.#isBehind && !this.#isClosed,
    hasRefused: () => this.#hasRefused,
    tryPush: (event) => this.#tryPush(toPushedEvent(event)),
  };

  /**
   * Enters the session in the journal, again where another journal has taken its place.
   *
   * @throws {JournalError} When the journal cannot be used.
   */
  register(): void {
    const { keeper, identify } = this.#options;
    const session = this.#session ??= identify();
    keeper.use(({ sessions }) => {
      if (sessions.get(this.#id)?.key === session.key) return;
      this.#startedAt = Date.now();
      this.#id = sessions.start(session, this.#startedAt);
    });
  }

  /** Begins to write events: the client is ready for them. */
  settle(): void {
    if (this.#isClosed) return;
    this.#isSettled = true;
    const { redeliverAfterMs } = this.#options;
    if (redeliverAfterMs !== undefined) {
      const everyMs = Math.min(Math.max(redeliverAfterMs / 4, 250), 60_000);
      this.#redelivery = setInterval(() => this.#offerAgain(redeliverAfterMs), everyMs);
    }
    this.look();
  }

  /** Writes to the client what the journal has for it, also after the client has begun to read again. */
  look(): void {
    if (this.#id === 0 || this.#isClosed) return;
    this.#tellVerdicts();
    if (this.#isSettled) this.#drain();
  }

  /**
   * Enters a permission request in the journal, for those who may answer it, and the session before it
   * where that could not be done yet.
   *
   * @throws {JournalError} When the journal cannot be used.
   */
  ask(request: PermissionRequest): void {
    this.register();
    const now = Date.now();
    const expiresAt = now + this.#options.permissionExpiryMs;
    this.#options.keeper.use((journal) =>
      journal.transaction(() => {
        journal.permissions.open(request, this.#id, now, expiresAt);
        journal.outbound.insert(
          {
            kind: "prompt",
            request_id: request.requestId,
            tool_name: request.toolName,
            description: request.description,
            input_preview: request.inputPreview,
            expires_at: expiresAt,
          },
          { session: this.#id, recipient: null, nowMs: now },
        );
      })
    );
    this.#options.notifyOwner();
  }

  /** Takes note of a sign of life; `hasSeen` when it named an event. */
  noteCall(journal: Journal, hasSeen: boolean): void {
    if (this.#id === 0) return;
    journal.sessions.touch(this.#id, Date.now());
    if (!hasSeen) return;
    if (this.isDeaf) this.#options.log.info("The session hears: a tool call named an event");
    this.#hasSeen = true;
    // Every time: what a call before this one has written may not have been committed.
    journal.sessions.markDeaf(this.#id, null);
  }

  /** Leaves: what is not written stays in the journal. Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#redelivery);
    if (this.#id === 0) return;
    this.#giveBack();
    // Where this fails, the next process that holds the port finds the session gone.
    this.#try(({ sessions }) => sessions.markEnded(this.#id, Date.now()));
  }

  /** Writes an event, or falls behind: the client does not read, and {@linkcode look} comes later. */
  #tryPush(event: ChannelEvent): boolean {
    this.#hasRefused = !this.#options.channel.tryPushCleaned(event);
    if (this.#hasRefused) {
      this.#isBehind = true;
      return false;
    }
    this.#countPushed();
    return true;
  }

  #countPushed(): void {
    if (this.#hasSeen) return;
    const wasDeaf = this.isDeaf;
    this.#pushedUnseen++;
    if (wasDeaf || !this.isDeaf) return;
    this.#options.log.warn(
      `The session has shown none of ${this.#pushedUnseen} events seen: was it started with the ` +
        "channel flag? Events stay in the journal",
    );
    this.#try(({ sessions }) => sessions.markDeaf(this.#id, Date.now()));
    this.#options.notifyOwner();
  }

  /** What fails here has been logged, and is tried again at the next look. */
  #try<T>(run: (journal: Journal) => T): T | undefined {
    try {
      return this.#options.keeper.use(run);
    } catch {
      return undefined;
    }
  }

  /** Tells the verdicts, each once; what the client does not take, when it reads again. */
  #tellVerdicts(): void {
    const { channel } = this.#options;
    const claimed =
      this.#try(({ permissions }) => permissions.claimVerdicts(this.#id, Date.now())) ?? [];
    this.#verdicts = [...this.#verdicts, ...claimed].filter(({ requestId, behavior }) =>
      !channel.tryPermit(requestId, behavior)
    );
  }

  async #drain(): Promise<void> {
    this.#isBehind = true;
    this.#mustDrain = true;
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      while (this.#mustDrain && !this.#isClosed) {
        this.#mustDrain = false;
        this.#isBehind = !await this.#writeStored();
      }
    } finally {
      this.#isDraining = false;
    }
  }

  /** Writes what is stored; returns whether all of it is written. */
  async #writeStored(): Promise<boolean> {
    this.#giveBack();
    const waiting = new Waiting();
    for (;;) {
      const claimed = this.#claim((events, now) => events.claim(this.#id, now, CLAIM_LIMIT));
      const fresh: EventRecord[] = [];
      for (const event of claimed ?? []) {
        const hasWaited = event.storedAt < this.#startedAt || event.attempts > 1;
        if (hasWaited) waiting.add(event);
        else fresh.push(event);
      }
      // Where the journal fails, what was claimed before is told all the same.
      const isLast = claimed === undefined || claimed.length < CLAIM_LIMIT;
      // What has waited comes before what is fresh; it is whole once something fresh turns up.
      const isTold = isLast || fresh.length > 0 ? this.#tryTell(waiting) : true;
      if (!isTold || !this.#tryPushEach(fresh)) {
        this.#giveBack();
        return false;
      }
      if (isLast) return claimed !== undefined && this.#claimed.size === 0;
      await delay(0);
      if (this.#isClosed) return false;
    }
  }

  /** Claims events, to be written at once or given back; `undefined` when the journal fails. */
  #claim(
    claim: (events: EventTable, nowMs: number) => readonly EventRecord[],
  ): readonly EventRecord[] | undefined {
    const claimed = this.#try(({ events }) => claim(events, Date.now()));
    claimed?.forEach(({ seq }) => this.#claimed.add(seq));
    return claimed;
  }

  /** Gives back what is claimed and not written; where the journal fails, the next time. */
  #giveBack(): void {
    if (this.#claimed.size === 0) return;
    this.#try((journal) => {
      journal.transaction(() => this.#claimed.forEach((seq) => journal.events.giveBack(seq)));
      this.#claimed.clear();
    });
  }

  /** Writes the events that have waited, one by one or as a digest. */
  #tryTell(waiting: Waiting): boolean {
    const { seqs, first } = waiting.take();
    if (seqs.length <= MAX_SINGLE_EVENTS) return this.#tryPushEach(first);
    if (!this.#tryPush(createDigest(first, seqs.length, Date.now()))) return false;
    seqs.forEach((seq) => this.#claimed.delete(seq));
    return true;
  }

  #tryPushEach(events: readonly EventRecord[]): boolean {
    return events.every((event) =>
      this.#tryPush(toPushedEvent(event)) && this.#claimed.delete(event.seq)
    );
  }

  #offerAgain(redeliverAfterMs: number): void {
    if (this.#isClosed || this.#isBehind || this.#id === 0) return;
    const waiting = new Waiting();
    this.#claim((events, now) => events.reclaim(this.#id, now - redeliverAfterMs, now, CLAIM_LIMIT))
      ?.forEach((event) => waiting.add(event));
    this.#tryTell(waiting);
  }
}
