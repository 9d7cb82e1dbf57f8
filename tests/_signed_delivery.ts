import { assert } from "@std/assert";
import { selectScheme } from "../lib/sources/config/select_scheme.ts";
import type { SourceEntry } from "../lib/sources/config/entry.ts";
import { signWebhook } from "../server/sources/signer.ts";

/** What both sides know. */
export const SECRET = "only-the-two-of-us";

/** A source as a test writes it; its path and its secret are what they usually are. */
export type SourceDraft = Partial<SourceEntry> & Pick<SourceEntry, "kind">;

/** The sources of a test by name. */
export type SourceDrafts = Readonly<Record<string, SourceDraft>>;

/** A source that takes whatever whoever knows the token sends. */
export const GENERIC: SourceDraft = { kind: "generic", signature: { algorithm: "bearer" } };

/** The source of a draft. */
export function entryOf(name: string, draft: SourceDraft): SourceEntry {
  return { path: `/${name}`, secrets: [SECRET], ...draft };
}

/** The text of `config.json`. */
export function configOf(drafts: SourceDrafts): string {
  const sources = Object.entries(drafts).map(([name, draft]) => [name, entryOf(name, draft)]);
  return JSON.stringify({ sources: Object.fromEntries(sources) });
}

/** What is sent besides the body. */
export interface DeliveryDraft {
  /** The delivery id; by default one that was never used. */
  readonly id?: string | undefined;
  /** The type of the event, where it stands in a header. */
  readonly event?: string | undefined;
  /** The content type; by default that of JSON. */
  readonly type?: string;
  /** The secret that is signed with. */
  readonly secret?: string | undefined;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The bytes of a body; what is neither text nor bytes is sent as JSON. */
export function bytesOf(body: unknown): Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return body.slice();
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}

/** The headers of a delivery, signed as its source does. */
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
