/**
 * Server processes that share one port and one state folder, and that a test may kill.
 *
 * @module
 */

import { until } from "../_until.ts";
import { HANDSHAKE } from "./_process.ts";
import { serverCommand, TRUSTING } from "./_session.ts";

/** An event, or a digest of several, as it came out of a server's stdout. */
export interface Shown {
  /** When it was read, in milliseconds on the clock of `performance`. */
  readonly at: number;
  /** The text. */
  readonly content: string;
  /** The attributes. */
  readonly meta: Readonly<Record<string, string>>;
}

/** Options of a {@linkcode FleetProcess}. */
export interface FleetOptions {
  /** The port that all of them share. */
  readonly port: number;
  /** The state folder that all of them share. */
  readonly stateDir: string;
  /** The command; by default the one that serves a session. */
  readonly command?: "gateway";
  /** Further flags of the server. */
  readonly flags?: readonly string[];
}

/** A line of a server's stdout, as far as it matters. */
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

/** The half of the values that is lower ends here. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Prints figures beside the results of the tests. */
export function printFigures(figures: Readonly<Record<string, string | number>>): void {
  const texts = Object.entries(figures).map(([name, value]) =>
    `${name} ${typeof value === "number" ? Math.round(value * 100) / 100 : value}`
  );
  Deno.stdout.writeSync(new TextEncoder().encode(`\n  ${texts.join(", ")}\n`));
}

/** The process that serves a port, asked over a connection of its own; `undefined` for none. */
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

/** A server process of a fleet. */
export class FleetProcess implements AsyncDisposable {
  /** When it was killed or asked to leave, on the clock of `performance`. */
  endedAt: number = Infinity;
  /** When the client's `initialize` was answered, on the clock of `performance`. */
  answeredAt: number | undefined;
  /** When the port was open, on the clock of `performance`. */
  openedAt: number | undefined;
  /** What it has shown to its client, in order. */
  readonly shown: Shown[] = [];
  /** What it wrote on stderr. */
  stderr = "";
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #isRead: Promise<unknown>;
  readonly #calls = new Map<number, (text: string | undefined) => void>();
  #lastId = 0;
  #isSilent = false;

  /** Constructs a new instance, which starts the process. */
  constructor({ port, stateDir, flags = [], ...options }: FleetOptions) {
    const [program, ...args] = serverCommand(port, {
      ...options,
      stateDir,
      flags: [...TRUSTING, ...flags],
    });
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#isRead = Promise.all([this.#readStdout(), this.#readStderr()]);
  }

  /** Starts a session, and waits until its handshake is finished. */
  static async open(options: FleetOptions): Promise<FleetProcess> {
    const session = new FleetProcess(options);
    await session.handshake();
    await until("initialize is answered", () => session.answeredAt);
    return session;
  }

  /** The process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it has not been killed or asked to leave. */
  get isAlive(): boolean {
    return this.endedAt === Infinity;
  }

  /** Sends a message. */
  async send(message: object): Promise<void> {
    const line = JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n";
    await this.#stdin.write(new TextEncoder().encode(line));
  }

  /** Sends the handshake. */
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

  /** Ends the process by a signal; returns once all that it wrote is read. */
  async kill(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    this.endedAt = Math.min(this.endedAt, performance.now());
    this.#child.kill(signal);
    await this.#finish();
  }

  /** Ends the input of the process, as a client does; returns once all that it wrote is read. */
  async leave(): Promise<void> {
    this.endedAt = Math.min(this.endedAt, performance.now());
    await this.#finish();
  }

  /** Ends what is left of the process and its pipes. */
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
