/**
 * Bursts: what becomes of the events of sources that come close together. Each is on disk before its
 * sender hears that it is; here it is decided what is shown of them, and when.
 *
 * @module
 */

import { formatEventId } from "../../lib/event/event_id.ts";
import { BurstGatherer, type BurstOutput } from "../../lib/sources/burst/gatherer.ts";
import { formatBurst, mergeMeta } from "../../lib/sources/burst/format_burst.ts";
import type { Taken } from "../event/dispatcher.ts";
import { delay } from "../runtime/delay.ts";
import type { IncomingEvent } from "../event/types.ts";
import { JournalError } from "../journal/error.ts";

/** Options of a {@linkcode SourceBursts}. */
export interface SourceBurstsOptions {
  /** Takes an event in. */
  readonly take: (event: IncomingEvent) => Promise<Taken>;
  /** Lets events go that were held back; throws when the journal cannot be used. */
  readonly release: (seqs: readonly number[]) => void;
  /** Leaves events to those who ask for them; throws when the journal cannot be used. */
  readonly withhold: (seqs: readonly number[]) => void;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /**
   * How long after a failure it is tried again, in milliseconds.
   *
   * @default {1000}
   */
  readonly retryMs?: number;
}

/** An event without its body, which may be large and is on disk. */
type HeldEvent = Omit<IncomingEvent, "raw">;

/** An event that was added, and what became of it at the intake. */
interface Added {
  readonly event: HeldEvent;
  readonly taken: Promise<Taken>;
}

/** An event that is on disk. */
interface StoredEvent {
  readonly event: HeldEvent;
  readonly seq: number;
}

/** What of a source is not shown, of which there may be very much. */
interface Withheld {
  /** What became of the events at the intake. */
  readonly taken: Promise<Taken>[];
  /** The last of them: where it would have gone, the notice goes. */
  readonly last: HeldEvent;
}

/** How many events are marked as withheld in one turn of the event loop. */
const CHUNK = 500;

/** What a source's event is told by. */
export interface BurstPlace {
  /** The name of its source. */
  readonly sourceName: string;
  /** What it has in common with others; without a key it waits for none. */
  readonly key: string | undefined;
}

/** The number of an event that is on disk and no duplicate. */
function seqOf(outcome: PromiseSettledResult<Taken> | undefined): number | undefined {
  if (outcome?.status !== "fulfilled") return undefined;
  const { value } = outcome;
  return value.kind === "stored" || value.kind === "accepted" ? value.seq : undefined;
}

/** Those of the events that are on disk, each once. */
async function findStored(refs: readonly Added[]): Promise<StoredEvent[]> {
  const settled = await Promise.allSettled(refs.map(({ taken }) => taken));
  return refs.flatMap(({ event }, index) => {
    const seq = seqOf(settled[index]);
    return seq === undefined ? [] : { event, seq };
  });
}

/** The event that tells of several. */
function createBurst(
  stored: readonly [StoredEvent, ...StoredEvent[]],
  { sourceName, key }: { readonly sourceName: string; readonly key: string },
): IncomingEvent {
  const [{ event: { delivery: _, digest: __, track: ___, ...first } }] = stored;
  const rules = new Set(stored.flatMap(({ event }) => event.rule ?? []));
  const events = stored.map(({ event, seq }) => ({ id: formatEventId(seq), text: event.content }));
  return {
    ...first,
    rule: [...rules].join("; ") || undefined,
    content: formatBurst({ sourceName, key, events }),
    meta: mergeMeta(stored.map(({ event }) => event.meta)),
    gathers: stored.map(({ seq }) => seq),
  };
}

/** Shows the events of sources. */
export class SourceBursts {
  readonly #options: SourceBurstsOptions;
  readonly #now: () => number;
  readonly #gatherer = new BurstGatherer<Added>();
  /** What no notice has counted yet, by the names of the sources. */
  readonly #withheld = new Map<string, Withheld>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueMs = Infinity;
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
    const { raw: _, ...held } = event;
    const ref: Added = { event: held, taken: taken.promise };
    const outputs = this.#gatherer.add({ sourceName, key, ref, nowMs: this.#now() });
    const isAlone = outputs.some((output) =>
      output.kind === "event" && output.refs.length === 1 && output.refs[0] === ref
    );
    this.#options.take(isAlone ? event : { ...event, isHeld: true })
      .then(taken.resolve, taken.reject);
    this.#show(outputs.filter((output) => output.kind !== "event" || output.refs[0] !== ref));
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
    if (due === undefined || due >= this.#dueMs || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#dueMs = due;
    this.#timer = setTimeout(() => {
      this.#dueMs = Infinity;
      this.#show(this.#gatherer.due(this.#now()));
      this.#schedule();
    }, Math.max(due - this.#now(), 1));
  }

  #show(outputs: readonly BurstOutput<Added>[]): void {
    for (const output of outputs) {
      if (output.kind === "event") this.#tell(output);
      else if (output.kind === "notice") this.#notify(output);
      else this.#withhold(output);
    }
  }

  async #tell(
    { sourceName, key, refs }: Extract<BurstOutput<Added>, { kind: "event" }>,
  ): Promise<void> {
    const [first, ...others] = await findStored(refs);
    if (first === undefined) return;
    // One that was delivered twice at once is no burst.
    if (others.length === 0 || key === undefined) {
      await this.#insist(() => this.#options.release([first.seq]));
    } else {
      const burst = createBurst([first, ...others], { sourceName, key });
      await this.#insist(() => this.#options.take(burst));
    }
  }

  #withhold({ sourceName, refs }: Extract<BurstOutput<Added>, { kind: "held" }>): void {
    const last = refs.at(-1)?.event;
    if (last === undefined) return;
    const taken = this.#withheld.get(sourceName)?.taken ?? [];
    for (const ref of refs) taken.push(ref.taken);
    this.#withheld.set(sourceName, { taken, last });
  }

  /** Tells how many events are withheld. Those of whom nobody was told, the next process lets go. */
  async #notify(
    { sourceName, text }: Extract<BurstOutput<Added>, { kind: "notice" }>,
  ): Promise<void> {
    const { taken = [], last } = this.#withheld.get(sourceName) ?? {};
    this.#withheld.delete(sourceName);
    const { target, mayWait, repository } = last ?? {};
    const notice: IncomingEvent = {
      source: "notice",
      sender: `source:${sourceName}`,
      content: text,
      meta: { source_name: sourceName, event: "held_back" },
      target,
      mayWait: mayWait === true,
      repository,
    };
    await this.#insist(() => this.#options.take(notice));
    const settled = await Promise.allSettled(taken);
    const seqs = settled.flatMap((outcome) => seqOf(outcome) ?? []);
    for (let from = 0; from < seqs.length && !this.#isClosed; from += CHUNK) {
      await this.#insist(() => this.#options.withhold(seqs.slice(from, from + CHUNK)));
      await delay(0);
    }
  }

  /**
   * Does something, again and again while the journal fails, which is reported elsewhere; the end of the
   * process leaves it to whoever holds the port next.
   */
  async #insist(run: () => unknown): Promise<void> {
    for (;;) {
      try {
        await run();
        return;
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        if (this.#isClosed) return;
        await delay(this.#options.retryMs ?? 1000);
        if (this.#isClosed) return;
      }
    }
  }
}
