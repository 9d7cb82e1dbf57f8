/**
 * The listener: keeps a port bound for as long as the session lasts.
 *
 * A port that is taken, and an accept loop that fails (out of file descriptors), are waited out: the
 * session keeps its tools meanwhile, and no other process is touched.
 *
 * @module
 */

import type { HttpApp } from "./http_app.ts";
import type { Logger } from "./log.ts";
import { describePortHolder } from "./port_holder.ts";

/** Options of an {@linkcode HttpListener}. */
export interface HttpListenerOptions {
  /** The address to listen on. */
  readonly hostname: string;
  /** The port to listen on; `0` takes a free one. */
  readonly port: number;
  /** Answers the requests. */
  readonly app: HttpApp;
  /** Where problems are reported. */
  readonly log: Logger;
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

/** Listens on one port. */
export class HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #retryMs: number;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #bound = Promise.withResolvers<Deno.NetAddr>();
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #isStopped = false;

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
    this.#isStopped = true;
    this.#stopped.resolve();
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, this.#options.lingerMs ?? 250);
    await Promise.race([server.shutdown(), timer.promise]);
    clearTimeout(timeout);
  }

  async #run(): Promise<void> {
    let isWaiting = false;
    while (!this.#isStopped) {
      try {
        const server = this.#serve();
        if (isWaiting) this.#options.log.info(`${this.#address()} is free: listening`);
        isWaiting = false;
        await this.#finish(server);
      } catch (error) {
        if (!isWaiting) await this.#reportFailure(error as Error);
        isWaiting = true;
      }
      await this.#wait();
    }
  }

  #serve(): Deno.HttpServer<Deno.NetAddr> {
    const { serve = Deno.serve, hostname, port, app } = this.#options;
    this.#server = serve({ hostname, port, onListen() {} }, app);
    this.#bound.resolve(this.#server.addr);
    return this.#server;
  }

  async #reportFailure(error: Error): Promise<void> {
    const { hostname, port, log } = this.#options;
    const reason = error instanceof Deno.errors.AddrInUse
      ? `the port is held by ${await describePortHolder(`http://${hostname}:${port}`)}`
      : error.message;
    if (this.#isStopped) return;
    log.warn(
      `Cannot listen on ${this.#address()}: ${reason}. ` +
        "Tools work; events arrive once the port is free",
    );
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

  async #wait(): Promise<void> {
    if (this.#isStopped) return;
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, this.#retryMs);
    await Promise.race([timer.promise, this.#stopped.promise]);
    clearTimeout(timeout);
  }

  #address(): string {
    return `${this.#options.hostname}:${this.#options.port}`;
  }
}
