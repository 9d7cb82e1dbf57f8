import { assert, assertEquals } from "@std/assert";
import { HOST, sendRaw, Target, toBytes } from "./_attack.ts";
import { printFigures } from "./_fleet.ts";

const REQUESTS = 10_000;

const WORKERS = 16;

/** Half a request gets no answer before its deadline. */
const PATIENCE_MS = 250;

/** Numbers from 0 to 1 that are the same for the same seed: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A request that is right, or nearly so: its first line, its headers and its body. */
type Model = readonly [line: string, header: string, body: string];

/** The requests that are varied, as a sender with a token makes them. */
function createModels(authorization: string): readonly Model[] {
  return [
    ["POST /", authorization, "hi"],
    ["POST /ci/build?run=1&session=web&repository=a/b", authorization, "a line\nand another"],
    ["POST /", `${authorization}\r\nIdempotency-Key: a\r\nX-Session: web`, "yes abcde"],
    ["POST /pair", "Accept: */*", '{"label":"a phone"}'],
    ["POST /session", "Accept: */*", "token=dct_a"],
    ["DELETE /session", `Cookie: deno_channel=${"a".repeat(43)}.${"0".repeat(64)}`, ""],
    ["POST /api/permissions/abcde", authorization, '{"behavior":"allow"}'],
    ["GET /api/permissions", authorization, ""],
    ["GET /api/sessions", "Authorization: Basic YTpi", ""],
    ["GET /api/events/evt_01k2v9q8m2n", authorization, ""],
    ["GET /events?format=json", `${authorization}\r\nLast-Event-ID: 1`, ""],
    [`GET /feed?nonce=${"a".repeat(64)}`, "Connection: Upgrade\r\nUpgrade: websocket", ""],
    [`POST /feed?nonce=${"a".repeat(64)}&proof=${"0".repeat(64)}`, "Accept: */*", "session 7"],
    [`GET /pair/${"a".repeat(22)}`, "Accept: */*", ""],
    ["GET /healthz", "Origin: http://localhost\r\nSec-Fetch-Site: none", ""],
  ];
}

/** Texts that parsers trip over. */
const MORSELS: readonly string[] = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  ":",
  " ",
  "\t",
  "%00",
  "%",
  "../",
  "\xff\xfe",
  "\xed\xa0\x80",
  "__proto__",
  "Host: evil.example\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Expect: 100-continue\r\n",
  "Connection: Upgrade\r\nUpgrade: websocket\r\n",
  "{".repeat(500),
  "a".repeat(5000),
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "\x16\x03\x01\x02\x00\x01",
];

/** Makes random bytes and bytes that are nearly a request. */
class Fuzzer {
  readonly #random: () => number;
  readonly #models: readonly Model[];

  constructor(seed: number, models: readonly Model[]) {
    this.#random = createRandom(seed);
    this.#models = models;
  }

  next(): Uint8Array<ArrayBuffer> {
    const kind = this.#below(10);
    if (kind === 0) return Uint8Array.from({ length: this.#below(600) }, () => this.#below(256));
    const request = this.#request(kind > 5);
    if (kind === 1) return toBytes(request.slice(0, this.#below(request.length)));
    if (kind === 2) return toBytes(this.#mutate(request) + this.#request(true));
    return toBytes(kind > 5 ? request : this.#mutate(request));
  }

  /** A request; with mutations only where the server itself reads, if it is asked for. */
  #request(isMutated: boolean): string {
    const model = this.#models[this.#below(this.#models.length)] ?? ["", "", ""];
    const part = isMutated ? this.#below(3) : -1;
    const [line, header, body] = model.map((text, i) => i === part ? this.#mutate(text) : text);
    const address = Array.from({ length: 3 }, () => this.#below(256)).join(".");
    const length = body === "" ? "" : `Content-Length: ${body?.length}\r\n`;
    return `${line} HTTP/1.1\r\n${HOST}\r\nX-Forwarded-For: 10.${address}\r\n` +
      `Connection: close\r\n${header}\r\n${length}\r\n${body}`;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #mutate(text: string): string {
    let mutated = text;
    for (let left = 1 + this.#below(3); left > 0; left--) {
      const at = this.#below(mutated.length + 1);
      const end = this.#random() < 0.5 ? at : at + this.#below(12);
      const morsel = this.#random() < 0.5
        ? String.fromCharCode(this.#below(256))
        : MORSELS[this.#below(MORSELS.length)] ?? "";
      mutated = mutated.slice(0, at) + morsel + mutated.slice(end);
    }
    return mutated;
  }
}

/** Sends bytes and the end of all bytes; returns the statuses of the answers. */
async function throwAt(port: number, bytes: Uint8Array): Promise<number[]> {
  const text = await sendRaw(port, bytes, { patienceMs: PATIENCE_MS, endsInput: true });
  return Array.from(text.matchAll(/HTTP\/1\.[01] (\d{3})/g), ([, status]) => Number(status));
}

/** The sizes of the heap after it was cleaned as a whole, in MiB, as V8 writes them on stdout. */
async function readHeapSizes(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<number[]> {
  let text = "";
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) text += chunk;
  return Array.from(
    text.matchAll(/Mark-Compact[^\n]*? -> (\d+\.\d+) \(/g),
    ([, size]) => Number(size),
  );
}

Deno.test("10,000 requests of noise, of halves and of nearly nothing wrong do no harm [attack.fuzz]", async () => {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  const about = `with the seed ${seed}`;
  // Each request has an address of its own: wrong credentials of one do not lock out the others.
  const flags = ["--behind-proxy", "127.0.0.1", "--rate-limit", "0"];
  // The process may not be looked at from outside: V8 says how much lives after each collection.
  const v8Flags = "--trace-gc,--gc-global,--max-old-space-size=128";
  const target = await Target.start({ flags, v8Flags });
  const sizes = readHeapSizes(target.process.child.stdout);
  const fuzzer = new Fuzzer(seed, createModels(await target.letIn("ci")));
  const counts = new Map<number, number>();
  const start = performance.now();
  let left = REQUESTS;
  await Promise.all(Array.from({ length: WORKERS }, async () => {
    while (left-- > 0) {
      for (const status of await throwAt(target.port, fuzzer.next())) {
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    }
  }));
  const seconds = (performance.now() - start) / 1000;
  await target.isUnharmed(target.countEvents());
  await target[Symbol.asyncDispose]();
  const heap = await sizes;
  const [afterQuarter = NaN] = heap.slice(Math.floor(heap.length / 4));
  const afterAll = heap.at(-1) ?? NaN;
  printFigures({ seed, seconds, "MiB after a quarter": afterQuarter, "after all": afterAll });
  assertEquals([...counts.keys()].filter((status) => status >= 500), [], about);
  // It has come as far as the journal, and grows by less than 0.5 KiB for each request.
  assert((counts.get(202) ?? 0) > 0 && heap.length > 20, about);
  assert(afterAll - afterQuarter < 4, `${about}: ${heap.join(" ")}`);
});
