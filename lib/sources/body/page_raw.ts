/**
 * Shows the body of a delivery as it was sent, in pages.
 *
 * @module
 */

import { cleanContent } from "../../text/clean_content.ts";
import { tryParseForm } from "./form.ts";
import { pageJson, type PageJsonOptions, type PageResult, takePage } from "./page_json.ts";
import { tryParseJson } from "./parse_json.ts";
import { isSecretKey, REDACTED, redactText } from "../shape/redact.ts";

/** A page; `isCut` is set if the end of the body is missing. */
type RawPageResult = PageResult & { readonly isCut: boolean };

/** The length to which earlier versions cut a body. */
const CUT_BYTES = 256 * 1024;

/** A form: no white space, and no `=` in a value. */
const FORM_REGEXP = /^[^\s=&]+=[^\s=&]*(?:&[^\s=&]+=[^\s=&]*)*$/;

/** A member of an object in a text that is no JSON as a whole, such as a log with objects in it. */
const MEMBER_REGEXP =
  /("([^"\\\n]{1,200})"\s{0,8}:\s{0,8})(?:"[^"\\]*(?:\\[^][^"\\]*)*"?|[^\s"{}[\],]+)/g;

/** The name of a member whose value is an object or a list. */
const GROUP_REGEXP = /"([^"\\\n]{1,200})"\s{0,8}:\s{0,8}(?=[{[])/g;

/** A string or a bracket. */
const BRACKET_REGEXP = /"[^"\\]*(?:\\[^][^"\\]*)*"?|[{}[\]]/g;

/** Reads JSON Lines as a list. */
function tryReadLines(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const isJson = lines.length > 1 && lines.every((line) => tryParseJson(line) !== undefined);
  return isJson ? `[${lines.join(",")}]` : undefined;
}

function tryReadJson(text: string): string | undefined {
  if (tryParseJson(text) !== undefined) return text;
  const list = tryReadLines(text);
  if (list !== undefined) return list;
  const form = FORM_REGEXP.test(text) ? tryParseForm(text) : undefined;
  return form && JSON.stringify(form.payload);
}

function redactMember(found: string, start: string, key: string): string {
  return isSecretKey(key) ? `${start}"${REDACTED}"` : found;
}

/** Returns the end of an object or a list that begins at a place, or of the text. */
function endOfGroup(text: string, start: number): number {
  const brackets = new RegExp(BRACKET_REGEXP);
  brackets.lastIndex = start;
  let depth = 0;
  for (let found = brackets.exec(text); found !== null; found = brackets.exec(text)) {
    if (found[0] === "{" || found[0] === "[") depth++;
    else if (found[0][0] !== '"' && --depth === 0) return brackets.lastIndex;
  }
  return text.length;
}

function redactGroups(text: string): string {
  let redacted = "";
  let from = 0;
  for (const { 0: found, 1: key = "", index } of text.matchAll(GROUP_REGEXP)) {
    if (index < from || !isSecretKey(key)) continue;
    const start = index + found.length;
    redacted += `${text.slice(from, start)}"${REDACTED}"`;
    from = endOfGroup(text, start);
  }
  return redacted + text.slice(from);
}

function formatText(text: string): string {
  const clean = cleanContent(text, Math.max(16, 2 * text.length));
  return redactText(redactGroups(clean).replace(MEMBER_REGEXP, redactMember));
}

/**
 * Formats a page of a stored body: of JSON and forms the part at a path, as `pageJson()` prints it;
 * of anything else the text, cleaned and redacted.
 *
 * @param raw The body; a cut one counts as text.
 */
export function pageRaw(raw: Uint8Array, options: PageJsonOptions = {}): RawPageResult {
  const { path = "", page = 1 } = options;
  const text = new TextDecoder().decode(raw);
  const isCut = raw.length === CUT_BYTES && tryParseJson(text) === undefined;
  const json = isCut ? undefined : tryReadJson(text);
  if (json !== undefined) return { ...pageJson(json, options), isCut };
  if (path === "") return { ...takePage(formatText(text), page), isCut };
  const reason = isCut ? "is cut" : "is no JSON";
  const message = `The body ${reason} and has no parts: read it without a path`;
  return { ok: false, message, isCut };
}
