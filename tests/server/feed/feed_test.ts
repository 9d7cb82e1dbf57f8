import { assert, assertEquals } from "@std/assert";
import type { SessionLink } from "../../../server/event/types.ts";
import { openFeed } from "../../../server/feed/client.ts";
import { createNonce, prove } from "../../../server/feed/proof.ts";
import { FeedServer } from "../../../server/feed/server.ts";
import { until } from "../../_until.ts";

const SECRET = createNonce();

function createFixture() {
  const attached: SessionLink[] = [];
  const detached: SessionLink[] = [];
  const synced: number[] = [];
  const lost = { count: 0 };
  const feeds = new FeedServer({
    secret: () => SECRET,
    attach(link) {
      if (link.sessionId === 404) throw new RangeError("There is no session 404");
      attached.push(link);
    },
    detach: (link) => void detached.push(link),
    lose: () => void lost.count++,
    sync: (sessionId) => void synced.push(sessionId),
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { searchParams } = new URL(request.url);
    return feeds.accept(request, searchParams.get("nonce") ?? undefined);
  });
  const address = `127.0.0.1:${server.addr.port}`;
  return {
    feeds,
    attached,
    detached,
    synced,
    lost,
    address,
    open: (session: number, onNews = () => {}, secret = SECRET) =>
      openFeed({ address, secret, enter: () => session, onNews }),
    async [Symbol.asyncDispose]() {
      feeds.close();
      await server.shutdown();
    },
  };
}

Deno.test("a feed lasts as long as both sides, and wakes either [feed.wake]", async () => {
  await using fixture = createFixture();
  let news = 0;
  const feed = await fixture.open(7, () => news++);
  assert(feed !== undefined);
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

  const second = await fixture.open(8);
  fixture.feeds.close();
  await second?.ended;
});

Deno.test("a feed tells a verdict apart from other news, where the session knows it [feed.wake]", async () => {
  await using fixture = createFixture();
  const heard: string[] = [];
  const feed = await openFeed({
    address: fixture.address,
    secret: SECRET,
    enter: () => 7,
    onNews: () => heard.push("news"),
    onVerdict: () => heard.push("verdict"),
  });
  fixture.attached[0]?.syncVerdicts();
  fixture.attached[0]?.sync();
  await until("it has heard all", () => heard.length === 3);
  assertEquals(heard, ["news", "verdict", "news"]);
  feed?.close();
  await feed?.ended;
});

Deno.test("the owner tells a session of an earlier version of a verdict as of other news [feed.wake]", async () => {
  await using fixture = createFixture();
  const { socket, closed, answer } = await challenge(fixture.address);
  const heard: string[] = [];
  socket.onmessage = ({ data }) => heard.push(data);
  socket.send(JSON.stringify(answer));
  await until("it has begun", () => heard.length === 1);
  fixture.attached[0]?.syncVerdicts();
  await until("it hears of the verdict", () => heard.length === 2);
  assertEquals(heard, ["look", "look"]);
  socket.close();
  await closed;
});

Deno.test("a feed without a session only says that there is news", async () => {
  await using fixture = createFixture();
  const feed = await fixture.open(0);
  feed?.notify();
  await until("the owner syncs", () => fixture.synced.includes(0));
  feed?.close();
  await feed?.ended;
  assertEquals([fixture.attached, fixture.detached], [[], []]);
});

Deno.test("a feed begins only where both sides know the secret [feed.proof]", async () => {
  await using fixture = createFixture();
  assertEquals(await fixture.open(7, () => {}, createNonce()), undefined);
  assertEquals(fixture.attached, []);
});

Deno.test("the owner lets in only sessions that prove to know the secret [feed.proof]", async () => {
  await using fixture = createFixture();
  const nonce = createNonce();
  const answers = [
    "look",
    "{}",
    JSON.stringify({ proof: "0".repeat(64), session: 7 }),
    // The proof of the owner is no proof of the session.
    "echo",
    // Nor is a proof for another nonce.
    JSON.stringify({ proof: await prove(SECRET, "session", nonce), session: 7 }),
  ];
  for (const text of answers) {
    const socket = new WebSocket(`ws://${fixture.address}/?nonce=${nonce}`);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.onmessage = ({ data }) => {
      const { proof } = JSON.parse(data);
      socket.send(text === "echo" ? JSON.stringify({ proof, session: 7 }) : text);
    };
    await closed;
  }
  assertEquals([fixture.attached, fixture.synced], [[], []]);
  await until("each feed is known to be lost", () => fixture.lost.count === answers.length);
});

Deno.test("a feed of a session that the owner does not know does not begin", async () => {
  await using fixture = createFixture();
  assertEquals(await fixture.open(404), undefined);
  assertEquals(fixture.detached, []);
});

/** Opens a feed by hand, and waits for the challenge. */
async function challenge(address: string) {
  const socket = new WebSocket(`ws://${address}/?nonce=${createNonce()}`);
  const closed = new Promise<void>((resolve) => socket.onclose = () => resolve());
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.onmessage = ({ data }) => resolve(data);
  const { nonce } = JSON.parse(await promise);
  return { socket, closed, answer: { proof: await prove(SECRET, "session", nonce), session: 7 } };
}

Deno.test("the owner takes no long answer, and no bytes, of an unproven session [feed.limits]", async () => {
  await using fixture = createFixture();
  const long = await challenge(fixture.address);
  long.socket.send(JSON.stringify({ ...long.answer, text: "x".repeat(5000) }));
  const bytes = await challenge(fixture.address);
  bytes.socket.send(new TextEncoder().encode(JSON.stringify(bytes.answer)));
  await Promise.all([long.closed, bytes.closed]);
  assertEquals(fixture.attached, []);
});

/** A socket of the owner's side, of which it is certain what comes before a proof is checked. */
class FakeSocket extends EventTarget {
  readyState: number = WebSocket.OPEN;
  readonly sent: string[] = [];
  onopen = () => {};
  onclose = () => {};
  onmessage: (event: { readonly data: string }) => void = () => {};

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    if (this.readyState === WebSocket.OPEN) setTimeout(() => this.onclose());
    this.readyState = WebSocket.CLOSING;
  }
}

Deno.test("the owner takes one answer of an unproven session [feed.limits]", async () => {
  for (const times of [1, 2]) {
    await using fixture = createFixture();
    const { attached, feeds, synced } = fixture;
    const socket = new FakeSocket();
    const { upgradeWebSocket } = Deno;
    Deno.upgradeWebSocket = () =>
      ({ socket, response: new Response() }) as unknown as Deno.WebSocketUpgrade;
    try {
      feeds.accept(new Request("http://localhost/feed"), createNonce());
    } finally {
      Deno.upgradeWebSocket = upgradeWebSocket;
    }
    socket.onopen();
    await until("the owner has greeted", () => socket.sent.length === 1);
    const { nonce } = JSON.parse(socket.sent[0] ?? "");
    const data = JSON.stringify({ proof: await prove(SECRET, "session", nonce), session: 7 });
    for (let i = 0; i < times; i++) socket.onmessage({ data });
    const isEnded = () => socket.readyState === WebSocket.CLOSING;
    await until("it begins or ends", () => attached.length > 0 || isEnded());
    // Takes as long as a proof that is under way.
    await prove(SECRET, "session", nonce);
    const expected = times === 1 ? [1, 1, false] : [0, 0, true];
    assertEquals([attached.length, synced.length, isEnded()], expected);
    socket.close();
    await until("the owner knows", () => fixture.lost.count + fixture.detached.length === 1);
  }
});

Deno.test("the owner ends the oldest of too many that are not proven, and no feed [feed.limits]", async () => {
  await using fixture = createFixture();
  const feed = await fixture.open(7);
  const waiting = [];
  for (let i = 0; i < 32; i++) waiting.push(await challenge(fixture.address));
  const late = await fixture.open(8);
  await waiting[0]?.closed;
  assert(feed !== undefined && late !== undefined);
  assertEquals(fixture.detached, []);
  const states = waiting.slice(1).map(({ socket }) => socket.readyState);
  assertEquals(states, states.map(() => WebSocket.OPEN));
  fixture.feeds.close();
  await Promise.all([feed.ended, late.ended, ...waiting.map(({ closed }) => closed)]);
});

Deno.test("a request for a feed that is none gets 400 [attack.refused]", async () => {
  await using fixture = createFixture();
  const nonce = createNonce();
  const cases: [string, string[]][] = [
    ["/", []],
    ["/?nonce=1", []],
    [`/?nonce=${nonce}`, []],
    ["/?nonce=1", ["Upgrade: websocket", "Connection: Upgrade"]],
    [`/?nonce=${nonce}`, ["Upgrade: websocket"]],
    [`/?nonce=${nonce}`, ["Upgrade: websocket", "Connection: Upgrade"]],
    [`/?nonce=${nonce}`, ["Upgrade: h2c", "Connection: Upgrade"]],
  ];
  for (const [target, headers] of cases) {
    const [hostname = "", port] = fixture.address.split(":");
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const head = [`GET ${target} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n");
    await connection.write(new TextEncoder().encode(head));
    const buffer = new Uint8Array(1024);
    const length = await connection.read(buffer) ?? 0;
    const text = new TextDecoder().decode(buffer.subarray(0, length));
    assertEquals(text.split("\r\n")[0], "HTTP/1.1 400 Bad Request", head);
  }
});

Deno.test("openFeed() gives up on a stranger that has the port [port.taken]", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      if (request.headers.get("upgrade") !== "websocket") return new Response("hi");
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send("look");
      return response;
    },
  );
  const address = `127.0.0.1:${server.addr.port}`;
  const options = {
    address,
    secret: SECRET,
    enter: () => 7,
    onNews: () => assert(false, "no news"),
  };
  assertEquals(await openFeed(options), undefined);
  await server.shutdown();
  assertEquals(await openFeed(options), undefined, "the port is free");
});
