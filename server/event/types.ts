import type { DeliverableEvent } from "../../lib/event/pushed_event.ts";
import type { Failure } from "../journal/failure_table.ts";

/** An event on its way in. */
export interface IncomingEvent {
  /** What kind of sender sent it. */
  readonly source: string;
  /** The sender, as the server has identified it. */
  readonly sender: string;
  /** The text, cleaned. */
  readonly content: string;
  /** The attributes, sanitized. */
  readonly meta: Readonly<Record<string, string>>;
  /** The body as it was sent, where the content is not all of it; {@linkcode MAX_RAW_BYTES} of it. */
  readonly raw?: Uint8Array | undefined;
  /** The session that was named explicitly. */
  readonly target?: string | undefined;
  /** Whether it waits where several sessions have that name; otherwise its sender has to choose. */
  readonly mayWait?: boolean;
  /** The repository that it is about, as `owner/name`. */
  readonly repository?: string | undefined;
  /** The id of the delivery, which tells a repetition. */
  readonly delivery?: string | undefined;
  /** The signature of the body, or its SHA-256, which tells a repetition under another id. */
  readonly digest?: string | undefined;
  /** The event that it repeats, `null` for none; the intake looks it up where this is missing. */
  readonly duplicateOf?: number | null | undefined;
  /** The rule by which it is kept from every session. */
  readonly filteredBy?: string | undefined;
  /** Whether it is held back for a while, in case that there are more of its kind. */
  readonly isHeld?: boolean;
  /** The rule by which it is shown. */
  readonly rule?: string | undefined;
  /** The held events that it tells of, and that are not shown themselves from then on. */
  readonly gathers?: readonly number[];
  /** What is broken from then on, or works again. */
  readonly track?: (Failure & { readonly hasFailed: boolean }) | undefined;
}

/** A session that events are handed to. */
export interface SessionLink {
  /** The session's number in the journal. */
  readonly sessionId: number;
  /** Tells the session to look into the journal. */
  look(): void;
  /** Writes events to a session of this process, where it is one. */
  readonly direct?: {
    /** Whether nothing waits and the session reads. */
    isReady(): boolean;
    /** Whether the client did not take what was written last: it does not read. */
    hasRefused(): boolean;
    /**
     * Writes an event that the journal has as `pushed`; returns `false` when the session does not read,
     * and then takes the event from the journal later.
     */
    tryPush(event: DeliverableEvent): boolean;
  };
}

/** What became of an event at the intake. */
export interface Receipt {
  /** Its sequence number, or that of the event which it repeats. */
  readonly seq: number;
  /**
   * `accepted` while a session is open for it, `stored` while none is or its client does not read.
   * The event is in the journal either way.
   */
  readonly kind: "accepted" | "stored" | "duplicate" | "filtered";
}

/** How much of a body is kept as it was sent, in bytes. */
export const MAX_RAW_BYTES = 256 * 1024;

/** How long a delivery id is remembered, in milliseconds. */
export const DELIVERY_WINDOW_MS = 15 * 60_000;
