import { STATUS_CODE } from "@std/http/status";
import { formatEventId } from "../../lib/event/event_id.ts";
import { formatSessionName } from "../../lib/session/route_event.ts";
import type { MetaChange } from "../../lib/event/sanitize_meta.ts";
import type { Taken } from "../event/dispatcher.ts";
import { answer } from "./answer.ts";

/**
 * Formats the changes of the sender's attributes as one header line, such as `run-id renamed (run_id)`.
 * Names are percent-encoded, and beyond sixteen they are only counted.
 */
function formatChanges(changes: readonly MetaChange[]): string {
  const named = changes.slice(0, 16).map(({ key, action, detail }) =>
    `${encodeURIComponent(key.slice(0, 64).toWellFormed())} ${action} (${detail})`
  );
  const rest = changes.length - named.length;
  return (rest > 0 ? [...named, `${rest} more`] : named).join(", ");
}

/** Options of {@linkcode answerTaken}. */
interface AnswerTakenOptions {
  /** The session that the sender named. */
  readonly name?: string;
  /** The changes of the sender's attributes. */
  readonly changes?: readonly MetaChange[];
  /** The text in place of `ok`. */
  readonly text?: string;
}

/** Answers a sender whose event was taken in, or not. */
export function answerTaken(
  taken: Taken,
  { name = "", changes = [], text = "ok" }: AnswerTakenOptions = {},
): Response {
  if (taken.kind === "ambiguous") {
    const candidates = taken.candidates.map(formatSessionName).join(", ");
    return answer(
      STATUS_CODE.Conflict,
      `the session "${name}" is ambiguous: expected one of ${candidates}`,
    );
  }
  const response = taken.kind === "stored"
    ? answer(STATUS_CODE.Accepted, "stored")
    : answer(STATUS_CODE.OK, text);
  response.headers.set("X-Event-Id", formatEventId(taken.seq));
  if (taken.kind === "duplicate") response.headers.set("X-Duplicate", "true");
  if (changes.length > 0) response.headers.set("X-Meta-Changes", formatChanges(changes));
  return response;
}
