/**
 * Bursts: what becomes of the events of sources that come close together. Each is on disk before its
 * sender hears that it is; here it is decided what is shown of them, and when.
 *
 * @module
 */

import { BurstGatherer, type BurstOutput } from "../lib/sources/burst.ts";
import type { Taken } from "./dispatcher.ts";
import type { IncomingEvent } from "./event_intake.ts";

/** Options of {@linkcode SourceBursts}. */
export interface SourceBurstsOptions {
  /** Takes an event in. */
  readonly take: (event: IncomingEvent) => Promise<Taken>;
  /** Lets events go that were held back. */
  readonly release: (seqs: readonly number[]) => void;
  /** Takes events out that another one tells of. */
  readonly gather: (seqs: readonly number[], into: number) => void;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** An event that was added, and what became of it at the intake. */
interface Added {
  readonly event: IncomingEvent;
  readonly taken: Promise<Taken>;
}

/** What a source's event is told by. */
export interface BurstPlace {
  /** The name of its source. */
  readonly sourceName: string;
  /** What it has in common with others; without a key it waits for none. */
  readonly key: string | undefined;
}

/** Shows the events of sources. */
export class SourceBursts {
  readonly #options: SourceBurstsOptions;
  readonly #now: () => number;
  readonly #gatherer = new BurstGatherer<Added>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** Constructs a new instance. */
  constructor(options: SourceBurstsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Takes an event in, and shows it now, later with others, or not at all.
   *
   * @returns What became of it, once that is on disk.
   */
  add(event: IncomingEvent, { sourceName, key }: BurstPlace): Promise<Taken> {
    const taken = Promise.withResolvers<Taken>();
    taken.promise.catch(() => {}); // Whoever has added it hears of it.
    const ref: Added = { event, taken: taken.promise };
    const text = event.content;
    const [line1 = ""] = text.split("\n", 1);
    const nowMs = this.#now();
    const outputs = this.#gatherer.add({ sourceName, key, text, line1, ref, nowMs });
    const isAlone = outputs.some((output) =>
      output.kind === "event" && output.refs.length === 1 && output.refs[0] === ref
    );
    this.#options.take(isAlone ? event : { ...event, isHeld: true })
      .then(taken.resolve, taken.reject);
    this.#show(outputs.filter((output) => output.kind === "notice" || output.refs[0] !== ref));
    this.#schedule();
    return taken.promise;
  }

  /** Stops waiting: what waits is on disk, and whoever holds the port next shows it. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    const due = this.#gatherer.nextDueMs;
    if (due === undefined || this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#show(this.#gatherer.due(this.#now()));
      this.#schedule();
    }, Math.max(due - this.#now(), 1));
  }

  #show(outputs: readonly BurstOutput<Added>[]): void {
    for (const output of outputs) {
      // A journal that fails has been reported; the events stay in it as they are.
      if (output.kind === "event") this.#tell(output).catch(() => {});
      if (output.kind === "notice") this.#notify(output).catch(() => {});
    }
  }

  async #tell({ refs, text }: Extract<BurstOutput<Added>, { kind: "event" }>): Promise<void> {
    const taken = await Promise.all(refs.map((ref) => ref.taken));
    const seqs = taken.flatMap((one) => one.kind === "stored" ? [one.seq] : []);
    const [first] = refs;
    if (first === undefined || seqs.length === 0) return;
    // One that was delivered twice at once is no burst.
    if (seqs.length === 1) return this.#options.release(seqs);
    const { delivery: _, digest: __, raw: ___, ...rest } = first.event;
    const told = await this.#options.take({ ...rest, content: text });
    if (told.kind !== "ambiguous") this.#options.gather(seqs, told.seq);
  }

  async #notify({ sourceName, text }: { readonly sourceName: string; readonly text: string }) {
    await this.#options.take({
      source: "notice",
      sender: `source:${sourceName}`,
      content: text,
      meta: { source_name: sourceName, event: "held_back" },
    });
  }
}
