import { serverCommand, takeFreePort } from "./_session.ts";
import { until } from "../_until.ts";

/** The first messages of a client. */
export const HANDSHAKE: readonly object[] = [
  {
    id: 0,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "1.0.0" },
    },
  },
  { method: "notifications/initialized" },
];

/** A server as a real process with pipes that the test reads and writes itself. */
export class Process implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly stdin: WritableStreamDefaultWriter<Uint8Array>;
  stderr = "";
  readonly #stderrEnded: Promise<void>;

  constructor(
    readonly port: number = takeFreePort(),
    command: readonly [string, ...string[]] = serverCommand(port),
  ) {
    const [program, ...args] = command;
    this.child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.stdin = this.child.stdin.getWriter();
    this.#stderrEnded = this.#readStderr();
  }

  async #readStderr(): Promise<void> {
    for await (const chunk of this.child.stderr.pipeThrough(new TextDecoderStream())) {
      this.stderr += chunk;
    }
  }

  async send(message: object): Promise<void> {
    const line = JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n";
    await this.stdin.write(new TextEncoder().encode(line));
  }

  /** Sends the handshake and waits for the port; leaves the answer unread. */
  async handshake(): Promise<void> {
    for (const message of HANDSHAKE) await this.send(message);
    await until("the port opens", () => this.stderr.includes("Listening on"));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Posts a message as `dev`; returns the status. */
  async post(body: BodyInit): Promise<number> {
    const response = await fetch(this.url, {
      method: "POST",
      body,
      headers: { "x-sender": "dev" },
    });
    await response.body?.cancel();
    return response.status;
  }

  /** Waits for the end of the process; returns its status and the time that took. */
  async ended(): Promise<Deno.CommandStatus & { readonly ms: number }> {
    const start = performance.now();
    const status = await this.child.status;
    return { ...status, ms: performance.now() - start };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stdin.close().catch(() => {});
    await this.child.status;
    await this.child.stdout.cancel().catch(() => {});
    await this.#stderrEnded;
  }
}
