/**
 * Bursts: what becomes of the events of sources that come close together. Each is on disk before its
 * sender hears that it is; here it is decided what is shown of them, and when.
 *
 * @module
 */

import { formatEventId } from "../lib/event_id.ts";
import { BurstGatherer, type BurstOutput } from "../lib/sources/burst.ts";
import { formatBurst, mergeMeta } from "../lib/sources/format_burst.ts";
import type { Taken } from "./dispatcher.ts";
import { delay } from "./delay.ts";
import type { IncomingEvent } from "./event_intake.ts";
import { JournalError } from "./journal_error.ts";

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

/** What a source's event is told by. */
export interface BurstPlace {
  /** The name of its source. */
  readonly sourceName: string;
  /** What it has in common with others; without a key it waits for none. */
  readonly key: string | undefined;
}

/** How long it takes at most until what is withheld is marked so, in milliseconds. */
const WITHHOLD_MS = 1000;

/** Those of the events that are on disk, each once. */
async function findStored(refs: readonly Added[]): Promise<StoredEvent[]> {
  const settled = await Promise.allSettled(refs.map(({ taken }) => taken));
  return refs.flatMap(({ event }, index) => {
    const outcome = settled[index];
    return outcome?.status === "fulfilled" && outcome.value.kind === "stored"
      ? [{ event, seq: outcome.value.seq }]
      : [];
  });
}

/** The event that tells of several. */
function createBurst(
  stored: readonly [StoredEvent, ...StoredEvent[]],
  { sourceName, key }: { readonly sourceName: string; readonly key: string },
): IncomingEvent {
  const [{ event: { delivery: _, digest: __, track: ___, ...first } }] = stored;
  const isOneRule = stored.every(({ event }) => event.rule === first.rule);
  const events = stored.map(({ event, seq }) => ({ id: formatEventId(seq), text: event.content }));
  return {
    ...first,
    rule: isOneRule ? first.rule : undefined,
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
  /** What notices are addressed like: the last event of each source that was withheld. */
  readonly #lastWithheld = new Map<string, HeldEvent>();
  #withheld: number[] = [];
  #withholding: ReturnType<typeof setTimeout> | undefined;
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
    if (this.#withholding !== undefined) this.#markWithheld();
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
      else if (output.kind === "held") this.#withhold(output);
      else this.#notify(output);
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

  async #withhold(
    { sourceName, refs }: Extract<BurstOutput<Added>, { kind: "held" }>,
  ): Promise<void> {
    const stored = await findStored(refs);
    const last = stored.at(-1);
    if (last === undefined) return;
    this.#lastWithheld.set(sourceName, last.event);
    this.#withheld.push(...stored.map(({ seq }) => seq));
    if (this.#isClosed) this.#markWithheld();
    else this.#withholding ??= setTimeout(() => this.#markWithheld(), WITHHOLD_MS);
  }

  /** Marks what is withheld, many at a time: each is a write. */
  #markWithheld(): void {
    clearTimeout(this.#withholding);
    this.#withholding = undefined;
    const seqs = this.#withheld;
    this.#withheld = [];
    this.#insist(() => this.#options.withhold(seqs));
  }

  async #notify({ sourceName, text }: Extract<BurstOutput<Added>, { kind: "notice" }>) {
    const { target, mayWait, repository } = this.#lastWithheld.get(sourceName) ?? {};
    this.#lastWithheld.delete(sourceName);
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
