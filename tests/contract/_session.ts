/**
 * A server as a real process, driven by the official MCP client.
 *
 * @module
 */

// @ts-types="@modelcontextprotocol/sdk/client"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/stdio"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { createServerCommand } from "../../cli/demo/server_command.ts";
import { until } from "../_until.ts";

export const PROJECT = new URL("../../", import.meta.url);

export interface Notification {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** The first port of the tests, below those from which systems make connections. */
const FIRST_PORT = 15_000;

/** The number of ports for one shard: shards that run at the same time never take the same port. */
const SHARD_PORTS = 5000;

let portsTaken = Deno.pid;

/**
 * Finds a free port outside the range of outgoing connections: a connection from that range to a free
 * port of it may reach itself, and then holds the port.
 */
export function takeFreePort(): number {
  const first = FIRST_PORT + Number(Deno.env.get("SHARD") ?? 0) * SHARD_PORTS;
  for (;;) {
    const port = first + portsTaken++ % SHARD_PORTS;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** Makes a folder inside `SCRATCH`, which the task removes at the end of the run. */
export function createScratch(prefix = "state-"): string {
  return Deno.makeTempDirSync({ dir: Deno.env.get("SCRATCH") ?? "", prefix });
}

/** The flags of `.mcp.json`, without a rate limit. */
export const TRUSTING: readonly string[] = [
  "--trust-header",
  "dev",
  "--trust-header-approve",
  "--rate-limit",
  "0",
];

export interface CommandOptions {
  /** By default a new folder. */
  readonly stateDir?: string | undefined;
  /** By default `serve`. */
  readonly command?: string;
  /** By default {@linkcode TRUSTING}. */
  readonly flags?: readonly string[] | undefined;
}

/** Makes the command that starts a server on a port. */
export function serverCommand(port: number, options: CommandOptions = {}): [string, ...string[]] {
  const { stateDir = createScratch(), flags = TRUSTING } = options;
  const mainModule = new URL("main.ts", PROJECT).href;
  const { command, args } = createServerCommand({ mainModule, port, ...options, stateDir, flags });
  return [command, ...args];
}

export interface SessionOptions {
  readonly port?: number;
  /** By default a new folder. */
  readonly stateDir?: string;
  readonly args?: readonly string[];
  /** Replaces the usual program and its arguments. */
  readonly command?: readonly [string, ...string[]];
  /** By default the folder of the project. */
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Returns before the port is open. */
  readonly withoutPort?: boolean;
}

/** A session of the official client with a server process. */
export class Session implements AsyncDisposable {
  readonly client = new Client({ name: "contract-test", version: "1.0.0" });
  /** The notifications that the test has not taken, in order. */
  readonly notifications: Notification[] = [];
  /** Errors of the client's transport, such as lines that are not JSON. */
  readonly errors: Error[] = [];
  stderr = "";
  readonly #transport: StdioClientTransport;

  private constructor(
    readonly port: number,
    options: SessionOptions,
  ) {
    const [command, ...args] = options.command ??
      serverCommand(port, { stateDir: options.stateDir, flags: options.args });
    this.#transport = new StdioClientTransport({
      command,
      args,
      cwd: options.cwd ?? decodeURIComponent(PROJECT.pathname),
      stderr: "pipe",
      ...(options.env && { env: options.env }),
    });
    this.#transport.stderr?.on("data", (chunk: Uint8Array) => {
      this.stderr += new TextDecoder().decode(chunk);
    });
    this.client.onerror = (error) => void this.errors.push(error);
    this.client.fallbackNotificationHandler = (notification) => {
      this.notifications.push(notification as Notification);
      return Promise.resolve();
    };
  }

  /** Starts a server, finishes the handshake and waits for the port. */
  static async start(options: SessionOptions = {}): Promise<Session> {
    const session = new Session(options.port ?? takeFreePort(), options);
    await session.client.connect(session.#transport);
    if (!options.withoutPort) {
      await until("the port opens", () => session.stderr.includes("Listening on"));
    }
    return session;
  }

  get pid(): number {
    return this.#transport.pid ?? -1;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Posts a message as `dev`. */
  async post(body: BodyInit, options: { path?: string; headers?: HeadersInit } = {}) {
    const { path = "/", headers = { "x-sender": "dev" } } = options;
    const response = await fetch(this.url + path, { method: "POST", body, headers });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  /** Waits for the next notification. */
  async take(): Promise<Notification> {
    return await until("a notification comes", () => this.notifications.shift());
  }

  /** Asks for the approval of a tool call. */
  async ask(requestId: string): Promise<void> {
    await this.client.notification({
      method: "notifications/claude/channel/permission_request",
      params: {
        request_id: requestId,
        tool_name: "Bash",
        description: "List files",
        input_preview: '{"command":"ls"}',
      },
    });
  }

  async reply(chatId: string, text: string) {
    return await this.client.callTool({
      name: "reply",
      arguments: { chat_id: chatId, text },
    });
  }

  /**
   * Ends the session and waits for the end of the process. The client's own `close()` would leave a timer
   * behind.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#transport.pid === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.client.onclose = resolve;
    await sendSignal(this.pid, "TERM");
    await promise;
  }
}

/** Sends a signal to a process; returns false if there is none. `0` only asks. */
export async function sendSignal(pid: number, signal: "0" | "TERM" | "KILL"): Promise<boolean> {
  // `kill -TERM -1` ends every process of the user.
  if (pid <= 1) throw new RangeError(`Cannot signal process ${pid}: expected one that was started`);
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `kill -${signal} ${pid}`],
    stderr: "null",
  }).output();
  return success;
}
