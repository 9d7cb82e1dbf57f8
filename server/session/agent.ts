/**
 * The session's side of the journal: writes the events that are routed to this session, and the
 * verdicts on its permission requests, to its client.
 *
 * The agent claims events in the journal before it writes them; otherwise two processes could write the
 * same. An event that the client does not take is given back, and claimed again when the client reads. A
 * verdict is of use to this session only, so the agent keeps it until then.
 *
 * @module
 */

import {
  createWaitingSummary,
  MAX_LISTED_EVENTS,
  MAX_SINGLE_EVENTS,
} from "../../lib/event/waiting_summary.ts";
import type { EventRecord } from "../../lib/event/event_record.ts";
import type { ChannelEvent } from "../../lib/event/format_channel_tag.ts";
import type { Verdict } from "../../lib/permission/verdict.ts";
import type { PermissionRequest } from "../../lib/permission/permission.ts";
import { type DeliverableEvent, toPushedEvent } from "../../lib/event/pushed_event.ts";
import type { Channel } from "../channel/create_channel.ts";
import { delay } from "../runtime/delay.ts";
import type { DirectLink, SessionLink } from "../event/types.ts";
import type { EventTable } from "../journal/event_table.ts";
import { JournalError } from "../journal/error.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import type { Logger } from "../runtime/log.ts";
import type { NewSession } from "../journal/session_table.ts";

/** Options of a {@linkcode SessionAgent}. */
export interface SessionAgentOptions {
  readonly keeper: Pick<JournalKeeper, "read" | "write">;
  readonly identify: () => NewSession;
  readonly log: Logger;
  /** Tells the owner of the port that the journal has news. */
  readonly notifyOwner: () => void;
  /** The time in which a permission request can be answered, in milliseconds. */
  readonly permissionExpiryMs: number;
  /** The time after which an unseen event is pushed again, in milliseconds; never by default. */
  readonly redeliverAfterMs?: number | undefined;
  /**
   * The number of pushed events, none of them shown to be seen, that makes a session deaf.
   *
   * @default {20}
   */
  readonly deafAfter?: number;
}

/** The part of a channel that an agent writes to. */
export type AgentChannel = Pick<Channel, "tryPushCleaned" | "tryPermit" | "isWaiting">;

/** A permission request, and when it expires in milliseconds since the epoch. */
interface Prompt {
  readonly request: PermissionRequest;
  readonly expiresAt: number;
}

/** The most permission requests that wait while the journal fails; the oldest is dropped. */
const MAX_PROMPTS = 32;

/** The most events that are claimed at a time. */
const CLAIM_LIMIT = 100;

/** Events that have waited, gathered until all are known: many become a summary. */
class Waiting {
  #seqs: number[] = [];
  #first: EventRecord[] = [];

  add(event: EventRecord): void {
    this.#seqs.push(event.seq);
    if (this.#first.length < MAX_LISTED_EVENTS) this.#first.push(event);
  }

  /** Takes all numbers, and the first of the events. */
  take(): { readonly seqs: readonly number[]; readonly first: readonly EventRecord[] } {
    const taken = { seqs: this.#seqs, first: this.#first };
    this.#seqs = [];
    this.#first = [];
    return taken;
  }
}

/** Serves one session out of the journal. */
export class SessionAgent implements SessionLink, DirectLink {
  readonly #options: SessionAgentOptions;
  readonly #deafAfter: number;
  /** The way to the client, once it is ready. */
  #channel: AgentChannel | undefined;
  #session: NewSession | undefined;
  #id = 0;
  #startedAt = 0;
  /** Events that are claimed and not written yet. */
  readonly #claimed = new Set<number>();
  /** Permission requests that are not in the journal yet. */
  readonly #prompts: Prompt[] = [];
  /** Verdicts that the client did not take yet. */
  #verdicts: readonly Verdict[] = [];
  #isBehind = true;
  #hasRefused = false;
  #isDraining = false;
  #mustDrain = false;
  #isClosed = false;
  #pushedUnseen = 0;
  #hasSeen = false;
  #redelivery: ReturnType<typeof setInterval> | undefined;

  constructor(options: SessionAgentOptions) {
    this.#options = options;
    this.#deafAfter = options.deafAfter ?? 20;
  }

  /** The session's number in the journal; 0 before it is registered. */
  get sessionId(): number {
    return this.#id;
  }

  /** `true` when the session was pushed many events and has shown none seen. */
  get isDeaf(): boolean {
    return !this.#hasSeen && this.#pushedUnseen >= this.#deafAfter;
  }

  /** The number of events that it was pushed while it has shown none seen. */
  get pushedUnseen(): number {
    return this.#hasSeen ? 0 : this.#pushedUnseen;
  }

  /** Takes events that come in at this process. */
  readonly direct = this;

  get isReady(): boolean {
    return !this.#isBehind && !this.#isClosed;
  }

  get hasRefused(): boolean {
    return this.#hasRefused;
  }

  tryPush(event: DeliverableEvent): boolean {
    return this.#tryWrite(toPushedEvent(event));
  }

  /**
   * Enters the session in the journal, again where another journal has taken its place.
   *
   * @throws {JournalError} When the journal cannot be used.
   */
  register(): void {
    const { keeper, identify } = this.#options;
    const session = this.#session ??= identify();
    const isEntered = keeper.read(({ sessions }) => sessions.get(this.#id)?.key === session.key);
    if (isEntered) return;
    const startedAt = Date.now();
    this.#id = keeper.write(({ sessions }) => sessions.start(session, startedAt));
    this.#startedAt = startedAt;
    // Another journal may have a row with the number of one that was claimed.
    this.#claimed.clear();
  }

  /** Begins to write to the client, which is ready for it. */
  begin(channel: AgentChannel): void {
    if (this.#isClosed) return;
    this.#channel = channel;
    const { redeliverAfterMs } = this.#options;
    if (redeliverAfterMs !== undefined) {
      const everyMs = Math.min(Math.max(redeliverAfterMs / 4, 250), 60_000);
      this.#redelivery = setInterval(() => this.#offerAgain(redeliverAfterMs), everyMs);
    }
    this.sync();
  }

  /** Reads the journal again and writes what is due. */
  sync(): void {
    this.#enterPrompts();
    this.syncVerdicts();
    if (this.#id !== 0 && !this.#isClosed && this.#channel !== undefined) this.#drain();
  }

  /** Goes on once the client reads again. */
  resume(): void {
    this.#hasRefused = false;
    this.sync();
  }

  /** Writes the verdicts, each once; those that the client does not take, when it reads again. */
  syncVerdicts(): void {
    const channel = this.#channel;
    if (this.#id === 0 || this.#isClosed || channel === undefined) return;
    const claimed =
      this.#try(({ permissions }) => permissions.claimVerdicts(this.#id, Date.now())) ?? [];
    this.#verdicts = [...this.#verdicts, ...claimed].filter(({ requestId, behavior }) =>
      !channel.tryPermit(requestId, behavior)
    );
  }

  /**
   * Enters a permission request in the journal, and the session before it where that has failed. While
   * the journal fails, the request waits in this process: the client asks only once.
   */
  ask(request: PermissionRequest): void {
    const expiresAt = Date.now() + this.#options.permissionExpiryMs;
    this.#prompts.push({ request, expiresAt });
    if (this.#prompts.length > MAX_PROMPTS) this.#prompts.shift();
    this.#enterPrompts();
  }

  /** Enters the permission requests that wait; those that fail wait for the next time. */
  #enterPrompts(): void {
    if (this.#prompts.length === 0 || this.#isClosed) return;
    try {
      this.register();
      for (const prompt of [...this.#prompts]) {
        if (prompt.expiresAt > Date.now()) this.#enterPrompt(prompt);
        this.#prompts.shift();
      }
    } catch (error) {
      // The keeper has reported it.
      if (!(error instanceof JournalError)) throw error;
      return;
    }
    this.#options.notifyOwner();
  }

  #enterPrompt({ request, expiresAt }: Prompt): void {
    const now = Date.now();
    this.#options.keeper.write((journal) =>
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
  }

  /** Records a sign of life; `hasSeen` when it named an event. */
  noteCall(journal: Journal, hasSeen: boolean): void {
    if (this.#id === 0) return;
    journal.sessions.touch(this.#id, Date.now());
    if (!hasSeen) return;
    if (this.isDeaf) this.#options.log.info("The session hears: a tool call named an event");
    this.#hasSeen = true;
    // Not only the first time: the transaction of an earlier call may have failed.
    journal.sessions.markDeaf(this.#id, null);
  }

  /** Ends the session; events that are not written stay in the journal. Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#redelivery);
    if (this.#id === 0) return;
    this.#giveBack();
    // After a failure, the next owner of the port finds the session gone.
    this.#try(({ sessions }) => sessions.markEnded(this.#id, Date.now()));
  }

  /** Writes an event, or falls behind until {@linkcode resume}: the client does not read. */
  #tryWrite(event: ChannelEvent): boolean {
    if (this.#channel === undefined || this.#hasRefused) return false;
    if (!this.#channel.tryPushCleaned(event)) {
      this.#hasRefused = true;
      this.#isBehind = true;
      return false;
    }
    this.#countPushed();
    return true;
  }

  #countPushed(): void {
    if (this.#hasSeen || ++this.#pushedUnseen !== this.#deafAfter) return;
    this.#options.log.warn(
      `The session has shown none of ${this.#pushedUnseen} events seen: was it started with the ` +
        "channel flag? Events stay in the journal",
    );
    this.#try(({ sessions }) => sessions.markDeaf(this.#id, Date.now()));
    this.#options.notifyOwner();
  }

  /** Survives a failure, which the keeper logs; the next {@linkcode sync} tries again. */
  #try<T>(run: (journal: Journal) => T): T | undefined {
    try {
      return this.#options.keeper.write(run);
    } catch {
      return undefined;
    }
  }

  async #drain(): Promise<void> {
    this.#isBehind = true;
    this.#mustDrain = true;
    // A client that does not read is claimed no events for: every post would claim a hundred of them and
    // give them back.
    if (this.#hasRefused) this.#giveBack();
    if (this.#isDraining || this.#hasRefused) return;
    this.#isDraining = true;
    try {
      while (this.#mustDrain && !this.#hasRefused && !this.#isClosed) {
        this.#mustDrain = false;
        this.#isBehind = !await this.#writeStored();
      }
    } finally {
      this.#isDraining = false;
    }
  }

  /** Writes the stored events; returns whether all of them are written. */
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
      // Events that were claimed before a failure of the journal are written all the same.
      const isLast = claimed === undefined || claimed.length < CLAIM_LIMIT;
      // Events that have waited come before fresh ones, and all of them are known by the first fresh one.
      const isWritten = isLast || fresh.length > 0 ? this.#tryWriteWaiting(waiting) : true;
      if (!isWritten || !this.#tryPushEach(fresh)) {
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

  /** Gives back events that are claimed and not written; after a failure of the journal, the next time. */
  #giveBack(): void {
    if (this.#claimed.size === 0) return;
    this.#try((journal) => {
      journal.transaction(() => this.#claimed.forEach((seq) => journal.events.giveBack(seq)));
      this.#claimed.clear();
    });
  }

  /** Writes the events that have waited, one by one or as a summary. */
  #tryWriteWaiting(waiting: Waiting): boolean {
    const { seqs, first } = waiting.take();
    if (seqs.length <= MAX_SINGLE_EVENTS) return this.#tryPushEach(first);
    if (!this.#tryWrite(createWaitingSummary(first, seqs.length, Date.now()))) return false;
    seqs.forEach((seq) => this.#claimed.delete(seq));
    return true;
  }

  #tryPushEach(events: readonly EventRecord[]): boolean {
    return events.every((event) => this.tryPush(event) && this.#claimed.delete(event.seq));
  }

  #offerAgain(redeliverAfterMs: number): void {
    if (this.#isClosed || this.#isBehind || this.#id === 0) return;
    // Events that the client has not read yet would be pushed a second time behind themselves.
    if (this.#channel?.isWaiting) return;
    const waiting = new Waiting();
    this.#claim((events, now) => events.reclaim(this.#id, now - redeliverAfterMs, now, CLAIM_LIMIT))
      ?.forEach((event) => waiting.add(event));
    this.#tryWriteWaiting(waiting);
  }
}
