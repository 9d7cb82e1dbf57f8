/**
 * Gathers the events of sources that come close together, and shows each alone, several as one, or
 * only their number. Every event is on disk before its sender is answered.
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

interface SourceBurstsOptions {
  readonly take: (event: IncomingEvent) => Promise<Taken>;
  /** Lets held events go; throws when the journal cannot be used. */
  readonly release: (seqs: readonly number[]) => void;
  /** Shows events only on request; throws when the journal cannot be used. */
  readonly withhold: (seqs: readonly number[]) => void;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /**
   * The time between two tries after a failure, in milliseconds.
   *
   * @default {1000}
   */
  readonly retryMs?: number;
}

/** An event without its body, which is on disk and may be large. */
type HeldEvent = Omit<IncomingEvent, "raw">;

interface Added {
  readonly event: HeldEvent;
  /** Its outcome at the intake. */
  readonly taken: Promise<Taken>;
}

interface StoredEvent {
  readonly event: HeldEvent;
  readonly seq: number;
}

/** The events of a source that are not shown. There may be thousands, so only one is kept. */
interface Withheld {
  /** Their outcomes at the intake. */
  readonly taken: Promise<Taken>[];
  /** The last event; the notice goes to the same session. */
  readonly last: HeldEvent;
}

/** The number of events marked as withheld in one turn of the event loop. */
const CHUNK = 500;

interface BurstPlace {
  readonly sourceName: string;
  /** The key that similar events share; an event without a key waits for none. */
  readonly key: string | undefined;
}

/** The number of an event that is on disk and no duplicate. */
function seqOf(outcome: PromiseSettledResult<Taken> | undefined): number | undefined {
  if (outcome?.status !== "fulfilled") return undefined;
  const { value } = outcome;
  return value.kind === "stored" || value.kind === "accepted" ? value.seq : undefined;
}

/** Finds the events that are on disk, each once. */
async function findStored(refs: readonly Added[]): Promise<StoredEvent[]> {
  const settled = await Promise.allSettled(refs.map(({ taken }) => taken));
  return refs.flatMap(({ event }, index) => {
    const seq = seqOf(settled[index]);
    return seq === undefined ? [] : { event, seq };
  });
}

/** Creates the event that stands for several. */
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

/** Decides what is shown of the events of sources, and when. */
export class SourceBursts {
  readonly #options: SourceBurstsOptions;
  readonly #now: () => number;
  readonly #gatherer = new BurstGatherer<Added>();
  /** The events that no notice has counted yet, by the names of their sources. */
  readonly #withheld = new Map<string, Withheld>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueMs = Infinity;
  #isClosed = false;

  constructor(options: SourceBurstsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Takes an event in and shows it now, later with others, or not at all.
   *
   * @returns Its outcome, once it is on disk.
   */
  add(event: IncomingEvent, { sourceName, key }: BurstPlace): Promise<Taken> {
    const { promise, resolve, reject } = Promise.withResolvers<Taken>();
    promise.catch(() => {}); // The caller hears of it.
    const { raw: _, ...held } = event;
    const ref: Added = { event: held, taken: promise };
    const outputs = this.#gatherer.add({ sourceName, key, ref, nowMs: this.#now() });
    const last = outputs.at(-1);
    const isAlone = last?.kind === "event" && last.refs[0] === ref;
    this.#options.take(isAlone ? event : { ...event, isHeld: true }).then(resolve, reject);
    if (isAlone) outputs.pop();
    else this.#schedule();
    this.#show(outputs);
    return promise;
  }

  /** Stops waiting. Held events are on disk, and the next owner shows them. */
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
    // A delivery that came twice at once is no burst.
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

  /** Shows how many events are withheld. The next owner lets the uncounted ones go. */
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
   * Tries again while the journal fails, which its keeper reports. After the end of the process, the
   * next owner does the work.
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
