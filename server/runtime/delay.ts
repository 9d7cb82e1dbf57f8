/**
 * Waits for a time. `setTimeout` and `setImmediate` would load the timers of Node, which take 3 MiB that
 * an idle session can do without.
 *
 * @param ms The time in milliseconds; 0 for the next turn of the event loop.
 */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(ms).addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Waits for a time in milliseconds, or until a signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const wake = () => aborted.resolve();
  signal.addEventListener("abort", wake);
  if (signal.aborted) wake();
  await waitAtMost(ms, aborted.promise);
  signal.removeEventListener("abort", wake);
}

/** Waits for a promise, but no longer than a time in milliseconds; leaves no timer behind. */
export async function waitAtMost(ms: number, promise: Promise<unknown>): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, ms);
  await Promise.race([promise, timeout.promise]).finally(() => clearTimeout(timer));
}
