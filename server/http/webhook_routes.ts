/**
 * Finds the receiver of a webhook by its path. Reads the configuration again when it changes, and
 * loads the code for webhooks with the first configuration, which spares servers without one.
 *
 * @module
 */

import type { Logger } from "../runtime/log.ts";
import type { WebhookReceiver, WebhookReceiverOptions } from "./webhook_receiver.ts";
import { sourcesPathOf } from "../state/folder.ts";
import { findFolderUid, findSourcesFault } from "../state/guard.ts";

/** Options of {@linkcode WebhookRoutes}. */
interface WebhookRoutesOptions extends WebhookReceiverOptions {
  readonly stateDir: string;
  readonly log: Logger;
}

/** The time for which the file counts as unchanged after a look at it, in milliseconds. */
const FRESH_MS = 250;

/** The receivers of webhooks by their paths. */
export class WebhookRoutes {
  readonly #options: WebhookRoutesOptions;
  readonly #path: string;
  readonly #now: () => number;
  /** The number of this user, once there is a folder. */
  #ownUid: number | undefined;
  #receivers: ReadonlyMap<string, WebhookReceiver> = new Map();
  /** Identifies the version of the file that was read; empty for no file. */
  #version = "";
  #checkedAtMs = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(options: WebhookRoutesOptions) {
    this.#options = options;
    this.#path = sourcesPathOf(options.stateDir);
    this.#now = options.now ?? Date.now;
  }

  /**
   * Finds the receiver of a path, at once while nothing has changed. After a change, it waits until
   * the configuration is read.
   */
  find(path: string): WebhookReceiver | undefined | Promise<WebhookReceiver | undefined> {
    const elapsedMs = this.#now() - this.#checkedAtMs;
    // A clock that was set back would hide changes until it catches up.
    if (elapsedMs > FRESH_MS || elapsedMs < 0) this.#check();
    return this.#reading === undefined
      ? this.#receivers.get(path)
      : this.#reading.then(() => this.#receivers.get(path));
  }

  #check(): void {
    this.#checkedAtMs = this.#now();
    const version = this.#identify();
    if (version === this.#version) return;
    this.#version = version;
    const reading = Promise.resolve(this.#reading).then(() => this.#read());
    this.#reading = reading;
    reading.then(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
  }

  #identify(): string {
    try {
      this.#ownUid ??= findFolderUid(this.#path) ?? undefined;
      const { dev, ino, size, mtime, mode, uid } = Deno.lstatSync(this.#path);
      return `${dev}:${ino}:${size}:${mtime?.getTime()}:${mode}:${uid}`;
    } catch (error) {
      // The last good configuration holds while the file cannot be looked at.
      return error instanceof Deno.errors.NotFound ? "" : this.#version;
    }
  }

  async #read(): Promise<void> {
    try {
      this.#receivers = this.#version === "" ? new Map() : await this.#load();
    } catch (error) {
      this.#options.log.warn(
        `Cannot use ${this.#path}, the last good configuration holds: ${(error as Error).message}`,
      );
    }
  }

  async #load(): Promise<ReadonlyMap<string, WebhookReceiver>> {
    const fault = findSourcesFault(this.#options.stateDir, this.#ownUid);
    if (fault !== undefined) throw new Error(fault);
    const text = await Deno.readTextFile(this.#path);
    const { createReceivers } = await import("./webhook_receiver.ts");
    const result = await createReceivers(text, this.#options);
    if (!result.ok) throw new Error(result.message);
    return result.receivers;
  }
}
