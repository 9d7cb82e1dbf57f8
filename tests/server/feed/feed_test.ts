import { assert, assertEquals } from "@std/assert";
import type { SessionLink } from "../../../server/event/types.ts";
import { type Feed, openFeed } from "../../../server/feed/client.ts";
import { createNonce, prove } from "../../../server/feed/proof.ts";
import { FeedServer } from "../../../server/feed/server.ts";
import { until } from "../../_until.ts";

const SECRET = createNonce();

function createFixture() {
  const attached: SessionLink[] = [];
  const detached: SessionLink[] = [];
  const synced: number[] = [];
  const counts = { lost: 0, earlier: 0 };
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const server = Deno.serve(options, (request): Promise<Response> => {
    const query = Object.fromEntries(new URL(request.url).searchParams);
    return request.method === "GET"
      ? feeds.challenge(request, query)
      : feeds.accept(request, query);
  });
  const address = `127.0.0.1:${server.addr.port}`;
  const feeds: FeedServer = new FeedServer({
    secret: () => SECRET,
    address,
    attach(link) {
      if (link.sessionId === 404) throw new RangeError("There is no session 404");
      attached.push(link);
    },
    detach: (link) => void detached.push(link),
    lose: () => void counts.lost++,
    sync: (sessionId) => void synced.push(sessionId),
    noteEarlierVersion: () => void counts.earlier++,
  });
  const open = async (session: number, options: Partial<Parameters<typeof openFeed>[0]> = {}) =>
    await openFeed({ address, secret: SECRET, enter: () => session, ...options });
  return {
    feeds,
    attached,
    detached,
    synced,
    counts,
    address,
    open,
    /** Opens a feed that must begin. */
    async openProven(session: number, options: Parameters<typeof open>[1] = {}): Promise<Feed> {
      const feed = await open(session, options);
      assert(typeof feed !== "string", String(feed));
      return feed;
    },
    /** Asks for a challenge. */
    async challenge(): Promise<{ readonly nonce: string; readonly proof: string }> {
      return await (await fetch(`http://${address}/feed?nonce=${createNonce()}`)).json();
    },
    /** Answers a challenge; returns the status. */
    async answer(nonce: string, proof: string): Promise<number> {
      const url = `http://${address}/feed?nonce=${nonce}&proof=${proof}`;
      const { status, body } = await fetch(url, { method: "POST", body: "session 7\n" });
      await body?.cancel();
      return status;
    },
    async [Symbol.asyncDispose]() {
      feeds.close();
      await server.shutdown();
    },
  };
}

Deno.test("a feed lasts as long as both sides, and wakes either [feed.wake]", async () => {
  await using fixture = createFixture();
  let news = 0;
  const feed = await fixture.openProven(7, { onNews: () => news++ });
  assertEquals(fixture.attached.map(({ sessionId }) => sessionId), [7]);
  await until("it syncs once at the start", () => news === 1);
  assertEquals(fixture.synced.splice(0), [7], "the session may have written before");
  fixture.attached[0]?.sync();
  await until("it syncs", () => news === 2);
  feed.notify();
  await until("the owner syncs", () => fixture.synced.includes(7));
  feed.close();
  await feed.ended;
  await until("the owner knows", () => fixture.detached.length === 1);
  feed.close();
  feed.notify();

  const second = await fixture.openProven(8);
  fixture.feeds.close();
  await second.ended;
  await until("the owner has let go of it", () => fixture.detached.length === 2);
});

Deno.test("a feed tells a verdict apart from other news [feed.wake]", async () => {
  await using fixture = createFixture();
  const heard: string[] = [];
  const feed = await fixture.openProven(7, {
    onNews: () => heard.push("news"),
    onVerdict: () => heard.push("verdict"),
  });
  fixture.attached[0]?.syncVerdicts();
  fixture.attached[0]?.sync();
  await until("it has heard all", () => heard.length === 3);
  assertEquals(heard, ["news", "verdict", "news"]);
  feed.close();
  await feed.ended;
});

Deno.test("a feed that ends right after its news still tells it [feed.wake]", async () => {
  await using fixture = createFixture();
  for (let i = 0; i < 20; i++) {
    fixture.synced.length = 0;
    const feed = await fixture.openProven(0);
    feed.notify();
    feed.close();
    await feed.ended;
    await until("the owner syncs", () => fixture.synced.includes(0));
  }
  assertEquals([fixture.attached, fixture.detached], [[], []]);
});

Deno.test("news for a session that does not read waits as one line [feed.limits]", async () => {
  await using fixture = createFixture();
  const { nonce } = await fixture.challenge();
  const proof = await prove(SECRET, { side: "session", address: fixture.address, nonce });
  const [hostname = "", port] = fixture.address.split(":");
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = `POST /feed?nonce=${nonce}&proof=${proof} HTTP/1.1\r\nHost: localhost\r\n` +
    "Transfer-Encoding: chunked\r\n\r\na\r\nsession 7\n\r\n";
  await connection.write(new TextEncoder().encode(head));
  const session = await until("it is open", () => fixture.attached[0]);
  const lines = 200_000;
  for (let i = 0; i < lines; i++) session.sync();
  fixture.feeds.close();
  let length = 0;
  for await (const bytes of connection.readable) {
    length += bytes.length;
    if (new TextDecoder().decode(bytes).endsWith("\r\n0\r\n\r\n")) break;
  }
  assert(length < lines, `${length} bytes`);
});

Deno.test("a session hears within two questions that its owner does not answer, and that it does again [feed.silence]", async () => {
  // A stopped process accepts connections and answers none: the proof is all that this owner gives.
  let isStopped = false;
  const lines = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const say = (line: string) => {
    for (const controller of lines) controller.enqueue(new TextEncoder().encode(line));
  };
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request): Promise<Response> => {
      const nonce = new URL(request.url).searchParams.get("nonce") ?? "";
      if (request.method === "GET") {
        const proof = await prove(SECRET, { side: "owner", address, nonce });
        return Response.json({ nonce: createNonce(), proof });
      }
      const read = async () => {
        for await (const _ of request.body ?? []) if (!isStopped) say("pong\n");
      };
      read().catch(() => {}).finally(() => lines.forEach((controller) => controller.close()));
      return new Response(
        new ReadableStream({
          start(controller) {
            lines.add(controller);
            controller.enqueue(new TextEncoder().encode("look\n"));
          },
        }),
      );
    },
  );
  const address = `127.0.0.1:${server.addr.port}`;
  const silences: boolean[] = [];
  const feed = await openFeed({
    address,
    secret: SECRET,
    enter: () => 7,
    onSilence: (isSilent) => silences.push(isSilent),
    pingMs: 20,
  });
  assert(typeof feed !== "string");
  isStopped = true;
  await until("it says so", () => silences.length === 1);
  isStopped = false;
  say("pong\n");
  await until("it says so again", () => silences.length === 2);
  assertEquals(silences, [true, false]);
  feed.close();
  await feed.ended;
});

Deno.test("an owner that answers is never called silent [feed.silence]", async () => {
  await using fixture = createFixture();
  let silences = 0;
  let news = 0;
  const feed = await fixture.openProven(7, {
    pingMs: 200,
    onSilence: () => silences++,
    onNews: () => news++,
  });
  const start = performance.now();
  await until("some questions are answered", () => performance.now() - start > 700);
  assertEquals([silences, news], [0, 1]);
  feed.close();
  await feed.ended;
});

Deno.test("a feed begins only where both sides know the secret [feed.proof]", async () => {
  await using fixture = createFixture();
  assertEquals(await fixture.open(7, { secret: createNonce() }), "stranger");
  assertEquals(fixture.attached, []);
});

Deno.test("the owner lets in only sessions that prove to know the secret [feed.proof]", async () => {
  await using fixture = createFixture();
  const { address, challenge, answer } = fixture;
  const good = async (nonce: string, at = address) =>
    await prove(SECRET, { side: "session", address: at, nonce });
  const first = await challenge();
  assertEquals(await answer(first.nonce, "0".repeat(64)), 403);
  assertEquals(await answer(first.nonce, await good(first.nonce)), 403, "one answer only");
  const second = await challenge();
  assertEquals(await answer(second.nonce, second.proof), 403, "the owner's own proof");
  const third = await challenge();
  const oracle = await (await fetch(`http://${address}/feed?nonce=${third.nonce}`)).json();
  assertEquals(await answer(third.nonce, oracle.proof), 403, "the owner's proof for that nonce");
  const fourth = await challenge();
  assertEquals(await answer(fourth.nonce, await good(createNonce())), 403, "another nonce");
  const fifth = await challenge();
  const elsewhere = await good(fifth.nonce, "127.0.0.1:1");
  assertEquals(await answer(fifth.nonce, elsewhere), 403, "another port");
  const unasked = createNonce();
  assertEquals(await answer(unasked, await good(unasked)), 403, "a nonce of its own");
  const malformed = await challenge();
  assertEquals(await answer(malformed.nonce, ""), 400);
  assertEquals([fixture.attached, fixture.synced], [[], []]);
  const last = await challenge();
  assertEquals(await answer(last.nonce, await good(last.nonce)), 200);
  await until("it was open", () => fixture.detached.length === 1);
  assertEquals(await answer(last.nonce, await good(last.nonce)), 403, "a second time");
});

Deno.test("a feed of a session that the owner does not know does not begin", async () => {
  await using fixture = createFixture();
  assertEquals(await fixture.open(404), "silent");
  assertEquals(fixture.detached, []);
  await until("the feed is known to be lost", () => fixture.counts.lost === 1);
});

Deno.test("a session that cannot enter the journal leaves no connection behind", async () => {
  await using fixture = createFixture();
  const enter = () => {
    throw new RangeError("The journal is locked");
  };
  const error = await fixture.open(7, { enter }).catch((error) => error);
  assert(error instanceof RangeError);
  await until("the feed is known to be lost", () => fixture.counts.lost === 1);
});

Deno.test("the owner upgrades no connection, and remembers few challenges [feed.limits]", async () => {
  await using fixture = createFixture();
  const nonce = createNonce();
  for (const target of [`/feed?nonce=${nonce}`, "/feed?nonce=1"]) {
    const [hostname = "", port] = fixture.address.split(":");
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const head = `GET ${target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    await connection.write(new TextEncoder().encode(head));
    const buffer = new Uint8Array(1024);
    const length = await connection.read(buffer) ?? 0;
    const text = new TextDecoder().decode(buffer.subarray(0, length));
    assertEquals(text.split("\r\n")[0], "HTTP/1.1 400 Bad Request", target);
  }
  assertEquals(fixture.counts.earlier, 1);
  const first = await fixture.challenge();
  const request = new Request("http://localhost/feed");
  for (let i = 0; i < 1024; i++) {
    await (await fixture.feeds.challenge(request, { nonce })).body?.cancel();
  }
  const proof = await prove(SECRET, {
    side: "session",
    address: fixture.address,
    nonce: first.nonce,
  });
  assertEquals(await fixture.answer(first.nonce, proof), 403, "it is forgotten");
  assertEquals(fixture.attached, []);
});

/** Holds a port and writes to each connection what a test wants. */
class HostileHolder implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly address = `127.0.0.1:${this.#listener.addr.port}`;
  /** The connections that the other side has not closed. */
  open = 0;
  bytesSent = 0;

  constructor(head: string, readonly byteLimit: number) {
    this.#run(new TextEncoder().encode(head));
  }

  async #run(head: Uint8Array): Promise<void> {
    for await (const connection of this.#listener) {
      this.open++;
      this.#flood(connection, head).catch(() => {}).finally(() => {
        this.open--;
        try {
          connection.close();
        } catch {
          // Its end was read.
        }
      });
    }
  }

  async #flood(connection: Deno.Conn, head: Uint8Array): Promise<void> {
    await connection.write(head);
    const junk = new Uint8Array(64 * 1024).fill(0x61);
    for (let sent = 0; sent < this.byteLimit;) {
      const length = await connection.write(junk);
      sent += length;
      this.bytesSent += length;
    }
    for await (const _ of connection.readable) {
      // Waits for the other side to close.
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

Deno.test("a session that meets a stranger reads 4 KiB of it and lets go of the connection [feed.limits] [port.taken]", async () => {
  const upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
    "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n";
  const heads = [
    upgrade,
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "look\n",
    "",
  ];
  for (const head of heads) {
    using holder = new HostileHolder(head, 60 * 1024 * 1024);
    const enter = () => {
      throw new Error("A stranger was shown the session");
    };
    const { address } = holder;
    assertEquals(await openFeed({ address, secret: SECRET, enter }), "stranger", head);
    await until("it has let go", () => holder.open === 0);
    // The rest waits in buffers of the system.
    assert(holder.bytesSent < 16 * 1024 * 1024, `${holder.bytesSent}`);
  }
});

Deno.test("a session waits 2 s at most for a proof [feed.limits]", async () => {
  using holder = new HostileHolder("HTTP/1.1 200 OK\r\nX: ", 0);
  const { address } = holder;
  const start = performance.now();
  assertEquals(await openFeed({ address, secret: SECRET, enter: () => 7 }), "silent");
  const elapsedMs = performance.now() - start;
  assert(elapsedMs > 1900 && elapsedMs < 3000, `${elapsedMs} ms`);
  await until("it has let go", () => holder.open === 0);
});

Deno.test("openFeed() finds a free port silent [port.taken]", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  assertEquals(await openFeed({ address, secret: SECRET, enter: () => 7 }), "silent");
});
