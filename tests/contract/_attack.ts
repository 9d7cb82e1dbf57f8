/**
 * Attacks on a real process: what is sent, byte by byte, how it must be refused, and what must be left
 * as it was.
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

/** A request, as far as it is not like any other. */
export interface RawRequest {
  /** The first line without the version; by default `POST /`. */
  readonly line?: string;
  /** The lines of the head after the first; a `Content-Length` is added where nothing gives one. */
  readonly headers: readonly string[];
  /** The body, whose characters are bytes. */
  readonly body?: string;
}

/** Something that is tried. */
export interface Attack extends RawRequest {
  /** What it is. */
  readonly name: string;
  /** The status of the refusal; `0` when the connection ends without an answer. */
  readonly status: number;
}

/** An answer off the wire. */
export interface RawAnswer {
  /** The status; `0` without an answer. */
  readonly status: number;
  /** Everything that came, with the head. */
  readonly text: string;
}

/** The name under which a server may be called. */
export const HOST = "Host: localhost";

/** A sender that may speak where the header is believed. */
export const DEV = "X-Sender: dev";

/** How long an answer may take, in milliseconds: less than the deadline for bodies. */
const ANSWER_MS = 5000;

/** Each character becomes the byte of its number, so that bytes that are no text can be written down. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Spells a request as it goes over the wire. */
export function formatRequest({ line = "POST /", headers, body = "" }: RawRequest): string {
  const hasLength = headers.some((header) => /^(?:content-length|transfer-encoding)/i.test(header));
  const length = hasLength || body === "" ? [] : [`Content-Length: ${body.length}`];
  return [`${line} HTTP/1.1`, ...headers, ...length, "", body].join("\r\n");
}

/** Options of {@linkcode sendRaw}. */
export interface SendRawOptions {
  /** How long the other side may take to end the connection, in milliseconds. */
  readonly patienceMs: number;
  /** Whether what has come is all that is needed; by default that is known at the end only. */
  readonly isEnough?: (text: string) => boolean;
  /** Whether the end of what is sent is told. */
  readonly endsInput?: boolean;
}

/** Sends bytes over a connection of its own; returns what has come back when it ends. */
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
    // Who is refused early may find the connection closed while it still writes.
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

/** What a command has printed, and its exit code. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@linkcode runMain}. */
export interface RunMainOptions {
  /** The state folder, which is all that it may read and write. */
  readonly stateDir: string;
  /** The addresses that it may reach. */
  readonly net?: readonly string[];
}

/** How long a command may take, in milliseconds: what should have been refused may run forever. */
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
  /** What it may do; by default speak. */
  readonly rights?: readonly Right[];
  /** When it ends, in milliseconds since the epoch; by default never. */
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

/** Options of {@linkcode Target.start}. */
export interface TargetOptions {
  /** The flags; by default those with which the header of `dev` is believed, but not for verdicts. */
  readonly flags?: readonly string[];
  /** The state folder; by default a new one. */
  readonly stateDir?: string;
  /** A further address that it may listen on. */
  readonly net?: string;
  /** Further flags of V8. */
  readonly v8Flags?: string;
}

/** The flags that believe `dev`, who may speak only, as often as it likes. */
export const SPEAKING: readonly string[] = ["--trust-header", "dev", "--rate-limit", "0"];

/** A gateway that is attacked. */
export class Target implements AsyncDisposable {
  /** What must be told to nobody. */
  readonly secrets: string[] = [];

  private constructor(
    /** The process. */
    readonly process: Process,
    /** Its state folder. */
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

  /** The port. */
  get port(): number {
    return this.process.port;
  }

  /** Lets a sender in; returns the header with its token. */
  async letIn(id: string, options: LetInOptions = {}): Promise<string> {
    const token = await letIn(this.stateDir, id, options);
    this.secrets.push(token);
    return `Authorization: Bearer ${token}`;
  }

  /** Sends a request. */
  async send(request: RawRequest): Promise<RawAnswer> {
    return await exchange(this.port, toBytes(formatRequest(request)));
  }

  /** Tries all of them, one after the other; names those that were not refused as they must be. */
  async refuses(attacks: readonly Attack[]): Promise<void> {
    const wrong: string[] = [];
    for (const attack of attacks) {
      const { status, text } = await this.send(attack);
      if (status !== attack.status) wrong.push(`${attack.name}: ${text.slice(0, 300) || "closed"}`);
    }
    assertEquals(wrong, []);
  }

  /** Makes a change by `access`, which tells the process of it. */
  async access(...args: readonly string[]): Promise<CommandResult> {
    return await runMain(["access", ...args, "--port", String(this.port)], {
      stateDir: this.stateDir,
      net: [`127.0.0.1:${this.port}`],
    });
  }

  /** How many events the journal has. */
  countEvents(): number {
    return countEvents(this.stateDir);
  }

  /** Asserts that nothing came of it: no event, no fault and no secret in the log, and an answer. */
  async isUnharmed(events = 0): Promise<void> {
    const health = await this.send({ line: "GET /healthz", headers: [HOST] });
    assertEquals(health.status, 200, "it still answers");
    assertEquals(this.countEvents(), events, "no event of any attack");
    assertQuiet(this.process.stderr, this.secrets);
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.process.child.kill("SIGTERM");
    await this.process[Symbol.asyncDispose]();
  }
}

/** How many events the journal of a state folder has. */
export function countEvents(stateDir: string): number {
  using database = new DatabaseSync(journalPathOf(stateDir), { timeout: 2000 });
  return Number(database.prepare("SELECT count(*) AS count FROM events").get()?.count);
}

/** Asserts that a log tells of no fault of the program, and none of the secrets. */
export function assertQuiet(stderr: string, secrets: readonly string[]): void {
  assert(!/\bat \S+:\d+:\d+|[Ii]nternal error|Unexpected failure/.test(stderr), stderr);
  assert(!secrets.some((secret) => stderr.includes(secret)), "a secret is in the log");
  assert(!/dct_/.test(stderr), "a token is in the log");
}
