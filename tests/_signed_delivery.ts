import { assert } from "@std/assert";
import { selectScheme } from "../lib/sources/config/select_scheme.ts";
import type { SourceEntry } from "../lib/sources/config/entry.ts";
import { signWebhook } from "../server/sources/signer.ts";

/** The secret of both sides. */
export const SECRET = "only-the-two-of-us";

/** A source as a test writes it; path and secret have the usual values. */
export type SourceDraft = Partial<SourceEntry> & Pick<SourceEntry, "kind">;

export type SourceDrafts = Readonly<Record<string, SourceDraft>>;

/** A source that accepts any delivery with the token. */
export const GENERIC: SourceDraft = { kind: "generic", signature: { algorithm: "bearer" } };

/** Fills in a draft. */
export function entryOf(name: string, draft: SourceDraft): SourceEntry {
  return { path: `/${name}`, secrets: [SECRET], ...draft };
}

/** Formats `config.json`. */
export function configOf(drafts: SourceDrafts): string {
  const sources = Object.entries(drafts).map(([name, draft]) => [name, entryOf(name, draft)]);
  return JSON.stringify({ sources: Object.fromEntries(sources) });
}

/** The parts of a delivery besides the body. */
export interface DeliveryDraft {
  /** The delivery id; by default a new one. */
  readonly id?: string | undefined;
  /** The type of the event, if a header has it. */
  readonly event?: string | undefined;
  /** The content type; by default that of JSON. */
  readonly type?: string;
  readonly secret?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Encodes a body; a value that is neither text nor bytes becomes JSON. */
export function bytesOf(body: unknown): Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return body.slice();
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}

/** Signs a delivery as its provider does, and returns its headers. */
export async function signedHeaders(
  entry: Pick<SourceEntry, "kind" | "signature">,
  body: Uint8Array<ArrayBuffer>,
  draft: DeliveryDraft = {},
): Promise<Record<string, string>> {
  const { id, event, secret = SECRET, type = "application/json", headers } = draft;
  const selected = selectScheme(entry, [secret]);
  assert(selected.ok, entry.kind);
  const drafted = { secret, body, nowMs: Date.now(), id, event };
  const signed = await signWebhook(selected.scheme, drafted);
  assert(signed.ok, entry.kind);
  return { "content-type": type, ...signed.headers, ...headers };
}
