import { countCodePoints } from "../../text/truncate.ts";
import { MAX_URL_LENGTH } from "./clean_url.ts";
import { cleanValue } from "./clean_value.ts";
import { tryIdentifier } from "./identifier.ts";
import { isSecretKey, REDACTED, redactText } from "./redact.ts";
import type { Line, Shape } from "./shape.ts";

/** The longest event in code points. */
export const MAX_SHAPE_CODE_POINTS = 1900;

/** The longest first line in code points. */
const MAX_TITLE_CODE_POINTS = 200;

const MAX_KEY_CODE_POINTS = 60;
const MAX_VALUE_CODE_POINTS = 1000;

/** Room for `… (+1234 lines)`. */
const MARKER_CODE_POINTS = 24;

/** ASCII that cannot end or begin anything; the parser has written out all else. */
const URL_REGEXP = /^https?:\/\/[!#-;=?-_a-~]+$/;

/** What a shape may add to the attributes of its event. */
const META_KEYS: readonly string[] = ["project", "action", "ref", "number", "actor", "trust"];

/** What {@linkcode formatShape} returns. */
export interface FormattedShape {
  /** The event as Claude reads it. */
  readonly text: string;
  /** The attributes of the event. */
  readonly meta: Record<string, string>;
}

function formatLine({ key, value, isUntrusted }: Line): string {
  const name = cleanValue(key.replaceAll(":", " "), MAX_KEY_CODE_POINTS);
  const clean = isSecretKey(key) ? REDACTED : cleanValue(value, MAX_VALUE_CODE_POINTS);
  return isUntrusted ? `${name} (untrusted): "${clean}"` : `${name}: ${clean}`;
}

/** The address alone; `cleanUrl()` has decided what of it may be shown. */
function formatUrl(url: string | undefined): string[] {
  const isClean = url !== undefined && url.length <= MAX_URL_LENGTH && URL_REGEXP.test(url);
  return isClean ? [redactText(url)] : [];
}

/** As many lines as there is room for, and how many there is no room for. */
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

/** Attributes that are identifiers; everything else is left out. */
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
 * then the address. Everything is cleaned and redacted here, whoever made the shape.
 *
 * @param sourceName The name of the source in the configuration.
 * @param shape What the delivery says.
 * @returns A text of at most 1,900 code points without any `<`, its first line at most 200; lines that
 * do not fit are left out from the end and counted, the address never is.
 */
export function formatShape(sourceName: string, shape: Shape): FormattedShape {
  // What a strange name of an event leaves of a title can be nothing.
  const what = shape.title.trim() || "event";
  const title = cleanValue(`[${sourceName}] ${what}`, MAX_TITLE_CODE_POINTS);
  const url = formatUrl(shape.url);
  const taken = countCodePoints([title, ...url].join("\n")) + MARKER_CODE_POINTS;
  const lines = fitLines(shape.lines.map(formatLine), MAX_SHAPE_CODE_POINTS - taken);
  return { text: [title, ...lines, ...url].join("\n"), meta: formatMeta(sourceName, shape) };
}
