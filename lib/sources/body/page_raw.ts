/**
 * The body of a delivery as it was sent, for reading in pages.
 *
 * @module
 */

import { cleanContent } from "../../text/clean_content.ts";
import { splitByCodePoints } from "../../text/truncate.ts";
import { closeJson } from "./close_json.ts";
import { tryParseForm } from "./form.ts";
import { JSON_PAGE_CODE_POINTS, pageJson, type PageJsonOptions } from "./page_json.ts";
import { tryParseJson } from "./parse_json.ts";
import { isSecretKey, REDACTED, redactText } from "../shape/redact.ts";

/** What {@linkcode pageRaw} returns. */
export type RawPageResult =
  | {
    readonly ok: true;
    /** The page. */
    readonly text: string;
    /** Its number, from 1. */
    readonly page: number;
    /** How many pages there are. */
    readonly pages: number;
    /** Whether the body is JSON whose end is missing. */
    readonly isCut: boolean;
  }
  | { readonly ok: false; readonly message: string };

/** A body as JSON. */
interface JsonBody {
  readonly json: string;
  readonly isCut: boolean;
}

/** A form as it is sent: nothing in it is white space, and no value has a `=`. */
const FORM_REGEXP = /^[^\s=&]+=[^\s=&]*(?:&[^\s=&]+=[^\s=&]*)*$/;

/** A member of an object in a text that is no JSON as a whole, such as a log with objects in it. */
const MEMBER_REGEXP =
  /("([^"\\\n]{1,200})"\s{0,8}:\s{0,8})(?:"[^"\\]*(?:\\[^][^"\\]*)*"?|[^\s"{}[\],]+)/g;

/** A value a line as a list of them. */
function tryReadLines(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const isJson = lines.length > 1 && lines.every((line) => tryParseJson(line) !== undefined);
  return isJson ? `[${lines.join(",")}]` : undefined;
}

function tryReadJson(text: string): JsonBody | undefined {
  if (tryParseJson(text) !== undefined) return { json: text, isCut: false };
  const list = tryReadLines(text);
  if (list !== undefined) return { json: list, isCut: false };
  const closed = closeJson(text);
  if (closed !== undefined && tryParseJson(closed) !== undefined) {
    return { json: closed, isCut: true };
  }
  const form = FORM_REGEXP.test(text) ? tryParseForm(text) : undefined;
  return form && { json: JSON.stringify(form.payload), isCut: false };
}

function redactMember(found: string, start: string, key: string): string {
  return isSecretKey(key) ? `${start}"${REDACTED}"` : found;
}

function pageText(text: string, page: number): RawPageResult {
  const clean = cleanContent(text, Math.max(16, 2 * text.length));
  const redacted = redactText(clean.replace(MEMBER_REGEXP, redactMember));
  const pages = splitByCodePoints(redacted, JSON_PAGE_CODE_POINTS);
  const shown = pages[page - 1];
  if (shown !== undefined) {
    return { ok: true, text: shown, page, pages: pages.length, isCut: false };
  }
  const expected = pages.length === 1 ? "there is 1 page" : `expected 1 to ${pages.length}`;
  return { ok: false, message: `There is no page ${page}: ${expected}` };
}

/**
 * A page of a body that was kept: of JSON and of forms the part at a path, as `pageJson()` prints it;
 * of anything else the text, cleaned and redacted.
 *
 * @param raw The body; JSON of which only the beginning was kept is read as far as it goes.
 * @param options The part and the page.
 * @returns The page, or what is there instead of what was asked for.
 */
export function pageRaw(raw: Uint8Array, options: PageJsonOptions = {}): RawPageResult {
  const { path = "", page = 1 } = options;
  const text = new TextDecoder().decode(raw);
  const body = tryReadJson(text);
  if (body !== undefined) {
    const result = pageJson(body.json, options);
    return result.ok ? { ...result, isCut: body.isCut } : result;
  }
  if (path === "") return pageText(text, page);
  return { ok: false, message: "The body is no JSON and has no parts: read it without a path" };
}
