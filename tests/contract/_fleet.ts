/**
 * Server processes that share one port and one state folder, and that a test may kill.
 *
 * @module
 */

import { until } from "../_until.ts";
import { HANDSHAKE } from "./_process.ts";
import { serverCommand, TRUSTING } from "./_session.ts";

/** An event, or a summary of several, from a server's stdout. */
export interface Shown {
  /** The time of reading, on the clock of `performance`. */
  readonly at: number;
  readonly content: string;
  readonly meta: Readonly<Record<string, string>>;
}

export interface FleetOptions {
  readonly port: number;
  readonly stateDir: string;
  /** The command; by default the one that serves a session. */
  readonly command?: "gateway";
  readonly flags?: readonly string[];
  /** Changes the command before it starts, such as to run it with another clock. */
  readonly wrap?: ((command: readonly string[]) => readonly [string, ...string[]]) | undefined;
}

/** The members of a stdout line that matter here. */
interface Line {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Pick<Shown, "content" | "meta">;
  readonly result?: { readonly content?: readonly { readonly text: string }[] };
}

/** Paces load: a test that waits for something uses `until()`. */
export function pace(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The upper one of two middle values. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Prints figures among the results of the tests. */
export function printFigures(figures: Readonly<Record<string, string | number>>): void {
  const texts = Object.entries(figures).map(([name, value]) =>
    `${name} ${typeof value === "number" ? Math.round(value * 100) / 100 : value}`
  );
  Deno.stdout.writeSync(new TextEncoder().encode(`\n  ${texts.join(", ")}\n`));
}

/** Asks over a connection of its own which process serves a port; `undefined` for none. */
export async function askPid(port: number, timeoutMs = 250): Promise<number | undefined> {
  let timeout: ReturnType<typeof setTimeout> | undefined;
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    timeout = setTimeout(() => connection.close(), timeoutMs);
    const request = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    let text = "";
    for await (const chunk of connection.readable) text += new TextDecoder().decode(chunk);
    const [, pid] = /"pid":(\d+)/.exec(text) ?? [];
    return pid === undefined ? undefined : Number(pid);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timeout);
  }
}

export class FleetProcess implements AsyncDisposable {
  /** The time of the kill or of the request to leave, on the clock of `performance`. */
  endedAt: number = Infinity;
  answeredAt: number | undefined;
  openedAt: number | undefined;
  /** The events that were pushed to the client, in order. */
  readonly shown: Shown[] = [];
  stderr = "";
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #isRead: Promise<unknown>;
  readonly #calls = new Map<number, (text: string | undefined) => void>();
  #lastId = 0;
  #isSilent = false;
  /** Settles when the client may read on. */
  #reading: PromiseWithResolvers<void> | undefined;

  constructor({ port, stateDir, flags = [], wrap, ...options }: FleetOptions) {
    const command = serverCommand(port, { ...options, stateDir, flags: [...TRUSTING, ...flags] });
    const [program, ...args] = wrap?.(command) ?? command;
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#isRead = Promise.all([this.#readStdout(), this.#readStderr()]);
  }

  /** Starts a session and finishes its handshake. */
  static async open(options: FleetOptions): Promise<FleetProcess> {
    const session = new FleetProcess(options);
    await session.handshake();
    await until("initialize is answered", () => session.answeredAt);
    return session;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.endedAt === Infinity;
  }

  /** Settles when the process has ended, whether or not its output is read. */
  get exited(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Sends a signal that the process survives. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  /** Reads no more of stdout, as a client that is busy. */
  stopReading(): void {
    this.#reading ??= Promise.withResolvers();
  }

  readOn(): void {
    this.#reading?.resolve();
    this.#reading = undefined;
  }

  async send(message: object): Promise<void> {
    const line = JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n";
    await this.#stdin.write(new TextEncoder().encode(line));
  }

  async handshake(): Promise<void> {
    for (const message of HANDSHAKE) await this.send(message);
  }

  /** Calls a tool; returns the text of its result, or `undefined` when the process ends before. */
  async call(name: string, args: object): Promise<string | undefined> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#calls.set(id, resolve);
    try {
      await this.send({ id, method: "tools/call", params: { name, arguments: args } });
    } catch {
      return undefined;
    }
    return this.#isSilent ? undefined : await promise;
  }

  /** Ends the process by a signal; returns once its output is read. */
  async kill(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    this.endedAt = Math.min(this.endedAt, performance.now());
    this.#child.kill(signal);
    await this.#finish();
  }

  /** Ends the input of the process, as a client does; returns once its output is read. */
  async leave(): Promise<void> {
    this.endedAt = Math.min(this.endedAt, performance.now());
    await this.#finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive) await this.kill("SIGKILL");
  }

  async #finish(): Promise<void> {
    await this.#stdin.close().catch(() => {});
    await this.#child.status;
    await this.#isRead;
  }

  async #readStdout(): Promise<void> {
    let rest = "";
    for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line), performance.now());
      await this.#reading?.promise;
    }
    this.#isSilent = true;
    for (const resolve of this.#calls.values()) resolve(undefined);
  }

  #take({ id, method, params, result }: Line, at: number): void {
    if (id === 0) this.answeredAt = at;
    if (id !== undefined) {
      this.#calls.get(id)?.(result?.content?.[0]?.text);
      this.#calls.delete(id);
    }
    if (method !== "notifications/claude/channel" || params === undefined) return;
    this.shown.push({ at, content: params.content, meta: params.meta });
  }

  async #readStderr(): Promise<void> {
    for await (const chunk of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.stderr += chunk;
      if (this.stderr.includes("Listening on")) this.openedAt ??= performance.now();
    }
  }
}
