import {
  type HeaderReader,
  type ProofHeaders,
  type Refusal,
  refuse,
  type SignedProof,
} from "./scheme.ts";

interface TimeLimits {
  /** The time of this clock in milliseconds since the epoch. */
  readonly nowMs: number;
  /** The furthest that a time may be from it, either way. */
  readonly toleranceMs: number;
}

/**
 * Refuses a time that is too far from now, so a captured delivery cannot be sent again later.
 *
 * @param timestampMs The time in milliseconds since the epoch.
 * @returns `undefined` for a time that is near enough.
 */
export function validateTime(
  timestampMs: number,
  { nowMs, toleranceMs }: TimeLimits,
): Refusal | undefined {
  const ageMs = nowMs - timestampMs;
  if (Math.abs(ageMs) <= toleranceMs) return undefined;
  const seconds = Math.ceil(Math.abs(ageMs) / 1000);
  const side = ageMs > 0 ? "behind" : "ahead of";
  const limit = toleranceMs / 1000;
  return refuse(
    "stale",
    `the signed time is ${seconds} s ${side} this clock: expected at most ${limit} s`,
  );
}

/** The values of the placeholders of a template. */
export interface ContentValues {
  readonly timestamp: string;
  readonly id: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Joins the signed text. If that is the body alone, the body is not copied.
 *
 * @param template Text with `{body}` once, and `{timestamp}` and `{id}` if they are signed.
 * @param values The values; placeholders inside a value stay as they are.
 */
export function joinContent(
  template: string,
  { timestamp, id, body }: ContentValues,
): Uint8Array<ArrayBuffer> {
  if (template === "{body}") return body;
  const [before = "", after = ""] = template.split("{body}");
  const encode = (text: string) =>
    new TextEncoder().encode(
      text.replace(/\{(timestamp|id)\}/g, (_, name) => name === "id" ? id : timestamp),
    );
  const [head, tail] = [encode(before), encode(after)];
  const content = new Uint8Array(head.length + body.length + tail.length);
  content.set(head);
  content.set(body, head.length);
  content.set(tail, head.length + body.length);
  return content;
}

type SignedContent =
  | {
    readonly ok: true;
    readonly content: Uint8Array<ArrayBuffer>;
    /** The signed time in milliseconds since the epoch, if the scheme checks one. */
    readonly timestampMs: number | undefined;
    /** The delivery id, if it is signed. */
    readonly id: string | undefined;
  }
  | Refusal;

interface SignedContentParts {
  /** The headers of the signature. */
  readonly names: ProofHeaders;
  readonly headers: HeaderReader;
  /** The timestamp beside the signature, if the scheme has it there. */
  readonly timestamp: string | undefined;
  /** The body, byte for byte. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

const ID_REGEXP = /^[!-~]{1,255}$/;
/** An id that the signed text follows without a separator. */
const BARE_ID_REGEXP = /^[\w-]{1,255}$/;
const DIGITS_REGEXP = /^\d{1,15}$/;
/**
 * A timestamp that is signed but not checked. The `{` of a body cannot move to its end, and what
 * moves from its end to a body leaves no JSON.
 */
const OPAQUE_TIMESTAMP_REGEXP = /^[A-Za-z0-9]{1,32}$/;

/** From this number on a timestamp counts milliseconds: as seconds it would be the year 5138. */
const MIN_MILLISECONDS = 1e11;

/** Returns the text of a template between a placeholder and the next. */
function separatorAfter(placeholder: string, template: string): string {
  const [, rest = ""] = template.split(placeholder);
  return rest.split("{", 1)[0] ?? "";
}

function readTimestamp(
  proof: SignedProof,
  { names, headers, timestamp, nowMs }: SignedContentParts,
): { ok: true; text: string; timeMs: number | undefined } | Refusal {
  const text = timestamp ?? (names.timestamp && headers.get(names.timestamp)) ?? "";
  const where = names.timestamp ? `the header "${names.timestamp}"` : "the signature's timestamp";
  if (text === "") return refuse("missing_timestamp", `${where} is missing`);
  if (text.includes(",")) return refuse("repeated_header", `${where} came more than once`);
  if (proof.toleranceMs === undefined) {
    return OPAQUE_TIMESTAMP_REGEXP.test(text)
      ? { ok: true, text, timeMs: undefined }
      : refuse("malformed_timestamp", `${where} is malformed: expected letters and digits`);
  }
  if (!DIGITS_REGEXP.test(text)) {
    return refuse("malformed_timestamp", `${where} is malformed: expected seconds since 1970`);
  }
  const count = Number(text);
  const timeMs = count < MIN_MILLISECONDS ? count * 1000 : count;
  return validateTime(timeMs, { nowMs, toleranceMs: proof.toleranceMs }) ??
    { ok: true, text, timeMs };
}

function readId(
  { content }: SignedProof,
  { names, headers }: SignedContentParts,
): { ok: true; text: string } | Refusal {
  const text = (names.id && headers.get(names.id)) ?? "";
  const where = `the header "${names.id}"`;
  if (text === "") return refuse("missing_id", `${where} is missing`);
  if (text.includes(", ")) return refuse("repeated_header", `${where} came more than once`);
  // Without a separator an attacker could send the signed time and a part of the body as the id,
  // and take a later time from the body.
  const separator = separatorAfter("{id}", content);
  const isUnambiguous = separator === ""
    ? BARE_ID_REGEXP.test(text)
    : ID_REGEXP.test(text) && !text.includes(separator);
  if (!isUnambiguous) {
    const limit = separator === ""
      ? `letters, digits, "_" and "-"`
      : `no space and no "${separator}"`;
    return refuse("malformed_id", `${where} is malformed: expected ${limit}`);
  }
  return { ok: true, text };
}

/** Reads the signed text, and checks the time if it is signed. */
export function readSignedContent(proof: SignedProof, parts: SignedContentParts): SignedContent {
  const timestamp = proof.content.includes("{timestamp}") ? readTimestamp(proof, parts) : undefined;
  if (timestamp?.ok === false) return timestamp;
  const id = proof.content.includes("{id}") ? readId(proof, parts) : undefined;
  if (id?.ok === false) return id;
  const content = joinContent(proof.content, {
    timestamp: timestamp?.text ?? "",
    id: id?.text ?? "",
    body: parts.body,
  });
  return { ok: true, content, timestampMs: timestamp?.timeMs, id: id?.text };
}
