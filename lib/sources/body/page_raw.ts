/**
 * Shows the body of a delivery as it was sent, in pages.
 *
 * @module
 */

import { cleanContent } from "../../text/clean_content.ts";
import { splitByCodePoints } from "../../text/truncate.ts";
import { tryParseForm } from "./form.ts";
import { JSON_PAGE_CODE_POINTS, pageJson, type PageJsonOptions } from "./page_json.ts";
import { tryParseJson } from "./parse_json.ts";
import { isSecretKey, REDACTED, redactText } from "../shape/redact.ts";

type RawPageResult =
  | {
    readonly ok: true;
    readonly text: string;
    /** The number of the page, from 1. */
    readonly page: number;
    readonly pages: number;
    /** Set if the end of the body is missing. */
    readonly isCut: boolean;
  }
  | { readonly ok: false; readonly message: string };

/** The length to which earlier versions cut a body. */
const CUT_BYTES = 256 * 1024;

/** A form: no white space, and no `=` in a value. */
const FORM_REGEXP = /^[^\s=&]+=[^\s=&]*(?:&[^\s=&]+=[^\s=&]*)*$/;

/** A member of an object in a text that is no JSON as a whole, such as a log with objects in it. */
const MEMBER_REGEXP =
  /("([^"\\\n]{1,200})"\s{0,8}:\s{0,8})(?:"[^"\\]*(?:\\[^][^"\\]*)*"?|[^\s"{}[\],]+)/g;

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
 * Formats a page of a stored body: of JSON and forms the part at a path, as `pageJson()` prints it;
 * of anything else the text, cleaned and redacted.
 *
 * @param raw The body; a cut one counts as text.
 * @returns The page, or a description of what is there instead.
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
