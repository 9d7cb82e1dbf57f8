/** The error of waiting for something that did not come in time. */
export class TimeoutError extends Error {
  /** Constructs a new instance. */
  constructor(message: string) {
    super(message);
    this.name = "TimeoutError";
  }
}

/** Keeps what has arrived until somebody takes it. */
export class Mailbox<T> {
  readonly #items: T[] = [];
  readonly #takers: ((item: T) => void)[] = [];

  /** Hands an item to whoever waits longest, or keeps it. */
  put(item: T): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#items.push(item);
    else taker(item);
  }

  /**
   * Takes the oldest item.
   *
   * @param what Names the item in the error message.
   * @param timeoutMs How long to wait for it, in milliseconds.
   * @throws {TimeoutError} When it does not come in time.
   */
  async take(what: string, timeoutMs: number): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return item;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#takers.push(resolve);
    const timer = setTimeout(
      () => reject(new TimeoutError(`${what} did not come within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
