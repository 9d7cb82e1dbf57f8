/**
 * Counts the files and functions of `lib/` and `server/` that one request enters, for each of four
 * ways through a real server: a post, a verdict, a reply and a webhook. Reads V8's precise coverage
 * before and after the request.
 *
 * The first request of a way loads what it needs and is not counted. A function counts when each of
 * five more requests enters it; timers enter others now and then.
 *
 * usage: deno task bench:ways [--list] [main.ts of another version]
 *
 * @module
 */

import { createServerCommand } from "../cli/demo/server_command.ts";
import { print } from "../cli/shared/terminal.ts";
import { formatSourceConfig } from "../lib/sources/config/config_file.ts";
import { sourcesPathOf } from "../server/state/folder.ts";

const ROUNDS = 5;
/** The time for what a request still does after its answer. */
const SETTLE_MS = 50;
const TIMEOUT_MS = 10_000;
const SECRET = crypto.randomUUID();
const ENCODER = new TextEncoder();

const mustList = Deno.args.includes("--list");
const mainPath = Deno.args.find((arg) => !arg.startsWith("--"));
const mainModule = mainPath === undefined
  ? new URL("../main.ts", import.meta.url).href
  : new URL(mainPath, `file://${Deno.cwd()}/`).href;
const PROJECT = new URL(".", mainModule).href;

function takeFreePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until<T>(what: string, find: () => T | undefined | Promise<T | undefined>) {
  const endMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`Cannot measure: ${what} does not come`);
    await delay(5);
  }
}

/** A message of JSON-RPC, in either direction. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A server process, driven as Claude Code drives it. */
class Server {
  readonly url: string;
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #received: Message[] = [];
  readonly #reading: Promise<void>;
  #lastId = 0;

  constructor(stateDir: string, inspectorPort: number) {
    const port = takeFreePort();
    this.url = `http://127.0.0.1:${port}`;
    const flags = ["--trust-header", "dev", "--trust-header-approve", "--rate-limit", "0"];
    const { command, args } = createServerCommand({ mainModule, port, stateDir, flags });
    this.#process = new Deno.Command(command, {
      args: args.toSpliced(1, 0, `--inspect=127.0.0.1:${inspectorPort}`),
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#stdin = this.#process.stdin.getWriter();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#received.push(JSON.parse(line));
    }
  }

  async notify(method: string, params: Message["params"] = {}): Promise<void> {
    await this.#write({ method, params });
  }

  /** Sends a request and waits for its answer. */
  async call(method: string, params: NonNullable<Message["params"]>): Promise<void> {
    const id = ++this.#lastId;
    await this.#write({ id, method, params });
    await this.take(`the answer to ${method}`, (message) => message.id === id);
  }

  /** Waits for a message and removes it. */
  take(what: string, isIt: (message: Message) => boolean): Promise<Message> {
    return until(what, () => {
      const index = this.#received.findIndex(isIt);
      return index === -1 ? undefined : this.#received.splice(index, 1)[0];
    });
  }

  async #write(message: Message): Promise<void> {
    await this.#stdin.write(ENCODER.encode(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`));
  }

  async close(): Promise<void> {
    // With an inspector that is still connected the process would wait for its end.
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#reading;
    await this.#stdin.abort().catch(() => {});
  }
}

/** A script with its functions, as V8 counts their calls. */
interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
  }[];
}

/** The inspector of a server process. */
class Inspector {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (result: { result?: ScriptCoverage[] }) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(data);
      this.#answers.get(id)?.(result);
    };
  }

  static async connect(port: number): Promise<Inspector> {
    const url: string = await until("the inspector", async () => {
      const response = await fetch(`http://127.0.0.1:${port}/json`).catch(() => undefined);
      const [target] = await response?.json() ?? [];
      return target?.webSocketDebuggerUrl;
    });
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const inspector = new Inspector(socket);
    await inspector.#call("Profiler.enable");
    await inspector.#call("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
    return inspector;
  }

  /** The functions of `lib/` and `server/` that were entered since the last time. */
  async takeEntered(): Promise<Set<string>> {
    const { result = [] } = await this.#call("Profiler.takePreciseCoverage");
    const entered = new Set<string>();
    for (const { url, functions } of result) {
      if (!url.startsWith(PROJECT)) continue;
      const path = url.slice(PROJECT.length);
      if (!/^(?:lib|server)\//.test(path)) continue;
      for (const { functionName, ranges: [whole] } of functions) {
        if (whole === undefined || whole.count === 0) continue;
        entered.add(`${path} ${functionName || "(anonymous)"} ${whole.startOffset}`);
      }
    }
    return entered;
  }

  close(): void {
    this.#socket.close();
  }

  #call(method: string, params = {}): Promise<{ result?: ScriptCoverage[] }> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<{ result?: ScriptCoverage[] }>();
    this.#answers.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }
}

/** Listens at `GET /events`. */
class EventReader {
  readonly #abort = new AbortController();
  #text = "";

  async open(url: string): Promise<void> {
    const { signal } = this.#abort;
    const response = await fetch(`${url}/events`, { headers: { "x-sender": "dev" }, signal });
    this.#read(response).catch(() => {});
    await this.take(": connected");
  }

  async #read(response: Response): Promise<void> {
    if (response.body === null) return;
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      this.#text += text;
    }
  }

  async take(part: string): Promise<void> {
    await until(`"${part}"`, () => this.#text.includes(part) || undefined);
    this.#text = "";
  }

  close(): void {
    this.#abort.abort();
  }
}

const isEvent = ({ method }: Message) => method === "notifications/claude/channel";
const isVerdict = ({ method }: Message) => method === "notifications/claude/channel/permission";

const stateDir = Deno.makeTempDirSync();
const sources = { github: { path: "/github", kind: "github", secrets: [SECRET] } } as const;
const inspectorPort = takeFreePort();
const server = new Server(stateDir, inspectorPort);

/** Shakes hands and waits for the port. */
async function open(): Promise<void> {
  await server.call("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "ways", version: "1.0.0" },
  });
  await server.notify("notifications/initialized");
  await until("the port", async () => {
    const response = await fetch(`${server.url}/healthz`).catch(() => undefined);
    return await response?.text();
  });
}

async function post(path: string, body: string, headers: Readonly<Record<string, string>>) {
  const response = await fetch(server.url + path, { method: "POST", body, headers });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`Cannot measure: ${response.status} ${text}`);
}

/** One way through the server. */
interface Way {
  readonly name: string;
  /** Makes what the next request needs; it is not counted. */
  readonly prepare?: (round: number) => Promise<void>;
  /** Makes the request and waits until it has reached its other end. */
  readonly run: (round: number) => Promise<void>;
}

function requestIdOf(round: number): string {
  return `abcd${String.fromCharCode("a".charCodeAt(0) + round)}`;
}

/** Asks for a permission as Claude Code does and waits until it is open. */
async function ask(round: number): Promise<void> {
  await server.notify("notifications/claude/channel/permission_request", {
    request_id: requestIdOf(round),
    tool_name: "Bash",
    description: "List files",
    input_preview: '{"command":"ls"}',
  });
  await until("the permission request", async () => {
    const headers = { "x-sender": "dev" };
    const response = await fetch(`${server.url}/api/permissions`, { headers });
    return (await response.text()).includes(requestIdOf(round)) || undefined;
  });
}

async function sign(body: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = ENCODER.encode(SECRET);
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, ENCODER.encode(body))).toHex();
}

/** Delivers an opened issue, which no burst holds back. */
async function deliver(round: number): Promise<void> {
  const body = JSON.stringify({
    action: "opened",
    issue: {
      number: round,
      title: "Fails on Windows",
      user: { login: "octocat", type: "User" },
      author_association: "MEMBER",
      html_url: `https://github.com/octo/repo/issues/${round}`,
    },
    repository: { full_name: "octo/repo", default_branch: "main" },
    sender: { login: "octocat", type: "User" },
  });
  await post("/github", body, {
    "content-type": "application/json",
    "x-github-event": "issues",
    "x-github-delivery": crypto.randomUUID(),
    "x-hub-signature-256": `sha256=${await sign(body)}`,
  });
  await server.take("the event", isEvent);
}

const events = new EventReader();

const WAYS: readonly Way[] = [
  {
    name: "POST",
    run: async (round) => {
      await post("/", `message ${round}`, { "x-sender": "dev" });
      await server.take("the event", isEvent);
    },
  },
  {
    name: "verdict",
    prepare: ask,
    run: async (round) => {
      await post("/", `yes ${requestIdOf(round)}`, { "x-sender": "dev" });
      await server.take("the verdict", isVerdict);
    },
  },
  {
    name: "reply to a listener",
    prepare: async (round) => {
      if (round === 0) await events.open(server.url);
      await post("/", "question", { "x-sender": "dev", "x-chat-id": "1" });
      await server.take("the event", isEvent);
    },
    run: async (round) => {
      const text = `reply ${round}`;
      await server.call("tools/call", { name: "reply", arguments: { chat_id: "1", text } });
      await events.take(text);
    },
  },
  {
    name: "webhook",
    prepare: async (round) => {
      if (round > 0) return;
      events.close();
      Deno.writeTextFileSync(sourcesPathOf(stateDir), formatSourceConfig({ sources }), {
        mode: 0o600,
      });
      await until("the source", async () => {
        const response = await fetch(`${server.url}/github`, { method: "POST", body: "{}" });
        await response.body?.cancel();
        return response.status === 401 || undefined;
      });
    },
    run: deliver,
  },
];

async function measure({ prepare, run }: Way, inspector: Inspector): Promise<Set<string>> {
  let inAll: Set<string> | undefined;
  for (let round = 0; round <= ROUNDS; round++) {
    await prepare?.(round);
    await delay(SETTLE_MS);
    await inspector.takeEntered();
    await run(round);
    await delay(SETTLE_MS);
    const entered = await inspector.takeEntered();
    if (round > 0) inAll = inAll?.intersection(entered) ?? entered;
  }
  return inAll ?? new Set();
}

try {
  const inspector = await Inspector.connect(inspectorPort);
  await open();
  for (const way of WAYS) {
    const entered = [...await measure(way, inspector)].sort();
    const files = new Set(entered.map((name) => name.split(" ", 1)[0]));
    print(`${way.name} ${files.size} files, ${entered.length} functions`);
    if (mustList) { for (const name of entered) print(`  ${name}`); }
  }
  inspector.close();
} finally {
  await server.close();
  Deno.removeSync(stateDir, { recursive: true });
}
