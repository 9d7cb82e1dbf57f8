/**
 * Shapes deliveries that are no JSON: text by its first lines, other bytes by their size and
 * digest.
 *
 * @module
 */

import { countCodePoints } from "../../text/truncate.ts";
import { tryIdentifier } from "./identifier.ts";
import { field, joinTitle, quoted } from "./lines.ts";
import { number, text as textAt } from "./payload.ts";
import type { Delivery, Line, Shape } from "./shape.ts";

const MAX_TEXT_LINES = 10;

const MAX_TEXT_CODE_POINTS = 800;

/** The least room that a line is cut to. */
const MIN_LINE_CODE_POINTS = 16;

/** A visible character. */
const SEEN_REGEXP = /[^\s\p{Cc}\p{Cf}\p{DI}]/u;

/** Bytes that are no text. */
interface BinaryPayload {
  readonly byteLength: number;
  /** Their SHA-256 in hexadecimal. */
  readonly sha256: string;
}

function isBinary(payload: unknown): payload is BinaryPayload {
  return number(payload, "byteLength") !== undefined &&
    /^[0-9a-f]{64}$/.test(textAt(payload, "sha256") ?? "");
}

/** Tells that a payload is a text, or stands for bytes that are none. */
export function isText(payload: unknown): payload is string | BinaryPayload {
  return typeof payload === "string" || isBinary(payload);
}

/** Formats the first visible lines, each in quotes of its own. */
function formatText(lines: readonly string[]): Line[] {
  const shown: Line[] = [];
  let room = MAX_TEXT_CODE_POINTS;
  for (const line of lines) {
    if (shown.length === MAX_TEXT_LINES || room < MIN_LINE_CODE_POINTS) break;
    for (const quote of quoted("text", line, room)) {
      shown.push(quote);
      room -= countCodePoints(quote.value);
    }
  }
  return shown;
}

/** Shapes a text or a {@linkcode BinaryPayload}; any other payload counts as an empty text. */
export function shapeText({ event, payload }: Delivery): Shape {
  const name = tryIdentifier(event);
  const common: Omit<Shape, "title" | "lines"> = {
    event: name ?? "text",
    severity: "info",
    meta: {},
    rule: "text: all events",
    isWanted: true,
  };
  if (isBinary(payload)) {
    return {
      ...common,
      title: joinTitle([name, `${payload.byteLength} bytes that are no text`]),
      lines: field("SHA-256", payload.sha256),
      event: name ?? "binary",
    };
  }
  const all = typeof payload === "string" ? payload.split(/\r\n?|\n/) : [];
  const lines = all.filter((line) => SEEN_REGEXP.test(line));
  const shown = formatText(lines);
  const isCut = lines.length > shown.length;
  return {
    ...common,
    title: joinTitle([name ?? "text", lines.length === 1 ? "1 line" : `${lines.length} lines`]),
    lines: [...shown, ...(isCut ? field("lines", `${shown.length} shown of ${lines.length}`) : [])],
  };
}
