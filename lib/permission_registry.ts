/**
 * The permission registry: which permission requests are open, and what became of the others.
 *
 * A request goes `open → allowed | denied | expired` and never back; it takes one verdict. The clock
 * is an argument, so the registry does nothing by itself.
 *
 * @module
 */

import type { Behavior, Verdict } from "./parse_verdict.ts";

/** What Claude Code says when a tool call waits for approval; all of it is untrusted text. */
export interface PermissionRequest {
  /** Five letters that name the request. */
  readonly requestId: string;
  /** The tool that is to run, such as `Bash`. */
  readonly toolName: string;
  /** What the call is for, in the model's words. */
  readonly description: string;
  /** The arguments of the call, as JSON-shaped text. */
  readonly inputPreview: string;
}

/** What has become of a permission request. */
export type PermissionState = "open" | "allowed" | "denied" | "expired";

/** What {@linkcode PermissionRegistry.settle} returns. */
export type Settlement =
  | { readonly ok: true; readonly request: PermissionRequest }
  | {
    readonly ok: false;
    readonly code: "unknown" | "answered" | "expired";
    readonly message: string;
  };

/** Options of a {@linkcode PermissionRegistry}. */
export interface PermissionRegistryOptions {
  /**
   * How long a request stays open, in milliseconds.
   *
   * @default {1_800_000}
   */
  readonly ttlMs?: number;
  /**
   * How many requests are remembered; the oldest is forgotten first.
   *
   * @default {1024}
   */
  readonly maxRequests?: number;
}

interface Entry {
  readonly request: PermissionRequest;
  readonly expiresAt: number;
  readonly behavior?: Behavior;
}

/**
 * Remembers permission requests and gives each of them one verdict.
 *
 * @example Usage
 * ```ts
 * import { PermissionRegistry } from "@deno-channel/deno-channel";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const registry = new PermissionRegistry();
 * const request = {
 *   requestId: "abcde",
 *   toolName: "Bash",
 *   description: "List files",
 *   inputPreview: '{"command":"ls"}',
 * };
 * registry.open(request, Date.now());
 * assert(registry.settle({ requestId: "abcde", behavior: "allow" }, Date.now()).ok);
 * assertFalse(registry.settle({ requestId: "abcde", behavior: "deny" }, Date.now()).ok);
 * ```
 */
export class PermissionRegistry {
  readonly #ttlMs: number;
  readonly #maxRequests: number;
  readonly #entries = new Map<string, Entry>();

  /** Constructs a new instance. */
  constructor(options: PermissionRegistryOptions = {}) {
    const { ttlMs = 30 * 60_000, maxRequests = 1024 } = options;
    this.#ttlMs = ttlMs;
    this.#maxRequests = maxRequests;
  }

  /**
   * Opens a request. An id that was used before is a new request: the client owns the ids.
   *
   * @param request The request.
   * @param nowMs The time in milliseconds since the epoch.
   */
  open(request: PermissionRequest, nowMs: number): void {
    this.#entries.delete(request.requestId);
    this.#entries.set(request.requestId, { request, expiresAt: nowMs + this.#ttlMs });
    for (const requestId of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxRequests) break;
      this.#entries.delete(requestId);
    }
  }

  /**
   * Gives an open request its verdict.
   *
   * @param verdict The verdict.
   * @param nowMs The time in milliseconds since the epoch.
   * @returns The request, or why the verdict has no effect.
   */
  settle(verdict: Verdict, nowMs: number): Settlement {
    const { requestId, behavior } = verdict;
    const entry = this.#entries.get(requestId);
    const state = this.stateOf(requestId, nowMs);
    if (entry === undefined || state === undefined) {
      return { ok: false, code: "unknown", message: `request "${requestId}" was never asked` };
    }
    if (state === "expired") {
      // A clock that jumps back must not open again what was called expired.
      this.#entries.set(requestId, { ...entry, expiresAt: -Infinity });
      return { ok: false, code: "expired", message: `request "${requestId}" has expired` };
    }
    if (state !== "open") {
      return {
        ok: false,
        code: "answered",
        message: `request "${requestId}" was answered already: ${state}`,
      };
    }
    this.#entries.set(requestId, { ...entry, behavior });
    return { ok: true, request: entry.request };
  }

  /** Opens a request again whose verdict could not be passed on; its expiry stays as it was. */
  reopen(requestId: string): void {
    const entry = this.#entries.get(requestId);
    if (entry === undefined) return;
    this.#entries.set(requestId, { request: entry.request, expiresAt: entry.expiresAt });
  }

  /** What has become of a request; `undefined` for one that was never opened or is forgotten. */
  stateOf(requestId: string, nowMs: number): PermissionState | undefined {
    const entry = this.#entries.get(requestId);
    if (entry === undefined) return undefined;
    if (entry.behavior !== undefined) return entry.behavior === "allow" ? "allowed" : "denied";
    return nowMs >= entry.expiresAt ? "expired" : "open";
  }
}
