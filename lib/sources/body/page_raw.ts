/**
 * The body of a delivery as it was sent, for reading in pages.
 *
 * @module
 */

import { cleanContent } from "../../text/clean_content.ts";
import { splitByCodePoints } from "../../text/truncate.ts";
import { tryParseForm } from "./form.ts";
import { JSON_PAGE_CODE_POINTS, pageJson, type PageJsonOptions } from "./page_json.ts";
import { tryParseJson } from "./parse_json.ts";
import { isSecretKey, REDACTED, redactText } from "../shape/redact.ts";

/** What {@linkcode pageRaw} returns. */
type RawPageResult =
  | {
    readonly ok: true;
    /** The page. */
    readonly text: string;
    /** Its number, from 1. */
    readonly page: number;
    /** How many pages there are. */
    readonly pages: number;
    /** Whether the end of the body is missing. */
    readonly isCut: boolean;
  }
  | { readonly ok: false; readonly message: string };

/** The length of a body that earlier versions have cut. Bodies are kept whole since. */
const CUT_BYTES = 256 * 1024;

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

function pageText(
  text: string,
  { page, isCut }: { readonly page: number; readonly isCut: boolean },
): RawPageResult {
  const clean = cleanContent(text, Math.max(16, 2 * text.length));
  const redacted = redactText(clean.replace(MEMBER_REGEXP, redactMember));
  const pages = splitByCodePoints(redacted, JSON_PAGE_CODE_POINTS);
  const shown = pages[page - 1];
  if (shown !== undefined) return { ok: true, text: shown, page, pages: pages.length, isCut };
  const expected = pages.length === 1 ? "there is 1 page" : `expected 1 to ${pages.length}`;
  return { ok: false, message: `There is no page ${page}: ${expected}` };
}

/**
 * A page of a body that was kept: of JSON and of forms the part at a path, as `pageJson()` prints it;
 * of anything else the text, cleaned and redacted.
 *
 * @param raw The body; one that was cut is text, whatever it was.
 * @param options The part and the page.
 * @returns The page, or what is there instead of what was asked for.
 */
export function pageRaw(raw: Uint8Array, options: PageJsonOptions = {}): RawPageResult {
  const { path = "", page = 1 } = options;
  const text = new TextDecoder().decode(raw);
  const json = tryReadJson(text);
  if (json !== undefined) {
    const result = pageJson(json, options);
    return result.ok ? { ...result, isCut: false } : result;
  }
  const isCut = raw.length === CUT_BYTES;
  if (path === "") return pageText(text, { page, isCut });
  const reason = isCut ? "is cut" : "is no JSON";
  return { ok: false, message: `The body ${reason} and has no parts: read it without a path` };
}
