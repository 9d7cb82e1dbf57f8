/**
 * The listener: owns the port, or follows its owner and takes its place when it leaves.
 *
 * The operating system gives the port to one process; there is no lock that could go stale, and no
 * process touches another. While a stranger has the port, or the accept loop fails (out of file
 * descriptors), the session keeps its tools and the listener tries again.
 *
 * @module
 */

import { pause, waitAtMost } from "../runtime/delay.ts";
import type { Logger } from "../runtime/log.ts";
import type { FeedRefusal } from "../feed/client.ts";
import { describePortHolder } from "./holder.ts";

/** A certificate and its key. */
export interface TlsKeyPair {
  /** The certificate chain, in PEM. */
  readonly cert: string;
  /** Its private key, in PEM. */
  readonly key: string;
}

/** Options of an {@linkcode HttpListener}. */
interface HttpListenerOptions {
  readonly hostname: string;
  /** The port; `0` takes a free one. */
  readonly port: number;
  /** The certificate; plain HTTP without it. */
  readonly tls?: TlsKeyPair;
  readonly handler: Deno.ServeHandler<Deno.NetAddr>;
  /** Called when the port is bound, before the first request is answered. */
  readonly onBound?: () => void;
  /** Follows the owner of the port until it ends, or returns why it cannot. */
  readonly follow?: (signal: AbortSignal) => Promise<"followed" | FeedRefusal>;
  readonly log: Logger;
  /** Gives up where the system does not have the address; otherwise it is tried again. */
  readonly isOptional?: boolean;
  /** Advice for the log that holds until the port is bound. */
  readonly meanwhile?: string | undefined;
  /**
   * The time between two attempts to bind, in milliseconds.
   *
   * @default {500}
   */
  readonly retryMs?: number;
  /**
   * The time that requests have to end when the listener closes, in milliseconds.
   *
   * @default {250}
   */
  readonly lingerMs?: number;
  /** A monotonic clock, in milliseconds; by default that of `performance`. */
  readonly now?: () => number;
  /** Binds the port; by default `Deno.serve`. */
  readonly serve?: typeof Deno.serve;
}

/** The time after the owner has left in which the port is tried more often, in milliseconds. */
const HURRY_MS = 2000;

/** The time between two attempts then, in milliseconds. */
const HURRY_RETRY_MS = 10;

/** The pause after the first time that the holder of the port gave no proof, in milliseconds. */
const FIRST_PAUSE_MS = 1000;

/** The longest such pause: each question costs a stranger's answer. */
const MAX_PAUSE_MS = 60_000;

/** The longest pause for a holder that does not answer; a stopped owner may go on at any time. */
const MAX_SILENT_PAUSE_MS = 4000;

export class HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #retryMs: number;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  readonly #bound = Promise.withResolvers<Deno.NetAddr>();
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #isServing = false;
  #pauseMs = 0;
  #askAgainAt = -Infinity;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#retryMs = options.retryMs ?? 500;
    this.#now = options.now ?? (() => performance.now());
    this.#run();
  }

  /** Settles with the address once the port is bound for the first time. */
  get bound(): Promise<Deno.NetAddr> {
    return this.#bound.promise;
  }

  get state(): "ok" | "taken" | "off" {
    return this.#isServing ? "ok" : this.#isStopped ? "off" : "taken";
  }

  /** Stops listening and waits a limited time until the requests have ended. Safe to call twice. */
  async close(): Promise<void> {
    this.#stop.abort();
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await waitAtMost(this.#options.lingerMs ?? 250, server.shutdown());
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    const { isOptional = false } = this.#options;
    let isWaiting = false;
    let wasBound = false;
    // The listener of an owner that has just left may end a moment after its other one.
    let hurryUntil = isOptional ? this.#now() + HURRY_MS : -Infinity;
    while (!this.#isStopped) {
      let isHurrying = false;
      try {
        const server = this.#serve();
        if (isWaiting) this.#options.log.info(`${this.#address()} is free: listening`);
        isWaiting = false;
        wasBound = true;
        await this.#finish(server);
      } catch (error) {
        const isTaken = error instanceof Deno.errors.AddrInUse;
        if (isOptional && !isTaken && !wasBound) return this.#stop.abort();
        isHurrying = this.#now() < hurryUntil;
        if (await this.#follow(error, isHurrying)) {
          isWaiting = false;
          hurryUntil = this.#now() + HURRY_MS;
          continue;
        }
        // The owner may be gone before the operating system has let go of the port.
        isHurrying = this.#now() < hurryUntil;
        if (!isWaiting && !isHurrying) {
          await this.#reportFailure(error as Error);
          isWaiting = true;
        }
      }
      await pause(isHurrying ? HURRY_RETRY_MS : this.#retryMs, this.#stop.signal);
    }
  }

  /**
   * Follows the owner of the port, where it belongs to this state folder. Binding is tried more often
   * than the holder is asked: it costs no connection.
   */
  async #follow(error: unknown, isHurrying: boolean): Promise<boolean> {
    const { follow } = this.#options;
    if (follow === undefined || !(error instanceof Deno.errors.AddrInUse)) return false;
    if (this.#now() < this.#askAgainAt) return false;
    const outcome = await follow(this.#stop.signal);
    const isPaused = outcome !== "followed" && !isHurrying;
    const maxMs = outcome === "silent" ? MAX_SILENT_PAUSE_MS : MAX_PAUSE_MS;
    this.#pauseMs = isPaused ? Math.min(this.#pauseMs * 2 || FIRST_PAUSE_MS, maxMs) : 0;
    this.#askAgainAt = this.#now() + this.#pauseMs;
    return outcome === "followed";
  }

  #serve(): Deno.HttpServer<Deno.NetAddr> {
    const { serve = Deno.serve, hostname, port, tls, handler } = this.#options;
    this.#server = serve({ hostname, port, onListen() {}, ...tls }, handler);
    this.#isServing = true;
    this.#options.onBound?.();
    this.#bound.resolve(this.#server.addr);
    return this.#server;
  }

  async #reportFailure(error: Error): Promise<void> {
    const { log, meanwhile } = this.#options;
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    const reason = isDenied
      ? "this user may not have the port"
      : error instanceof Deno.errors.AddrInUse
      ? `the port is held by ${await describePortHolder(this.#address())}`
      : error.message;
    if (this.#isStopped) return;
    const hint = isDenied ? "Take one above 1023" : meanwhile;
    log.warn(`Cannot listen on ${this.#address()}: ${reason}${hint ? `. ${hint}` : ""}`);
  }

  async #finish(server: Deno.HttpServer<Deno.NetAddr>): Promise<void> {
    try {
      await server.finished;
    } catch (error) {
      this.#options.log.warn(
        `The listener on ${this.#address()} failed and starts again: ${(error as Error).message}`,
      );
      // Closes connections that have sent nothing, or half a head, and gives their descriptors back.
      // Streams go on.
      server.shutdown().catch(() => {});
    } finally {
      this.#isServing = false;
    }
  }

  #address(): string {
    return `${this.#options.hostname}:${this.#options.port}`;
  }
}
