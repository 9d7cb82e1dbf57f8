/** Signals that ask a process to leave; Windows has no SIGTERM to listen to. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGTERM", "SIGINT", "SIGHUP"];

/** A listener for the signals that ask the process to leave. */
interface Termination extends Disposable {
  /** Settles with the first signal that came. */
  readonly signal: Promise<Deno.Signal>;
}

/** Listens for the signals that ask the process to leave, until it is disposed of. */
export function listenForTermination(): Termination {
  const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
  const handlers = SIGNALS.map((signal) => [signal, () => resolve(signal)] as const);
  for (const [signal, handler] of handlers) Deno.addSignalListener(signal, handler);
  return {
    signal: promise,
    [Symbol.dispose]() {
      for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}
