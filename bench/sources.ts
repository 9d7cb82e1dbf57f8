/**
 * Posts signed deliveries of GitHub over 32 connections to a real gateway, then text of the same size
 * to another gateway, and prints how many of each it takes in a second. All are journaled; no session
 * is open, because the speed of a reading client would decide the result.
 *
 * All deliveries are signed before, which leaves the server alone to be measured: each request only
 * writes its numbers and its signature over the previous ones.
 *
 * usage: deno task bench:sources [seconds]
 *
 * @module
 */

import { createServerCommand } from "../cli/demo/server_command.ts";
import { print } from "../cli/shared/terminal.ts";
import { formatSourceConfig } from "../lib/sources/config/config_file.ts";
import { sourcesPathOf } from "../server/state/folder.ts";

const SECONDS = Number(Deno.args[0] ?? 10);
const WARM_UP_SECONDS = 1;
const CONNECTIONS = 32;
const PORT = 8788;
const BODY_BYTES = 10_000;
/** More than the server takes in that time. */
const SIGNED = 10_000 * (SECONDS + WARM_UP_SECONDS);
const SECRET = crypto.randomUUID();

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Placeholders for a number and a signature. */
const NO_ID = "0".repeat(7);
const NO_SIGNATURE = "f".repeat(64);

/** Creates the report of a failed run, padded to the size of a real one. */
function createBody(): string {
  const repository = { full_name: "octo/repo", default_branch: "main" };
  const payload = {
    action: "completed",
    workflow: { name: "Build and test" },
    workflow_run: {
      node_id: NO_ID,
      workflow_id: 7,
      run_number: 163,
      event: "push",
      conclusion: "failure",
      display_title: "Update dependencies",
      head_branch: "main",
      // Runs of one commit would become a burst, which writes each again. Seven digits identify a
      // commit.
      head_sha: NO_ID.padEnd(40, "e"),
      head_repository: repository,
      actor: { login: "octocat" },
      html_url: "https://github.com/octo/repo/actions/runs/1",
    },
    repository,
    sender: { login: "octocat" },
    padding: "",
  };
  const url = "https://api.github.com/repos/octo/repo/actions/runs/1/";
  const padding = url.repeat(BODY_BYTES).slice(0, BODY_BYTES - JSON.stringify(payload).length);
  return JSON.stringify({ ...payload, padding });
}

function formatRequest(path: string, headers: readonly string[], body: string): string {
  const head = [`POST ${path} HTTP/1.1`, `Host: 127.0.0.1:${PORT}`, ...headers];
  return [...head, `Content-Length: ${body.length}`, "", body].join("\r\n");
}

const BODY = createBody();
const SIGNED_REQUEST = formatRequest("/github", [
  "Content-Type: application/json",
  "X-GitHub-Event: workflow_run",
  `X-GitHub-Delivery: ${NO_ID}`,
  `X-Hub-Signature-256: sha256=${NO_SIGNATURE}`,
], BODY);
const TEXT_REQUEST = formatRequest("/", ["X-Sender: dev"], "x".repeat(BODY_BYTES));

/** Finds the places of a part in a text. */
function placesOf(text: string, part: string): number[] {
  return Array.from(text.matchAll(new RegExp(part, "g")), ({ index }) => index);
}

const BODY_IDS = placesOf(BODY, NO_ID);
const REQUEST_IDS = placesOf(SIGNED_REQUEST, NO_ID);
const REQUEST_SIGNATURE = SIGNED_REQUEST.indexOf(NO_SIGNATURE);

/** Writes a number over the previous one. */
function renumber(bytes: Uint8Array, places: readonly number[], index: number): void {
  const id = String(index).padStart(NO_ID.length, "0");
  for (const place of places) ENCODER.encodeInto(id, bytes.subarray(place));
}

/** Signs deliveries, each of another run. */
async function sign(count: number): Promise<string[]> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", ENCODER.encode(SECRET), algorithm, false, [
    "sign",
  ]);
  const body = ENCODER.encode(BODY);
  const signatures: string[] = [];
  for (let index = 0; index < count; index++) {
    renumber(body, BODY_IDS, index);
    signatures.push(new Uint8Array(await crypto.subtle.sign("HMAC", key, body)).toHex());
  }
  return signatures;
}

/** Reads one answer and returns its status. */
async function readStatus(connection: Deno.Conn, buffer: Uint8Array): Promise<number> {
  let answer = "";
  for (;;) {
    const length = await connection.read(buffer);
    if (length === null) throw new Error("The connection ended early");
    answer += DECODER.decode(buffer.subarray(0, length));
    const end = answer.indexOf("\r\n\r\n");
    const bodyLength = Number(/^content-length: (\d+)/im.exec(answer)?.[1] ?? 0);
    if (end !== -1 && answer.length >= end + 4 + bodyLength) return Number(answer.slice(9, 12));
  }
}

/** Sends requests over one connection until the time is over; returns the number of taken ones. */
async function sendAll(
  request: string,
  { prepare, untilMs }: {
    readonly prepare: (bytes: Uint8Array) => boolean;
    readonly untilMs: number;
  },
): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: PORT });
  const bytes = ENCODER.encode(request);
  const buffer = new Uint8Array(4096);
  let taken = 0;
  while (performance.now() < untilMs && prepare(bytes)) {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    const status = await readStatus(connection, buffer);
    if (status !== 200 && status !== 202) throw new Error(`The server answered ${status}`);
    taken++;
  }
  return taken;
}

/** Sends requests over all connections; returns the number taken in a second. */
async function countTaken(
  request: string,
  prepare: (bytes: Uint8Array) => boolean,
  seconds: number,
): Promise<number> {
  const startMs = performance.now();
  const untilMs = startMs + seconds * 1000;
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => sendAll(request, { prepare, untilMs })),
  );
  const taken = counts.reduce((sum, count) => sum + count, 0);
  return Math.round(taken / ((performance.now() - startMs) / 1000));
}

interface Case {
  readonly what: string;
  readonly request: string;
  /** Writes the next request of its kind, if there is one. */
  readonly prepare: (bytes: Uint8Array) => boolean;
}

/** Measures with a gateway of its own; returns the number of requests taken in a second. */
async function measure({ request, prepare }: Case): Promise<number> {
  const stateDir = Deno.makeTempDirSync();
  const config = {
    sources: { github: { path: "/github", kind: "github", secrets: [SECRET] } },
  } as const;
  Deno.writeTextFileSync(sourcesPathOf(stateDir), formatSourceConfig(config), { mode: 0o600 });
  const { command, args } = createServerCommand({
    mainModule: new URL("../main.ts", import.meta.url).href,
    port: PORT,
    stateDir,
    command: "gateway",
    flags: ["--trust-header", "dev", "--rate-limit", "0"],
  });
  const gateway = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (!await fetch(`http://127.0.0.1:${PORT}/healthz`).then((r) => r.text(), () => "")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await countTaken(request, prepare, WARM_UP_SECONDS);
    return await countTaken(request, prepare, SECONDS);
  } finally {
    gateway.kill("SIGTERM");
    await gateway.status;
    Deno.removeSync(stateDir, { recursive: true });
  }
}

print(`Signing ${SIGNED} deliveries of ${BODY_BYTES} bytes`);
const signatures = await sign(SIGNED);
let next = 0;

/** Writes the next delivery. */
function prepareSigned(bytes: Uint8Array): boolean {
  const index = next++;
  renumber(bytes, REQUEST_IDS, index);
  ENCODER.encodeInto(signatures[index] ?? "", bytes.subarray(REQUEST_SIGNATURE));
  return index < signatures.length;
}

const CASES: readonly Case[] = [
  { what: "signed deliveries of GitHub", request: SIGNED_REQUEST, prepare: prepareSigned },
  { what: "unsigned texts", request: TEXT_REQUEST, prepare: () => true },
];
for (const one of CASES) {
  const perSecond = await measure(one);
  print(
    `${perSecond} ${one.what} a second, of ${BODY_BYTES} bytes over ${CONNECTIONS} connections`,
  );
}
