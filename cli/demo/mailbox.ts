/** Keeps items until they are taken. */
export class Mailbox<T> {
  readonly #items: T[] = [];
  readonly #takers = new Set<(item: T) => void>();

  /** Hands an item to the longest waiting `take()`, or keeps it. */
  put(item: T): void {
    const [taker] = this.#takers;
    if (taker === undefined) this.#items.push(item);
    else taker(item);
  }

  /**
   * Takes the oldest item.
   *
   * @throws {Error} When it does not come in time.
   */
  async take(what: string, timeoutMs: number): Promise<T> {
    if (this.#items.length > 0) return this.#items.shift() as T;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const taker = (item: T) => {
      this.#takers.delete(taker);
      resolve(item);
    };
    this.#takers.add(taker);
    const timer = setTimeout(() => {
      this.#takers.delete(taker);
      reject(new Error(`${what} did not come within ${timeoutMs} ms`));
    }, timeoutMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
