/**
 * Permission requests and their verdicts, as rules about plain values.
 *
 * A request goes `open → allowed | denied | answered elsewhere | expired` and never back; it takes one
 * verdict.
 *
 * @module
 */

import type { Behavior } from "./verdict.ts";

/** A tool call that waits for approval, as Claude Code describes it; all of it is untrusted text. */
export interface PermissionRequest {
  /** Five letters that name the request. */
  readonly requestId: string;
  /** The tool to run, such as `Bash`. */
  readonly toolName: string;
  /** The purpose of the call, in the model's words. */
  readonly description: string;
  /** The arguments of the call, as JSON-shaped text. */
  readonly inputPreview: string;
}

/** The state of a permission request. */
export type PermissionState = "open" | "allowed" | "denied" | "answered elsewhere" | "expired";

/** The fields that decide about the state of a request. */
export interface PermissionRecord {
  /** Five letters that name the request. */
  readonly requestId: string;
  /** The time when it expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The verdict, if there is one. */
  readonly behavior?: Behavior | undefined;
  /** `true` when the session has called the tool or ended: the user has answered at the terminal. */
  readonly isClosed: boolean;
}

/** The reason why a verdict has no effect. */
export interface NoEffect {
  /** `false`, which tells it from an effect. */
  readonly ok: false;
  /** The reason as a word. */
  readonly code: "unknown" | "answered" | "answered_elsewhere" | "expired" | "ambiguous";
  /** The reason as a sentence. */
  readonly message: string;
}

/** The result of {@linkcode judgeVerdict}. */
export type Judgment<Record extends PermissionRecord> =
  | { readonly ok: true; readonly record: Record }
  | NoEffect;

/** Returns the state of a request. */
export function permissionStateOf(record: PermissionRecord, nowMs: number): PermissionState {
  if (record.behavior !== undefined) return record.behavior === "allow" ? "allowed" : "denied";
  if (record.isClosed) return "answered elsewhere";
  return nowMs >= record.expiresAt ? "expired" : "open";
}

/**
 * Judges whether a verdict on a request has an effect.
 *
 * @param requestId The id that the verdict names.
 * @param records The requests with that id, the newest first: sessions choose their ids by themselves.
 * @returns The request that it answers, or the reason why it answers none.
 *
 * @example Usage
 * ```ts
 * import { judgeVerdict } from "@deno-channel/deno-channel";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const record = { requestId: "abcde", expiresAt: 2000, isClosed: false };
 * assert(judgeVerdict("abcde", [record], 1000).ok);
 * assertFalse(judgeVerdict("abcde", [{ ...record, behavior: "deny" }], 1000).ok);
 * assertFalse(judgeVerdict("abcde", [record], 3000).ok);
 * ```
 */
export function judgeVerdict<Record extends PermissionRecord>(
  requestId: string,
  records: readonly Record[],
  nowMs: number,
): Judgment<Record> {
  const [newest] = records;
  if (newest === undefined) {
    return { ok: false, code: "unknown", message: `request "${requestId}" was never asked` };
  }
  const [record, ...others] = records.filter((r) => permissionStateOf(r, nowMs) === "open");
  if (record !== undefined && others.length === 0) return { ok: true, record };
  if (record !== undefined) {
    return {
      ok: false,
      code: "ambiguous",
      message: `request "${requestId}" was asked by several sessions: answer it there`,
    };
  }
  const state = permissionStateOf(newest, nowMs);
  if (state === "expired") {
    return { ok: false, code: "expired", message: `request "${requestId}" has expired` };
  }
  if (state === "answered elsewhere") {
    return {
      ok: false,
      code: "answered_elsewhere",
      message: `request "${requestId}" was answered elsewhere`,
    };
  }
  return {
    ok: false,
    code: "answered",
    message: `request "${requestId}" was answered already: ${state}`,
  };
}
