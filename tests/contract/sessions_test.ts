import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { until } from "../_until.ts";
import { createScratch, serverCommand, Session } from "./_session.ts";

/** Two sessions of one state folder on one port; the first one holds it. */
async function startTwo() {
  const stateDir = createScratch();
  const first = await Session.start({ stateDir });
  const second = await Session.start({ stateDir, port: first.port, withoutPort: true });
  await until("the second follows", () => second.stderr.includes("Sharing"));
  return {
    stateDir,
    first,
    second,
    async [Symbol.asyncDispose]() {
      await second[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
    },
  };
}

async function callTool(session: Session, name: string, args: Record<string, unknown>) {
  const { content } = await session.client.callTool({ name, arguments: args });
  return (content as { text: string }[])[0]?.text ?? "";
}

async function getJson(url: string, path: string) {
  const response = await fetch(url + path, { headers: { "x-sender": "dev" } });
  return await response.json();
}

/** Listens to the stream; what it has said so far is in `text`. */
async function listen(url: string, path: string, headers: HeadersInit = {}) {
  const abort = new AbortController();
  const response = await fetch(url + path, { headers, signal: abort.signal });
  const output = { text: "" };
  const ended = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      output.text += chunk;
    }
  })().catch(() => {});
  return { output, stop: () => (abort.abort(), ended) };
}

/** The ids of sessions, the owner of the port first, as `?session=` takes them. */
async function namesOf(url: string): Promise<string[]> {
  const sessions: { session: string }[] = await getJson(url, "/api/sessions");
  return sessions.map(({ session }) => session);
}

Deno.test("sessions share the port: each gets the events that name it, and no others [owner.routes]", async () => {
  await using two = await startTwo();
  const { first, second } = two;
  const [one = "", other = ""] = await namesOf(first.url);
  for (const [name, session] of [[one, first], [other, second]] as const) {
    for (let i = 0; i < 3; i++) {
      const answer = await first.post(`to ${name} ${i}`, { path: `/?session=${name}` });
      assertEquals([answer.status, answer.text], [200, "ok"]);
    }
    for (let i = 0; i < 3; i++) {
      assertStringIncludes(String((await session.take()).params.content), `to ${name} ${i}\n`);
    }
  }
  const [{ project }] = await getJson(first.url, "/api/sessions");
  const ambiguous = await first.post("hi", {
    path: `/?session=${encodeURIComponent(project)}`,
  });
  assert(ambiguous.status === 409 && ambiguous.text.includes(other.slice(0, 8)), ambiguous.text);
  assertEquals([first.notifications, second.notifications], [[], []]);
});

Deno.test("replies, prompts and verdicts cross processes; a verdict reaches the session that asked [owner.verdict]", async () => {
  await using two = await startTwo();
  const { first, second } = two;
  const stream = await listen(first.url, "/events");
  await second.ask("abcde");
  await until("the prompt is on the stream", () => stream.output.text.includes("no abcde"));
  assertEquals((await first.post("yes abcde")).text, "verdict recorded");
  const { method, params } = await second.take();
  assertEquals(method, "notifications/claude/channel/permission");
  assertEquals(params, { request_id: "abcde", behavior: "allow" });
  assertEquals((await first.post("no abcde")).status, 409);
  await second.reply("chat_1", "from the second");
  await until("the reply is on the stream", () => stream.output.text.includes("from the second"));
  assertEquals(first.notifications, []);

  await second.ask("fghij");
  await until("the prompt is on the stream", () => stream.output.text.includes("no fghij"));
  await second[Symbol.asyncDispose]();
  await until("the session has ended", async () => (await namesOf(first.url)).length === 1);
  const late = await first.post("yes fghij");
  assertEquals(late.status, 409);
  assertStringIncludes(late.text, "answered elsewhere");
  await stream.stop();
});

Deno.test("when a corrupt journal is replaced, sessions enter the new one and get what is their own [journal.corrupt] [owner.verdict]", async () => {
  await using two = await startTwo();
  const { stateDir, first, second } = two;
  const { port } = first;
  const [, name = ""] = await namesOf(first.url);
  for (const ending of ["", "-wal"]) {
    using file = Deno.openSync(`${stateDir}/journal.db${ending}`, { write: true });
    file.writeSync(new Uint8Array(400_000).fill(0x5a));
  }
  await until("another journal begins", async () => {
    await first.post("hi");
    return first.stderr.includes("a new one begins");
  });
  await until("both are back", async () => (await namesOf(first.url)).length === 2);
  await using third = await Session.start({ stateDir, port, withoutPort: true });
  await until("the third is there", async () => (await namesOf(first.url)).length === 3);

  const stream = await listen(first.url, "/events");
  assertEquals((await first.post("for the second", { path: `/?session=${name}` })).text, "ok");
  await second.ask("abcde");
  await until("the prompt is on the stream", () => stream.output.text.includes("no abcde"));
  assertEquals((await first.post("yes abcde")).text, "verdict recorded");
  const told = ({ notifications }: Session) =>
    notifications.filter(({ method, params }) =>
      method.endsWith("/permission") || String(params.content).includes("for the second\n")
    ).length;
  await until("the second is told both", () => told(second) === 2);
  assertEquals([told(first), told(third)], [0, 0]);
  await stream.stop();
});

Deno.test("an event's state is told truly to its sender, to Claude and on the stream [event.states] [status.event] [sse.resume]", async () => {
  const stateDir = createScratch();
  await using session = await Session.start({ stateDir });
  const early = await listen(session.url, "/events?format=json");
  const { headers } = await session.post("build failed");
  const eventId = headers.get("x-event-id") ?? "";
  const chatId = eventId.replace("evt", "chat");
  await session.take();
  const state = async () => (await getJson(session.url, `/api/events/${eventId}`)).state;
  assertEquals(await state(), "pushed");
  assertStringIncludes(await callTool(session, "inbox", {}), "1 open event, newest first");
  assertEquals(await state(), "pushed", "listing marks nothing");
  const text = await callTool(session, "read_event", { event_id: eventId });
  assertStringIncludes(text, "build failed");
  assertEquals(await state(), "seen");
  assertEquals(await callTool(session, "reply", { chat_id: chatId, text: "fixed" }), "sent");
  const status = await getJson(session.url, `/api/events/${eventId}`);
  assertEquals([status.state, status.attempts], ["answered", 1]);
  assert(status.stored_at <= status.pushed_at && status.pushed_at <= status.seen_at);
  assert(status.seen_at <= status.answered_at);

  const heard = ({ output }: typeof early) => output.text.match(/^(?:event|id):.*$/gm) ?? [];
  await until("all is on the stream", () => heard(early).length === 6);
  const kinds = heard(early).filter((line) => line.startsWith("event:"));
  assertEquals(kinds, ["event:status", "event:reply", "event:status"]);
  const [first = ""] = heard(early).filter((line) => line.startsWith("id:"));
  const late = await listen(session.url, "/events?format=json", {
    "last-event-id": first.replace("id:", ""),
  });
  await until("it has caught up", () => heard(late).length === 4);
  assertEquals(heard(late), heard(early).slice(2));
  await early.stop();
  await late.stop();
});

Deno.test("what came while no session was open, and what one left unseen, is offered to the next [offer.stored] [offer.again] [gateway.stored]", async () => {
  const stateDir = createScratch();
  await using gateway = await Gateway.start(stateDir);
  const { port, url } = gateway;
  const post = (body: string) =>
    fetch(url, { method: "POST", body, headers: { "x-sender": "dev" } });
  const stored = await post("while no session was open");
  assertEquals([stored.status, await stored.text()], [202, "stored"]);

  const first = await Session.start({ stateDir, port, withoutPort: true });
  assertStringIncludes(String((await first.take()).params.content), "while no session was open\n");
  assertEquals(await (await post("and now")).text(), "ok");
  assertStringIncludes(String((await first.take()).params.content), "and now\n");
  await first[Symbol.asyncDispose]();
  await until("it has left", async () => (await namesOf(url)).length === 0);

  const second = await Session.start({ stateDir, port, withoutPort: true });
  for (const content of ["while no session was open", "and now"]) {
    const { params } = await second.take();
    assertStringIncludes(String(params.content), `${content}\n`);
    assertEquals((params.meta as Record<string, string>).attempt, "2");
    const { event_id } = params.meta as Record<string, string>;
    await callTool(second, "ack", { event_ids: [event_id] });
  }
  for (let i = 0; i < 5; i++) await (await post(`unseen ${i}`)).body?.cancel();
  for (let i = 0; i < 5; i++) await second.take();
  await second[Symbol.asyncDispose]();
  await until("it has left", async () => (await namesOf(url)).length === 0);

  const third = await Session.start({ stateDir, port, withoutPort: true });
  const { params } = await third.take();
  assertEquals(params.meta, { digest: "5" });
  assertStringIncludes(String(params.content), "unseen 0");
  const inbox = await callTool(third, "inbox", {});
  assertStringIncludes(inbox, "5 events unanswered: evt_");
  assertEquals(third.notifications, []);
  await third[Symbol.asyncDispose]();
});

Deno.test("a gateway leaves when it is asked to, and a session takes the port over [gateway.leaves]", async () => {
  const stateDir = createScratch();
  await using gateway = await Gateway.start(stateDir);
  const { port } = gateway;
  await using session = await Session.start({ stateDir, port, withoutPort: true });
  await until("it follows", () => session.stderr.includes("Sharing"));
  gateway.child.kill("SIGTERM");
  assertEquals((await gateway.child.status).code, 0);
  await until("the session listens", () => session.stderr.includes("Listening on"));
  assertEquals((await session.post("hello")).text, "ok");
  await session.take();
});

/** A gateway as a real process. */
class Gateway implements AsyncDisposable {
  private constructor(
    readonly child: Deno.ChildProcess,
    readonly port: number,
  ) {}

  static async start(stateDir: string): Promise<Gateway> {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const [program, ...args] = serverCommand(port, { stateDir, command: "gateway" });
    const options = { args, stdin: "null", stdout: "null", stderr: "null" } as const;
    const gateway = new Gateway(new Deno.Command(program, options).spawn(), port);
    const isServing = () =>
      fetch(`${gateway.url}/healthz`).then(async (response) => {
        await response.body?.cancel();
        return true;
      }, () => false);
    await until("the gateway serves", isServing);
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGTERM");
    } catch {
      // It has left already.
    }
    await this.child.status;
  }
}
