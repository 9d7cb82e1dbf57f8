import { tryParseForm } from "./form.ts";
import { tryParseJson } from "./parse_json.ts";

type ParsedBody =
  | { readonly ok: true; readonly format: "json" | "form"; readonly payload: unknown }
  | { readonly ok: true; readonly format: "text"; readonly payload: string }
  /** Bytes that are no text; the caller adds the digest for a `BinaryPayload`. */
  | { readonly ok: true; readonly format: "binary" }
  | { readonly ok: false; readonly message: string };

const JSON_TYPE_REGEXP = /^(?:application|text)\/(?:[\w.-]+\+)?json$/;

/** The beginning of JSON that is worth parsing even if no content type promises it. */
const JSON_START_REGEXP = /^\s*[{[]/;

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Reads the body of a delivery whose signature holds.
 *
 * A form without a `=` is text, and a form that begins as JSON is JSON, because `curl -d` sends the
 * content type of a form by default. In JSON, bytes that are no UTF-8 are replaced; elsewhere such
 * bytes, or a NUL, mean that the body is no text.
 */
export function parseBody(bytes: Uint8Array, contentType: string | null): ParsedBody {
  const type = (contentType ?? "").replace(/;.*/s, "").trim().toLowerCase();
  if (JSON_TYPE_REGEXP.test(type)) {
    const json = tryParseJson(new TextDecoder().decode(bytes));
    if (json !== undefined) return { ok: true, format: "json", ...json };
    return { ok: false, message: `Cannot parse the body: expected JSON, as its content type says` };
  }
  const text = tryDecode(bytes);
  if (text === undefined) return { ok: true, format: "binary" };
  const json = JSON_START_REGEXP.test(text) ? tryParseJson(text) : undefined;
  if (json !== undefined) return { ok: true, format: "json", ...json };
  const isForm = type === "application/x-www-form-urlencoded";
  const form = isForm ? tryParseForm(text) : undefined;
  if (form !== undefined) return { ok: true, format: "form", ...form };
  return { ok: true, format: "text", payload: text };
}
