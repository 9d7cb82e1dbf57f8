/**
 * The listener: holds the port, or follows whoever holds it and takes its place when it leaves.
 *
 * The operating system decides who gets the port; there is no lock that could go stale, and no process
 * touches another. A port that a stranger holds, and an accept loop that fails (out of file
 * descriptors), are waited out: the session keeps its tools meanwhile.
 *
 * @module
 */

import type { Logger } from "../runtime/log.ts";
import { describePortHolder } from "./holder.ts";

/** What TLS needs. */
export interface TlsKeyPair {
  /** The certificate chain, in PEM. */
  readonly cert: string;
  /** Its private key, in PEM. */
  readonly key: string;
}

/** Options of an {@linkcode HttpListener}. */
export interface HttpListenerOptions {
  /** The address to listen on. */
  readonly hostname: string;
  /** The port to listen on; `0` takes a free one. */
  readonly port: number;
  /** What TLS needs; plain HTTP without it. */
  readonly tls?: TlsKeyPair;
  /** Answers the requests. */
  readonly handler: Deno.ServeHandler<Deno.NetAddr>;
  /** Called when the port is bound, before the first request is answered. */
  readonly onBound?: () => void;
  /**
   * Follows whoever holds the port until that ends; returns whether it was somebody to follow. By
   * default nobody is.
   */
  readonly follow?: (signal: AbortSignal) => Promise<boolean>;
  /** Where problems are reported. */
  readonly log: Logger;
  /** What holds until the port is bound, for the log. */
  readonly meanwhile?: string | undefined;
  /**
   * The time between two attempts to bind, in milliseconds.
   *
   * @default {500}
   */
  readonly retryMs?: number;
  /**
   * How long requests may take to end when the listener closes, in milliseconds.
   *
   * @default {250}
   */
  readonly lingerMs?: number;
  /** Binds the port; by default `Deno.serve`. */
  readonly serve?: typeof Deno.serve;
}

/** How long the port is tried more often after its holder has left, in milliseconds. */
const HURRY_MS = 2000;

/** The time between two attempts then, in milliseconds. */
const HURRY_RETRY_MS = 10;

/** Listens on one port. */
export class HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #retryMs: number;
  readonly #stop = new AbortController();
  readonly #bound = Promise.withResolvers<Deno.NetAddr>();
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  /** Constructs a new instance and begins to bind. */
  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#retryMs = options.retryMs ?? 500;
    this.#run();
  }

  /** Settles with the address once the port is bound for the first time. */
  get bound(): Promise<Deno.NetAddr> {
    return this.#bound.promise;
  }

  /** Stops listening and lets requests end within the time for that. Safe to call twice. */
  async close(): Promise<void> {
    this.#stop.abort();
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, this.#options.lingerMs ?? 250);
    await Promise.race([server.shutdown(), timer.promise]);
    clearTimeout(timeout);
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    let isWaiting = false;
    let hurryUntil = -Infinity;
    while (!this.#isStopped) {
      let isHurrying = false;
      try {
        const server = this.#serve();
        if (isWaiting) this.#options.log.info(`${this.#address()} is free: listening`);
        isWaiting = false;
        await this.#finish(server);
      } catch (error) {
        if (await this.#follow(error)) {
          isWaiting = false;
          hurryUntil = performance.now() + HURRY_MS;
          continue;
        }
        // Whoever held the port may be gone before the operating system has let go of it.
        isHurrying = performance.now() < hurryUntil;
        if (!isWaiting && !isHurrying) {
          await this.#reportFailure(error as Error);
          isWaiting = true;
        }
      }
      await this.#wait(isHurrying ? HURRY_RETRY_MS : this.#retryMs);
    }
  }

  /** Follows whoever holds the port, where it is held by one of ours. */
  async #follow(error: unknown): Promise<boolean> {
    const { follow } = this.#options;
    if (follow === undefined || !(error instanceof Deno.errors.AddrInUse)) return false;
    return await follow(this.#stop.signal);
  }

  #serve(): Deno.HttpServer<Deno.NetAddr> {
    const { serve = Deno.serve, hostname, port, tls, handler } = this.#options;
    this.#server = serve({ hostname, port, onListen() {}, ...tls }, handler);
    this.#options.onBound?.();
    this.#bound.resolve(this.#server.addr);
    return this.#server;
  }

  async #reportFailure(error: Error): Promise<void> {
    const { hostname, port, log, meanwhile } = this.#options;
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    const reason = isDenied
      ? "this user may not have the port"
      : error instanceof Deno.errors.AddrInUse
      ? `the port is held by ${await describePortHolder(`http://${hostname}:${port}`)}`
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
    }
  }

  async #wait(ms: number): Promise<void> {
    if (this.#isStopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timeout = setTimeout(resolve, ms);
    const wake = () => resolve();
    this.#stop.signal.addEventListener("abort", wake);
    await promise;
    this.#stop.signal.removeEventListener("abort", wake);
    clearTimeout(timeout);
  }

  #address(): string {
    return `${this.#options.hostname}:${this.#options.port}`;
  }
}
