import { assert, assertEquals } from "@std/assert";
import { LogQueue } from "../../../server/runtime/log_queue.ts";
import { until } from "../../_until.ts";

/** A reader that takes what is written only while it is told to. */
class Reader {
  text = "";
  /** The most bytes that it takes at a time. */
  takes = Infinity;
  /** The number of writes that are under way. */
  underWay = 0;
  #isReading = Promise.withResolvers<void>();

  readonly write = async (bytes: Uint8Array): Promise<number> => {
    assertEquals(++this.underWay, 1, "one write at a time");
    await this.#isReading.promise;
    this.underWay--;
    const taken = bytes.subarray(0, this.takes);
    this.text += new TextDecoder().decode(taken);
    return taken.length;
  };

  read(): void {
    this.#isReading.resolve();
  }
}

function pushAll(queue: LogQueue, lines: readonly string[]): void {
  for (const line of lines) queue.push(new TextEncoder().encode(line));
}

Deno.test("LogQueue writes all lines in order, in as many pieces as the reader takes [log.stalled-reader]", async () => {
  const reader = new Reader();
  reader.takes = 2;
  reader.read();
  const queue = new LogQueue({ write: reader.write });
  await queue.flush();
  pushAll(queue, ["first\n", "second\n"]);
  await queue.flush();
  pushAll(queue, ["third\n"]);
  await queue.flush();
  assertEquals(reader.text, "first\nsecond\nthird\n");
});

Deno.test("LogQueue drops what does not fit, and says how much when it goes on [log.stalled-reader]", async () => {
  const reader = new Reader();
  const queue = new LogQueue({ write: reader.write, maxQueuedBytes: 8 });
  pushAll(queue, ["one\n", "two\n", "three\n", "four\n"]);
  await until("a write is under way", () => reader.underWay === 1);
  pushAll(queue, ["five\n"]);
  reader.read();
  await queue.flush();
  pushAll(queue, ["six\n"]);
  await queue.flush();
  const notice = "deno-channel: warning: Dropped 3 lines: the log was not read\n";
  assertEquals(reader.text, `one\ntwo\n${notice}six\n`);
});

Deno.test("LogQueue hands a slow reader lines as fast as it reads, and says at the end how many were dropped [log.stalled-reader]", async () => {
  const written: string[] = [];
  const queue = new LogQueue({
    async write(bytes) {
      written.push(new TextDecoder().decode(bytes));
      for (let i = 0; i < 3; i++) pushAll(queue, written.length < 100 ? ["line\n"] : []);
      await null;
      return bytes.length;
    },
    maxQueuedBytes: 100,
  });
  pushAll(queue, ["line\n"]);
  await queue.flush();
  const notice = written.pop() ?? "";
  assertEquals(new Set(written), new Set(["line\n"]));
  const [, dropped] = /Dropped (\d+) lines/.exec(notice) ?? [];
  assertEquals(written.length + Number(dropped), 1 + 99 * 3);
});

Deno.test("LogQueue.flush() waits for a reader that has stalled, and not for long [log.stalled-reader]", async () => {
  const reader = new Reader();
  const queue = new LogQueue({ write: reader.write, lingerMs: 20 });
  pushAll(queue, ["last\n"]);
  const start = performance.now();
  await queue.flush();
  assert(performance.now() - start >= 19);
  assertEquals(reader.text, "");
  reader.read();
  await queue.flush();
  assertEquals(reader.text, "last\n");
});

Deno.test("LogQueue goes on when its reader is gone", async () => {
  let writes = 0;
  const queue = new LogQueue({
    write() {
      writes++;
      throw new Deno.errors.BrokenPipe();
    },
  });
  for (const line of ["one\n", "two\n"]) {
    pushAll(queue, [line]);
    await queue.flush();
  }
  assertEquals(writes, 2);
});
