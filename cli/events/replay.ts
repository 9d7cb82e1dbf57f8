import { cleanLine } from "../../lib/text/clean_line.ts";
import { EventSequence, formatEventId } from "../../lib/event/event_id.ts";
import { type EventRecord, judgeReplay } from "../../lib/event/event_record.ts";
import type { EventsOptions } from "../../lib/cli/events_options.ts";
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
import { print, printProblem } from "../shared/terminal.ts";
import { describeUntold, wakeOwner, type WakeResult } from "../shared/wake_owner.ts";

/** The journal that a copy of an event is put into. */
interface ReplayJournal {
  readonly events: Pick<EventTable, "insert" | "lastSeq" | "raw">;
  readonly audit: Pick<AuditTable, "insert">;
  /** Runs some statements as one. */
  transaction<T>(run: () => T): T;
}

/** The longest name of a session in a line, in code points. */
const TARGET_CODE_POINTS = 48;

/** The time that a session may take to be found for the event, in milliseconds. */
const ROUTE_MS = 500;

/**
 * Puts a copy of an event into the journal, as one that has just come in for the first time.
 *
 * @returns The sequence number of the copy, above all others: the transaction keeps other writers out.
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

/** Waits until a session was found for an event; returns the event as it is then or after too long. */
async function waitForRoute(journal: Journal, seq: number): Promise<EventRecord | undefined> {
  for (const deadline = performance.now() + ROUTE_MS;;) {
    const event = journal.events.get(seq);
    if (event === undefined || event.session !== null || performance.now() > deadline) return event;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Describes where a copy of an event goes. */
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
  { port, json }: EventsOptions<"replay">,
): Promise<void> {
  const seq = insertReplay(journal, event, Date.now());
  const told = await wakeOwner({ port, secret: journal.secret(createNonce) });
  if (told === "not permitted") printProblem(describeUntold(port));
  const copy = told === "told" ? await waitForRoute(journal, seq) : journal.events.get(seq);
  if (copy === undefined) return;
  const session = copy.session === null ? undefined : journal.sessions.get(copy.session);
  print(
    json
      ? formatJsonLine({ ...toEventSummaryJson(copy, session?.key ?? null), replay_of: event.id })
      : `${copy.id} repeats ${event.id}: ${describeRoute(journal.sessions, copy, told)}`,
  );
}

/** Runs `events replay`: pushes an event again, as a new one, however recently it came. */
export async function replayEvent(options: EventsOptions<"replay">): Promise<number> {
  const { id, stateDir } = options;
  const onNone = () => printUnknownEvent(id);
  return await withJournal({ stateDir, onNone }, async (reader) => {
    const event = findEvent(reader.journal.events, id);
    if (event === undefined) return 1;
    const judgment = judgeReplay(event);
    if (!judgment.ok) {
      printProblem(judgment.message);
      return 1;
    }
    // The server may run with --durability full, so the copy must be on disk before it is reported.
    const journal = Journal.open(journalPathOf(reader.stateDir), { durability: "full" });
    try {
      await replay(journal, event, options);
      return 0;
    } finally {
      journal.close();
    }
  });
}
