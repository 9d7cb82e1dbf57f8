import { countCodePoints } from "../../text/truncate.ts";
import { MAX_URL_LENGTH } from "./clean_url.ts";
import { cleanValue } from "./clean_value.ts";
import { tryIdentifier } from "./identifier.ts";
import { isSecretKey, REDACTED, redactText } from "./redact.ts";
import type { Line, Shape } from "./shape.ts";

/** The longest event in code points. */
export const MAX_SHAPE_CODE_POINTS = 1900;

const MAX_TITLE_CODE_POINTS = 200;

const MAX_KEY_CODE_POINTS = 60;
const MAX_VALUE_CODE_POINTS = 1000;

/** Room for `… (+1234 lines)`. */
const MARKER_CODE_POINTS = 24;

/** ASCII that cannot end or begin anything; the parser has spelled out all else. */
const URL_REGEXP = /^https?:\/\/[!#-;=?-_a-~]+$/;

/** Attributes that a shape may add to its event. */
const META_KEYS: readonly string[] = ["project", "action", "ref", "number", "actor", "trust"];

export interface FormattedShape {
  /** The event as Claude reads it. */
  readonly text: string;
  readonly meta: Record<string, string>;
}

function formatLine({ key, value, isUntrusted }: Line): string {
  const name = cleanValue(key.replaceAll(":", " "), MAX_KEY_CODE_POINTS);
  const clean = isSecretKey(key) ? REDACTED : cleanValue(value, MAX_VALUE_CODE_POINTS);
  return isUntrusted ? `${name} (untrusted): "${clean}"` : `${name}: ${clean}`;
}

/** Formats the address; `cleanUrl()` has removed what may not be shown. */
function formatUrl(url: string | undefined): string[] {
  const isClean = url !== undefined && url.length <= MAX_URL_LENGTH && URL_REGEXP.test(url);
  return isClean ? [redactText(url)] : [];
}

/** Returns as many lines as fit, and counts the rest. */
function fitLines(lines: readonly string[], room: number): string[] {
  const fitting: string[] = [];
  let left = room;
  for (const line of lines) {
    left -= countCodePoints(line) + 1;
    if (left < 0) return [...fitting, `… (+${lines.length - fitting.length} lines)`];
    fitting.push(line);
  }
  return fitting;
}

/** Returns the attributes that are identifiers. */
function formatMeta(sourceName: string, shape: Shape): Record<string, string> {
  const candidates: [string, string | undefined][] = [
    ["source_name", sourceName],
    ["event", shape.event],
    ["severity", shape.severity],
    ["repo", shape.repo],
    ...META_KEYS.map((key): [string, string | undefined] => [key, shape.meta[key]]),
  ];
  return Object.fromEntries(candidates.flatMap(([key, value]) => {
    const identifier = tryIdentifier(value);
    return identifier === undefined || redactText(identifier) !== identifier
      ? []
      : [[key, identifier]];
  }));
}

/**
 * Formats a shape as an event for Claude: the title after the name of the source, then the lines,
 * then the address. Everything is cleaned and redacted here, because a shape may hold raw texts.
 *
 * @returns A text of at most 1,900 code points without any `<`, its first line at most 200; lines
 * that do not fit are left out from the end and counted, the address stays.
 */
export function formatShape(sourceName: string, shape: Shape): FormattedShape {
  // A strange name of an event can leave an empty title.
  const what = shape.title.trim() || "event";
  const title = cleanValue(`[${sourceName}] ${what}`, MAX_TITLE_CODE_POINTS);
  const url = formatUrl(shape.url);
  const taken = countCodePoints([title, ...url].join("\n")) + MARKER_CODE_POINTS;
  const lines = fitLines(shape.lines.map(formatLine), MAX_SHAPE_CODE_POINTS - taken);
  return { text: [title, ...lines, ...url].join("\n"), meta: formatMeta(sourceName, shape) };
}
