import { pace } from "../_fleet.ts";

const SENDERS = 4;
const PAUSE_MS = 40;
const TIMEOUT_MS = 5000;
/** The size of each eighth body, which fills the pipe of a client that does not read. */
const LARGE_BYTES = 24 * 1024;

/** A delivery that was answered `ok` or `stored`. */
export interface Answered {
  readonly delivery: string;
  readonly id: string;
  /** The time of the request that was answered, on the clock of `performance`. */
  readonly sentAt: number;
  readonly answeredAt: number;
  /** The number of requests that it took. */
  readonly attempts: number;
}

/** Senders that post deliveries, each until it is answered. */
export class Load {
  readonly answered: Answered[] = [];
  /** The number of requests without an answer, or with a refusal. */
  refused = 0;
  readonly #url: string;
  readonly #done: Promise<unknown>;
  #isOver = false;
  #pause: PromiseWithResolvers<void> | undefined;
  #underWay = 0;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}/chaos`;
    this.#done = Promise.all(Array.from({ length: SENDERS }, (_, index) => this.#run(index)));
  }

  /** The number of requests that wait for an answer. */
  get underWay(): number {
    return this.#underWay;
  }

  pause(): void {
    this.#pause ??= Promise.withResolvers();
  }

  resume(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
  }

  /** Posts nothing more; settles when no request is under way. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.resume();
    await this.#done;
  }

  async #run(sender: number): Promise<void> {
    for (let count = 0; !this.#isOver; count++) {
      const delivery = `delivery-${sender}-${count}`;
      for (let attempts = 1; !this.#isOver; attempts++) {
        const sentAt = performance.now();
        const id = await this.#post(delivery, count);
        await pace(PAUSE_MS);
        await this.#pause?.promise;
        if (id === undefined) {
          this.refused++;
          continue;
        }
        const answeredAt = performance.now();
        this.answered.push({ delivery, id, sentAt, answeredAt, attempts });
        break;
      }
    }
  }

  /** Posts once; `undefined` when it is not known what became of it. */
  async #post(delivery: string, count: number): Promise<string | undefined> {
    this.#underWay++;
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        body: `${delivery} ${"x".repeat(count % 8 === 7 ? LARGE_BYTES : 100)}`,
        headers: { "x-sender": "dev", "x-delivery-id": delivery },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      const isKept = response.status === 200 || response.status === 202;
      return isKept ? response.headers.get("x-event-id") ?? undefined : undefined;
    } catch {
      return undefined;
    } finally {
      this.#underWay--;
    }
  }
}
