/**
 * Settles after a time. `setTimeout` and `setImmediate` would load the timers of Node, which take 3 MiB
 * that an idle session can do without.
 *
 * @param ms The time in milliseconds; 0 for the next turn of the event loop.
 */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(ms).addEventListener("abort", () => resolve(), { once: true });
  });
}
