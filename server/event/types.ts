import type { DeliverableEvent } from "../../lib/event/pushed_event.ts";
import type { Failure } from "../journal/failure_table.ts";

/** An event on its way in. */
export interface IncomingEvent {
  /** The kind of its sender. */
  readonly source: string;
  /** The sender, as the server has identified it. */
  readonly sender: string;
  /** The text, cleaned. */
  readonly content: string;
  /** The attributes, sanitized. */
  readonly meta: Readonly<Record<string, string>>;
  /** The body as it was sent, where the content is not all of it. */
  readonly raw?: Uint8Array | undefined;
  /** The session that was named explicitly. */
  readonly target?: string | undefined;
  /** Lets it wait where several sessions have that name; otherwise its sender has to choose. */
  readonly mayWait?: boolean;
  /** The repository that it is about, as `owner/name`. */
  readonly repository?: string | undefined;
  /** The delivery id; detects duplicates. */
  readonly delivery?: string | undefined;
  /** The signature of the body, or its SHA-256; detects duplicates under another id. */
  readonly digest?: string | undefined;
  /** The event that it repeats, `null` for none; the intake looks it up where this is missing. */
  readonly duplicateOf?: number | null | undefined;
  /** The rule that keeps it from every session. */
  readonly filteredBy?: string | undefined;
  /** Holds the event back so that similar ones can join it. */
  readonly isHeld?: boolean;
  /** The rule that shows it. */
  readonly rule?: string | undefined;
  /** The held events that it tells of, and that are not shown themselves from then on. */
  readonly gathers?: readonly number[];
  /** A subject that is broken from then on, or works again. */
  readonly track?: (Failure & { readonly hasFailed: boolean }) | undefined;
}

/** A session that events are handed to. */
export interface SessionLink {
  /** The session's number in the journal. */
  readonly sessionId: number;
  /** Makes the session read the journal again and write what is due. */
  sync(): void;
  /** Does the same as {@linkcode sync}, but for verdicts only. */
  syncVerdicts(): void;
  /** A session of this process, to which events are written without a way through the journal. */
  readonly direct?: DirectLink;
}

/** A session of this process. */
export interface DirectLink {
  /** `true` while nothing waits and the session reads. */
  readonly isReady: boolean;
  /** `true` after the client has refused the last event: it does not read. */
  readonly hasRefused: boolean;
  /**
   * Writes an event that the journal has as `pushed`; returns `false` when the session does not read,
   * and then takes the event from the journal later.
   */
  tryPush(event: DeliverableEvent): boolean;
}

/** The outcome of an event at the intake. */
export interface Receipt {
  /** Its sequence number, or that of the event which it repeats. */
  readonly seq: number;
  /**
   * `accepted` while a session is open for it, `stored` while none is or its client does not read.
   * The event is in the journal either way.
   */
  readonly kind: "accepted" | "stored" | "duplicate" | "filtered";
}

/** The time during which a delivery id detects duplicates, in milliseconds. */
export const DELIVERY_WINDOW_MS = 15 * 60_000;
