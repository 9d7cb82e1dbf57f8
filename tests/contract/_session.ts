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

/** The folder of the project. */
export const PROJECT = new URL("../../", import.meta.url);

/** A notification from the server. */
export interface Notification {
  /** Its method. */
  readonly method: string;
  /** Its parameters. */
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

/** A folder of the test's own, which is removed with all others at the end of the run. */
export function createScratch(prefix = "state-"): string {
  return Deno.makeTempDirSync({ dir: Deno.env.get("SCRATCH") ?? "", prefix });
}

/** The flags of `.mcp.json`, and as many posts as a test likes. */
export const TRUSTING: readonly string[] = [
  "--trust-header",
  "dev",
  "--trust-header-approve",
  "--rate-limit",
  "0",
];

/** What {@linkcode serverCommand} may be told. */
export interface CommandOptions {
  /** The state folder; by default a new one. */
  readonly stateDir?: string | undefined;
  /** The command; by default the one that serves a session. */
  readonly command?: string;
  /** The flags; by default {@linkcode TRUSTING}. */
  readonly flags?: readonly string[] | undefined;
}

/** The command that starts the server on a port. */
export function serverCommand(port: number, options: CommandOptions = {}): [string, ...string[]] {
  const { stateDir = createScratch(), flags = TRUSTING } = options;
  const mainModule = new URL("main.ts", PROJECT).href;
  const { command, args } = createServerCommand({ mainModule, port, ...options, stateDir, flags });
  return [command, ...args];
}

/** Options of {@linkcode Session.start}. */
export interface SessionOptions {
  /** The port; by default a free one. */
  readonly port?: number;
  /** The state folder; by default a new one. */
  readonly stateDir?: string;
  /** The flags of the server. */
  readonly args?: readonly string[];
  /** The program and its arguments instead of the usual ones. */
  readonly command?: readonly [string, ...string[]];
  /** The working directory; by default the project's. */
  readonly cwd?: string;
  /** Further environment variables. */
  readonly env?: Record<string, string>;
  /** Whether to return before the port is open. */
  readonly withoutPort?: boolean;
}

/** One session of the official client with a server process. */
export class Session implements AsyncDisposable {
  /** The client. */
  readonly client = new Client({ name: "contract-test", version: "1.0.0" });
  /** The notifications that have come, in order. */
  readonly notifications: Notification[] = [];
  /** The errors that the client's transport reported, such as lines that are no JSON. */
  readonly errors: Error[] = [];
  /** What the server wrote on stderr. */
  stderr = "";
  readonly #transport: StdioClientTransport;

  private constructor(
    /** The port of the server. */
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

  /** The id of the server process. */
  get pid(): number {
    return this.#transport.pid ?? -1;
  }

  /** The address of the server. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Posts a message as `dev`. */
  async post(body: BodyInit, options: { path?: string; headers?: HeadersInit } = {}) {
    const { path = "/", headers = { "x-sender": "dev" } } = options;
    const response = await fetch(this.url + path, { method: "POST", body, headers });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  /** Waits for the next notification that is not taken yet. */
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

  /** Calls the `reply` tool. */
  async reply(chatId: string, text: string) {
    return await this.client.callTool({
      name: "reply",
      arguments: { chat_id: chatId, text },
    });
  }

  /**
   * Ends the session, and waits until the process has ended. The client's own `close()` would leave a
   * timer behind.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#transport.pid === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.client.onclose = resolve;
    await sendSignal(this.pid, "TERM");
    await promise;
  }
}

/** Sends a signal to a process; returns whether the process was there. `0` only asks. */
export async function sendSignal(pid: number, signal: "0" | "TERM" | "KILL"): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `kill -${signal} ${pid}`],
    stderr: "null",
  }).output();
  return success;
}
