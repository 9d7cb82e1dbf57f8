/**
 * Attacks on a real process: the bytes that are sent, the refusal that is due, and the state that must
 * stay as it was.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Access, Right } from "../../lib/access/access_file.ts";
import { type AccessChange, addSender } from "../../lib/access/changes.ts";
import { formatAccessToken } from "../../lib/access/token.ts";
import { AccessStore } from "../../server/access/store.ts";
import { hashToken } from "../../server/runtime/crypto.ts";
import { journalPathOf } from "../../server/state/folder.ts";
import { until } from "../_until.ts";
import { Process } from "./_process.ts";
import { createScratch, PROJECT, serverCommand, takeFreePort } from "./_session.ts";

/** The parts of a request that differ from `POST /`. */
export interface RawRequest {
  /** The first line without the version; by default `POST /`. */
  readonly line?: string;
  /** The lines of the head after the first; a `Content-Length` is added where nothing gives one. */
  readonly headers: readonly string[];
  /** The body, whose characters are bytes. */
  readonly body?: string;
}

export interface Attack extends RawRequest {
  readonly name: string;
  /** The status of the refusal; `0` when the connection ends without an answer. */
  readonly status: number;
}

export interface RawAnswer {
  /** The status; `0` without an answer. */
  readonly status: number;
  /** The head and the body, as far as they came. */
  readonly text: string;
}

/** A name that a server accepts. */
export const HOST = "Host: localhost";

/** A sender that may speak where the header is trusted. */
export const DEV = "X-Sender: dev";

/** How long an answer may take, in milliseconds: less than the deadline for bodies. */
const ANSWER_MS = 5000;

/** Encodes each character as one byte, also bytes that are not UTF-8. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Formats a request for the wire. */
export function formatRequest({ line = "POST /", headers, body = "" }: RawRequest): string {
  const hasLength = headers.some((header) => /^(?:content-length|transfer-encoding)/i.test(header));
  const length = hasLength || body === "" ? [] : [`Content-Length: ${body.length}`];
  return [`${line} HTTP/1.1`, ...headers, ...length, "", body].join("\r\n");
}

export interface SendRawOptions {
  /** The time that the server has to end the connection. */
  readonly patienceMs: number;
  /** Ends the reading early; by default the server ends it. */
  readonly isEnough?: (text: string) => boolean;
  /** Closes the sending half after the bytes. */
  readonly endsInput?: boolean;
}

/** Sends bytes over a connection of its own; returns the answer when the connection ends. */
export async function sendRaw(
  port: number,
  bytes: Uint8Array,
  { patienceMs, isEnough = () => false, endsInput = false }: SendRawOptions,
): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const timeout = setTimeout(() => connection.close(), patienceMs);
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let text = "";
  try {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    if (endsInput) await connection.closeWrite();
    while (!isEnough(text)) {
      const length = await connection.read(buffer);
      if (length === null) break;
      text += decoder.decode(buffer.subarray(0, length), { stream: true });
    }
  } catch {
    // A request that is refused early may find the connection closed while it still writes.
  } finally {
    clearTimeout(timeout);
  }
  return text;
}

/** Sends bytes and reads until the head of the answer is there. */
export async function exchange(port: number, bytes: Uint8Array): Promise<RawAnswer> {
  const isEnough = (text: string) => text.includes("\r\n\r\n");
  const text = await sendRaw(port, bytes, { patienceMs: ANSWER_MS, isEnough });
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text };
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunMainOptions {
  /** The only folder that it may read and write. */
  readonly stateDir: string;
  readonly net?: readonly string[];
}

/** The time limit of a command: one that should have been refused may run forever. */
const COMMAND_MS = 20_000;

/** Runs `main.ts` to its end with nothing on stdin. */
export async function runMain(
  args: readonly string[],
  { stateDir, net = [] }: RunMainOptions,
): Promise<CommandResult> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--frozen",
      ...(net.length > 0 ? [`--allow-net=${net.join()}`] : []),
      `--allow-read=${stateDir}`,
      `--allow-write=${stateDir}`,
      new URL("main.ts", PROJECT).href,
      ...args,
      "--state-dir",
      stateDir,
    ],
    stdin: "null",
    signal: AbortSignal.timeout(COMMAND_MS),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A sender that is let in before the process starts. */
export interface LetInOptions {
  /** By default `speak`. */
  readonly rights?: readonly Right[];
  /** By default never. */
  readonly expiresAt?: number;
}

/** Changes the access of a state folder as another process does. */
export async function changeAccess<Result extends object>(
  stateDir: string,
  change: (access: Access) => AccessChange<Result>,
): Promise<Result> {
  const outcome = await new AccessStore({ stateDir }).update(change);
  assert(outcome.ok, outcome.ok ? "" : outcome.message);
  return outcome;
}

/** Lets a sender in; returns its token. */
export async function letIn(
  stateDir: string,
  id: string,
  { rights = ["speak"], expiresAt }: LetInOptions = {},
): Promise<string> {
  const token = formatAccessToken(crypto.getRandomValues(new Uint8Array(32)));
  const tokenSha256 = await hashToken(token);
  await changeAccess(stateDir, (access) =>
    addSender(access, {
      id,
      label: id,
      rights,
      chats: "own",
      expiresAt: expiresAt ?? null,
      tokenSha256,
      nowMs: 0,
    }));
  return token;
}

export interface TargetOptions {
  /** By default {@linkcode SPEAKING}. */
  readonly flags?: readonly string[];
  /** By default a new folder. */
  readonly stateDir?: string;
  /** A further address that it may listen on. */
  readonly net?: string;
  readonly v8Flags?: string;
}

/** The flags that trust `dev` to speak, but not to approve, without a rate limit. */
export const SPEAKING: readonly string[] = ["--trust-header", "dev", "--rate-limit", "0"];

export class Target implements AsyncDisposable {
  /** Tokens, which no log line may hold. */
  readonly secrets: string[] = [];

  private constructor(
    readonly process: Process,
    readonly stateDir: string,
  ) {}

  /** Starts a gateway and waits for its port. */
  static async start(options: TargetOptions = {}): Promise<Target> {
    const { flags = SPEAKING, stateDir = createScratch(), net, v8Flags } = options;
    const port = takeFreePort();
    const [program, ...args] = serverCommand(port, { stateDir, command: "gateway", flags });
    const further = { "--allow-net=": net, "--v8-flags=": v8Flags };
    const ownArgs = args.map((arg) => {
      const [, value] = Object.entries(further).find(([flag]) => arg.startsWith(flag)) ?? [];
      return value === undefined ? arg : `${arg},${value}`;
    });
    const target = new Target(new Process(port, [program, ...ownArgs]), stateDir);
    await until("the port opens", () => target.process.stderr.includes("Listening on"));
    return target;
  }

  get port(): number {
    return this.process.port;
  }

  /** Lets a sender in; returns the header with its token. */
  async letIn(id: string, options: LetInOptions = {}): Promise<string> {
    const token = await letIn(this.stateDir, id, options);
    this.secrets.push(token);
    return `Authorization: Bearer ${token}`;
  }

  async send(request: RawRequest): Promise<RawAnswer> {
    return await exchange(this.port, toBytes(formatRequest(request)));
  }

  /** Tries all attacks in turn; fails with those that were not refused as they must be. */
  async refuses(attacks: readonly Attack[]): Promise<void> {
    const wrong: string[] = [];
    for (const attack of attacks) {
      const { status, text } = await this.send(attack);
      if (status !== attack.status) wrong.push(`${attack.name}: ${text.slice(0, 300) || "closed"}`);
    }
    assertEquals(wrong, []);
  }

  /** Runs `access`, which wakes the process. */
  async access(...args: readonly string[]): Promise<CommandResult> {
    return await runMain(["access", ...args, "--port", String(this.port)], {
      stateDir: this.stateDir,
      net: [`127.0.0.1:${this.port}`],
    });
  }

  countEvents(): number {
    return countEvents(this.stateDir);
  }

  /** Asserts that the server still answers, and that no event, fault or secret appeared. */
  async isUnharmed(events = 0): Promise<void> {
    const health = await this.send({ line: "GET /healthz", headers: [HOST] });
    assertEquals(health.status, 200, "it still answers");
    assertEquals(this.countEvents(), events, "no event of any attack");
    assertQuiet(this.process.stderr, this.secrets);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.child.kill("SIGTERM");
    await this.process[Symbol.asyncDispose]();
  }
}

export function countEvents(stateDir: string): number {
  using database = new DatabaseSync(journalPathOf(stateDir), { timeout: 2000 });
  return Number(database.prepare("SELECT count(*) AS count FROM events").get()?.count);
}

/** Asserts that a log holds no fault of the program and no secret. */
export function assertQuiet(stderr: string, secrets: readonly string[]): void {
  assert(!/\bat \S+:\d+:\d+|[Ii]nternal error|Unexpected failure/.test(stderr), stderr);
  assert(!secrets.some((secret) => stderr.includes(secret)), "a secret is in the log");
  assert(!/dct_/.test(stderr), "a token is in the log");
}
