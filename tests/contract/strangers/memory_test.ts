import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { sourcesPathOf } from "../../../server/state/folder.ts";
import { bytesOf, configOf, signedHeaders } from "../../_signed_delivery.ts";
import { COMMON } from "../../lib/sources/_github.ts";
import { until } from "../../_until.ts";
import { Target } from "../_attack.ts";
import { printFigures } from "../_fleet.ts";
import { createScratch } from "../_session.ts";

const MIB = 1024 * 1024;

/** The most memory that strangers may make a server take, in MiB. */
const MAX_RSS_MIB = 300;

/** Reads the memory of a process ten times a second until it is disposed. */
class MemoryMeter implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  /** The most memory so far, in MiB. */
  peakMib = 0;

  constructor(pid: number) {
    const script = `while ps -o rss= -p ${pid}; do sleep 0.1; done`;
    const args = ["-c", script];
    this.#child = new Deno.Command("sh", { args, stdout: "piped", stderr: "null" }).spawn();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      for (const kib of text.split("\n")) this.peakMib = Math.max(this.peakMib, Number(kib) / 1024);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.status;
    await this.#reading;
  }
}

/** Writes a head and many bytes after it; returns the first line of the answer. */
async function flood(port: number, head: string, byteLength: number): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const piece = new Uint8Array(64 * 1024).fill(0x20);
  const send = async () => {
    await connection.write(new TextEncoder().encode(head));
    for (let sent = 0; sent < byteLength;) sent += await connection.write(piece);
  };
  const sending = send().catch(() => {});
  const buffer = new Uint8Array(512);
  const length = await connection.read(buffer).catch(() => 0) ?? 0;
  const [line = ""] = new TextDecoder().decode(buffer.subarray(0, length)).split("\r\n");
  // A server that cuts the connection off ends the sending as well.
  await Promise.race([sending, connection.closeWrite().catch(() => {})]);
  return line;
}

function countBy(lines: readonly string[]): Record<string, number> {
  const groups = Map.groupBy(lines, (line) => line.split(" ")[1] ?? "cut off");
  return Object.fromEntries([...groups].map(([status, { length }]) => [status, length]));
}

Deno.test("1,000 connections with bodies of 1 MiB at a source keep the memory below 300 MiB [http.body-budget]", async () => {
  const stateDir = createScratch();
  const sources = { gh: { kind: "github" } } as const;
  Deno.writeTextFileSync(sourcesPathOf(stateDir), configOf(sources), { mode: 0o600 });
  await using target = await Target.start({ stateDir });
  const head = `POST /gh HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${MIB}\r\n` +
    `X-Hub-Signature-256: sha256=${"0".repeat(64)}\r\n\r\n`;
  let peakMib = 0;
  {
    await using meter = new MemoryMeter(target.process.child.pid);
    const lines = await Promise.all(
      Array.from({ length: 1000 }, () => flood(target.port, head, MIB)),
    );
    printFigures({ ...countBy(lines), "MiB": meter.peakMib });
    assert(
      lines.every((line) => / (?:401|429|503) |^$/.test(line)),
      JSON.stringify(countBy(lines)),
    );
    peakMib = meter.peakMib;
  }
  assert(peakMib > 0);
  assertLessOrEqual(peakMib, MAX_RSS_MIB);
  const body = bytesOf({ ...COMMON, action: "opened", issue: { number: 7 } });
  const headers = await signedHeaders(sources.gh, body, { event: "issues" });
  await until("a delivery gets in", async () => {
    const options = { method: "POST", body, headers };
    const response = await fetch(`http://127.0.0.1:${target.port}/gh`, options);
    await response.body?.cancel();
    return response.ok;
  });
});

Deno.test("30 strangers with 60 MiB each at /feed keep the memory below 300 MiB and get no WebSocket [feed.limits]", async () => {
  await using target = await Target.start();
  const nonce = "a".repeat(64);
  const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const heads = [
    `GET /feed?nonce=${nonce} HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`,
    `POST /feed?nonce=${nonce}&proof=${"0".repeat(64)} HTTP/1.1\r\nHost: localhost\r\n` +
    `Content-Length: ${60 * MIB}\r\n\r\n`,
  ];
  let peakMib = 0;
  {
    await using meter = new MemoryMeter(target.process.child.pid);
    for (const head of heads) {
      const lines = await Promise.all(
        Array.from({ length: 30 }, () => flood(target.port, head, 60 * MIB)),
      );
      const statuses = Object.keys(countBy(lines));
      assertEquals(statuses.filter((status) => !/^(?:400|403|cut off)$/.test(status)), []);
    }
    peakMib = meter.peakMib;
    printFigures({ MiB: peakMib });
  }
  assert(peakMib > 0);
  assertLessOrEqual(peakMib, MAX_RSS_MIB);
  await target.isUnharmed();
});
