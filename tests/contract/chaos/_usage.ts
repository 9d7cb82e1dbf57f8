import { pace } from "../_fleet.ts";
import type { Guard, Usage } from "./_guard.ts";

const SAMPLE_MS = 250;

/** The time over which the use of a processor is averaged. */
export const WINDOW_MS = 1000;

interface Sample extends Usage {
  readonly at: number;
}

export interface UsageWatchOptions {
  readonly guard: Guard;
  readonly pids: () => readonly number[];
  /** Called with each process that is measured; the share is one of a core over the last window. */
  readonly onMeasured: (pid: number, share: number, rssBytes: number) => void;
}

/** Measures processes again and again, until it is disposed of. */
export class UsageWatch implements AsyncDisposable {
  maxRssBytes = 0;
  /** The largest share of a core that a process used over a window. */
  maxShare = 0;
  readonly #samples = new Map<number, Sample[]>();
  readonly #done: Promise<void>;
  #isOver = false;

  constructor(options: UsageWatchOptions) {
    this.#done = this.#run(options);
  }

  /** Returns whether the system tells what processes use: it has `/proc`. */
  get isMeasured(): boolean {
    return this.#samples.size > 0;
  }

  /** The share of a core that a process has used in the last window, which began after a time. */
  shareOf(pid: number, after: number): number | undefined {
    const samples = this.#samples.get(pid) ?? [];
    const last = samples.at(-1);
    if (last === undefined) return undefined;
    const first = samples.findLast(({ at }) => last.at - at >= WINDOW_MS);
    if (first === undefined || first.at < after) return undefined;
    return (last.cpuMs - first.cpuMs) / (last.at - first.at);
  }

  async #run({ guard, pids, onMeasured }: UsageWatchOptions): Promise<void> {
    while (!this.#isOver) {
      for (const [pid, usage] of await guard.measure(pids())) {
        this.#samples.getOrInsertComputed(pid, () => []).push({ at: performance.now(), ...usage });
        const share = this.shareOf(pid, -Infinity) ?? 0;
        this.maxShare = Math.max(this.maxShare, share);
        this.maxRssBytes = Math.max(this.maxRssBytes, usage.rssBytes);
        onMeasured(pid, share, usage.rssBytes);
      }
      await pace(SAMPLE_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }
}
