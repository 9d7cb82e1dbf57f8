/**
 * The sources: their configuration, read again when it changes. What takes deliveries is loaded with
 * the first configuration, for the sake of everybody who has none.
 *
 * @module
 */

import type { Logger } from "../runtime/log.ts";
import type { SourceDesk, SourceDeskOptions } from "./webhook_receiver.ts";
import { sourcesPathOf } from "../state/folder.ts";
import { findFileFault } from "../state/guard.ts";

/** Options of {@linkcode Sources}. */
export interface SourcesOptions extends SourceDeskOptions {
  /** The state folder. */
  readonly stateDir: string;
  /** Where problems are reported. */
  readonly log: Logger;
}

/** How old what is known of the configuration may be, in milliseconds. */
const FRESH_MS = 250;

/** Knows which paths have sources. */
export class Sources {
  readonly #options: SourcesOptions;
  readonly #path: string;
  #desk: SourceDesk | undefined;
  /** What tells the file as it was read from any other; empty where there is none. */
  #version = "";
  #readAt = -Infinity;
  #reading: Promise<void> | undefined;

  /** Constructs a new instance, which reads nothing yet. */
  constructor(options: SourcesOptions) {
    this.#options = options;
    this.#path = sourcesPathOf(options.stateDir);
  }

  /**
   * What answers the deliveries at a path; `undefined` where there is no source. The first delivery
   * after a change waits until the change is known.
   */
  async find(path: string): Promise<SourceDesk | undefined> {
    await this.#refresh();
    return this.#desk?.has(path) ? this.#desk : undefined;
  }

  /** Whether anything has to be looked up: the configuration may have changed, or is read, or known. */
  get mayHave(): boolean {
    return this.#desk !== undefined || this.#reading !== undefined ||
      performance.now() - this.#readAt > FRESH_MS;
  }

  async #refresh(): Promise<void> {
    if (performance.now() - this.#readAt <= FRESH_MS) return this.#reading;
    this.#readAt = performance.now();
    const version = this.#identify();
    if (version === this.#version) return this.#reading;
    this.#version = version;
    const before = this.#reading;
    const reading = (async () => {
      await before;
      await this.#read();
    })();
    this.#reading = reading;
    await reading;
    if (this.#reading === reading) this.#reading = undefined;
  }

  #identify(): string {
    try {
      const { dev, ino, size, mtime, mode } = Deno.lstatSync(this.#path);
      return `${dev}:${ino}:${size}:${mtime?.getTime()}:${mode}`;
    } catch (error) {
      // The last good configuration holds while the file cannot be looked at.
      return error instanceof Deno.errors.NotFound ? "" : this.#version;
    }
  }

  async #read(): Promise<void> {
    try {
      const text = this.#version === "" ? '{"sources":{}}' : await this.#readFile();
      if (this.#desk === undefined) {
        const { SourceDesk } = await import("./webhook_receiver.ts");
        this.#desk = new SourceDesk(this.#options);
      }
      const fault = await this.#desk.configure(text);
      if (fault !== undefined) this.#report(fault);
    } catch (error) {
      this.#report((error as Error).message);
    }
  }

  async #readFile(): Promise<string> {
    const fault = findFileFault(this.#path, await Deno.lstat(this.#path));
    if (fault !== undefined) throw new Error(fault);
    return await Deno.readTextFile(this.#path);
  }

  #report(fault: string): void {
    this.#options.log.warn(
      `Cannot use ${this.#path}, the last good configuration holds: ${fault}`,
    );
  }
}
