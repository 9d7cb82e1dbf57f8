import { cleanLine } from "../../lib/text/clean_line.ts";
import { EventSequence, formatEventId } from "../../lib/event/event_id.ts";
import { type EventRecord, judgeReplay } from "../../lib/event/event_record.ts";
import type { ReplayEventOptions } from "../../lib/cli/events_options.ts";
import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatSessionName } from "../../lib/session/route_event.ts";
import { toEventSummaryJson } from "../../lib/event/status_json.ts";
import type { AuditTable } from "../../server/journal/audit_table.ts";
import type { EventTable } from "../../server/journal/event_table.ts";
import { createNonce } from "../../server/feed/proof.ts";
import { Journal } from "../../server/journal/journal.ts";
import type { SessionTable } from "../../server/journal/session_table.ts";
import { journalPathOf } from "../../server/state/folder.ts";
import { findEvent, printUnknownEvent } from "./find_event.ts";
import { withJournal } from "../shared/journal_reader.ts";
import { print, printError } from "../shared/terminal.ts";
import { wakeOwner, type WakeResult } from "../shared/wake_owner.ts";

/** What a copy of an event is put into. */
export interface ReplayJournal {
  /** The events. */
  readonly events: Pick<EventTable, "insert" | "lastSeq" | "raw">;
  /** Who did what. */
  readonly audit: Pick<AuditTable, "insert">;
  /** Runs some statements as one. */
  transaction<T>(run: () => T): T;
}

/** The longest name of a session in a line, in code points. */
const TARGET_CODE_POINTS = 48;

/** How long a session may take to be found for the event, in milliseconds. */
const ROUTE_MS = 500;

/**
 * Puts a copy of an event into the journal, as one that has just come in and was never delivered
 * before.
 *
 * @returns Its sequence number, which is above all others: nobody else writes meanwhile.
 */
export function insertReplay(journal: ReplayJournal, event: EventRecord, nowMs: number): number {
  return journal.transaction(() => {
    const seq = new EventSequence(journal.events.lastSeq()).next(nowMs);
    const { source, sender, target, repository, meta, content } = event;
    journal.events.insert({
      seq,
      state: "stored",
      session: null,
      storedAt: nowMs,
      source,
      sender,
      target: target ?? undefined,
      repository: repository ?? undefined,
      meta: JSON.stringify(meta),
      content,
      raw: journal.events.raw(event.seq),
    });
    const entry = { action: "replay", actor: "terminal", subject: event.id };
    journal.audit.insert({ ...entry, detail: formatEventId(seq) }, nowMs);
    return seq;
  });
}

/** The event once a session was found for it, or as it is when that takes too long. */
async function waitForRoute(journal: Journal, seq: number): Promise<EventRecord | undefined> {
  for (const deadline = performance.now() + ROUTE_MS;;) {
    const event = journal.events.get(seq);
    if (event === undefined || event.session !== null || performance.now() > deadline) return event;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Says where a copy of an event goes.
 *
 * @param sessions The sessions.
 * @param event The copy, once it was looked for a session.
 * @param told Whether somebody did look.
 */
export function describeRoute(
  sessions: Pick<SessionTable, "get">,
  event: Pick<EventRecord, "session" | "target">,
  told: WakeResult,
): string {
  const session = event.session === null ? undefined : sessions.get(event.session);
  if (session !== undefined) return `it goes to the session ${formatSessionName(session)}`;
  const later = event.target === null
    ? "it is stored, and pushed when a session opens next"
    : `it is stored, and waits for the session "${cleanLine(event.target, TARGET_CODE_POINTS)}"`;
  return told === "told" ? `no session is open for it: ${later}` : later;
}

async function replay(
  journal: Journal,
  event: EventRecord,
  { port, json }: ReplayEventOptions,
): Promise<void> {
  const seq = insertReplay(journal, event, Date.now());
  const told = await wakeOwner({ port, secret: journal.secret(createNonce) });
  if (told === "not permitted") {
    printError(
      `deno-channel: Nobody was told: Deno was started without --allow-net=127.0.0.1:${port}`,
    );
  }
  const copy = told === "told" ? await waitForRoute(journal, seq) : journal.events.get(seq);
  if (copy === undefined) return;
  print(
    json
      ? formatJsonLine({ ...toEventSummaryJson(copy), replay_of: event.id })
      : `${copy.id} repeats ${event.id}: ${describeRoute(journal.sessions, copy, told)}`,
  );
}

/**
 * `events replay`: pushes an event again, as a new one; the window for repeated deliveries does not
 * count here.
 *
 * @param options What was asked for on the command line.
 * @returns The exit code.
 */
export async function replayEvent(options: ReplayEventOptions): Promise<number> {
  const { id, stateDir } = options;
  const onNone = () => printUnknownEvent(id);
  return await withJournal({ stateDir, onNone }, async (reader) => {
    const event = findEvent(reader.journal.events, id);
    if (event === undefined) return 1;
    const judgment = judgeReplay(event);
    if (!judgment.ok) {
      printError(`deno-channel: ${judgment.message}`);
      return 1;
    }
    // On disk before it is said to be: the durability of whoever holds the port is not known here.
    const journal = Journal.open(journalPathOf(reader.stateDir), { durability: "full" });
    try {
      await replay(journal, event, options);
      return 0;
    } finally {
      journal.close();
    }
  });
}
