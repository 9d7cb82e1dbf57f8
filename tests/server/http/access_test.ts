import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Access } from "../../../lib/access/access_file.ts";
import { removeSender, rotateToken, setPolicy, setRights } from "../../../lib/access/changes.ts";
import { Allowlist } from "../../../lib/access/allowlist.ts";
import type { Outbound } from "../../../lib/event/outbound.ts";
import type { AccessOutcome } from "../../../server/access/store.ts";
import { until } from "../../_until.ts";
import { readText } from "../_event_stream.ts";
import { bearer, createToken } from "../_memory_access.ts";
import { DEV, Port, textOf } from "../_port.ts";

const NO_HEADERS = new Allowlist([]);

/** Says something, as a session does. */
function say(port: Port, outbound: Outbound, recipient: string | null = null): void {
  const about = { session: port.session.id, recipient, nowMs: Date.now() };
  port.memory.journal.outbound.insert(outbound, about);
}

function reply(text: string): Outbound {
  return { kind: "reply", chat_id: "1", text };
}

const PROMPT: Outbound = {
  kind: "prompt",
  request_id: "abcde",
  tool_name: "Bash",
  description: "d",
  input_preview: "{}",
  expires_at: 1,
};

async function listen(port: Port, headers: Record<string, string>, lastId?: number) {
  const last = lastId === undefined ? {} : { "last-event-id": String(lastId) };
  const response = await port.get("/events?format=json", { ...headers, ...last });
  assertEquals(response.status, 200);
  const listener = readText(response.body ?? "no body");
  assertEquals(await listener.next(), ": connected\n\n");
  return listener;
}

/** A body that tells what is done to it. */
function createBody() {
  const seen = { pulls: 0, isCanceled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      seen.pulls++;
      controller.enqueue(new TextEncoder().encode("yes abcde"));
      controller.close();
    },
    cancel() {
      seen.isCanceled = true;
    },
  }, { highWaterMark: 0 });
  return { body, seen };
}

Deno.test("a token speaks under the name of its sender, from then on until the sender is removed [access.token]", async () => {
  await using port = new Port({ allowlist: NO_HEADERS });
  port.attach();
  const [ci, other] = [await port.access.letIn("ci"), await port.access.letIn("other")];
  assertEquals(await textOf(await port.post("hello", bearer(ci))), [200, "ok"]);
  assertEquals(port.pushed[0]?.meta.sender, "ci");
  const { token: next, tokenSha256 } = await createToken();
  await port.access.update((a) => rotateToken(a, { id: "ci", tokenSha256 }));
  port.owner.sync(0);
  assertEquals((await port.post("hello", bearer(ci))).status, 401);
  assertEquals((await port.post("hello", bearer(next))).status, 200);
  await port.access.update((a) => removeSender(a, "ci"));
  port.owner.sync(0);
  assertEquals((await port.post("hello", bearer(next))).status, 401);
  assertEquals((await port.post("hello", bearer(other))).status, 200);
  assertEquals((await port.post("hello", DEV)).status, 403, "no header is trusted");
  assertEquals(port.pushed.length, 3);
});

/** A body of which half is there until it is told to go on. */
function createHalfBody(text: string) {
  const bytes = new TextEncoder().encode(text);
  const half = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes.subarray(0, 2)),
    async pull(controller) {
      half.resolve();
      await rest.promise;
      controller.enqueue(bytes.subarray(2));
      controller.close();
    },
  }, { highWaterMark: 0 });
  return { body, isHalfRead: half.promise, finish: rest.resolve };
}

/** Posts as a phone with both rights, whose access changes when half of each body is there. */
async function postAround(
  port: Port,
  posts: readonly (readonly [path: string, text: string])[],
  change: (access: Access) => AccessOutcome,
): Promise<Response[]> {
  const token = bearer(await port.access.letIn("phone", { rights: ["speak", "approve"] }));
  const halves = posts.map(([path, text]) => {
    const { body, ...half } = createHalfBody(text);
    return { ...half, answered: port.send("POST", path, token, body) };
  });
  await Promise.all(halves.map(({ isHalfRead }) => isHalfRead));
  await port.access.update(change);
  port.owner.sync(0);
  const answers: Response[] = [];
  for (const { answered, finish } of halves) {
    finish();
    answers.push(await answered);
  }
  return answers;
}

Deno.test("a sender that is removed, muted or shut out while its body comes has said nothing [access.token]", async () => {
  const changes: readonly [string, (access: Access) => AccessOutcome][] = [
    ["removed", (a) => removeSender(a, "phone")],
    ["muted", (a) => setRights(a, { id: "phone", rights: [] })],
    ["shut out", (a) => setPolicy(a, "disabled")],
  ];
  const posts: readonly [string, string][] = [
    ["/", "yes abcde"],
    ["/api/permissions/abcde", '{"behavior":"allow"}'],
    ["/", "do something nasty"],
  ];
  for (const [what, change] of changes) {
    await using port = new Port({ allowlist: NO_HEADERS });
    port.attach();
    port.ask();
    const answers = await postAround(port, posts, change);
    for (const answer of answers) assertEquals(await textOf(answer), [403, "forbidden"], what);
    assertEquals([port.verdicts(), port.pushed], [[], []], what);
  }
});

Deno.test("a sender of whom one right is taken while its body comes has the other one only [access.rights]", async () => {
  const posts: readonly [string, string][] = [
    ["/", "yes abcde"],
    ["/api/permissions/abcde", '{"behavior":"allow"}'],
    ["/", "hello"],
  ];
  for (
    const [left, statuses, verdicts, events] of [
      ["speak", [403, 403, 200], 0, 1],
      ["approve", [200, 409, 403], 1, 0],
    ] as const
  ) {
    await using port = new Port({ allowlist: NO_HEADERS });
    port.attach();
    port.ask();
    const change = (access: Access) => setRights(access, { id: "phone", rights: [left] });
    const answers = await postAround(port, posts, change);
    assertEquals(answers.map(({ status }) => status), [...statuses], left);
    assertEquals([port.verdicts().length, port.pushed.length], [verdicts, events], left);
  }
});

Deno.test("a refused request is dropped with its body, which is not read [http.drop-body]", async () => {
  const { token: unknown } = await createToken();
  await using port = new Port({ rateLimitPerMinute: 3, maxStreams: 0 });
  const speaker = await port.access.letIn("speaker");
  const cases: [string, string, Record<string, string>, number][] = [
    ["POST", "/", { host: "evil.example" }, 403],
    ["POST", "/", { ...DEV, origin: "https://evil.example" }, 429],
    ["PUT", "/", DEV, 405],
    ["POST", "/events", DEV, 405],
    ["POST", "/api/sessions", DEV, 405],
    ["POST", "/api/permissions/abcde", bearer(speaker), 403],
    ["POST", "/", bearer(speaker), 429],
    ["POST", "/", bearer(unknown), 401],
    ["POST", "/", {}, 429],
    ["POST", "/pair", {}, 429],
    ["POST", "/session", {}, 429],
    ["POST", "/", { ...DEV, "content-length": "1048577" }, 413],
  ];
  for (const [method, target, headers, status] of cases) {
    const { body, seen } = createBody();
    const response = await port.send(method, target, headers, body);
    const what = `${method} ${target} ${JSON.stringify(headers)}`;
    assertEquals(response.status, status, what);
    assertEquals(seen, { pulls: 0, isCanceled: true }, what);
  }
  await using open = new Port();
  const { body, seen } = createBody();
  assertEquals((await open.send("POST", "/", DEV, body)).status, 409);
  assertEquals(seen, { pulls: 1, isCanceled: false });
  const large = createBody();
  const headers = { ...DEV, "content-length": "1048577" };
  assertEquals((await open.send("POST", "/", headers, large.body)).status, 413);
  assertEquals(large.seen, { pulls: 0, isCanceled: true });
});

Deno.test("no sender gets in anywhere while the policy is disabled [access.policy] or the file cannot be used [access.unusable]", async () => {
  for (const isPolicy of [true, false]) {
    await using port = new Port();
    port.attach();
    const token = bearer(await port.access.letIn("phone", { rights: ["speak", "approve"] }));
    port.ask();
    say(port, reply("secret"));
    if (isPolicy) await port.access.update((a) => setPolicy(a, "disabled"));
    else port.access.fault = "the secret path";
    port.owner.sync(0);
    for (const headers of [token, DEV, {}]) {
      const replay = { ...headers, "last-event-id": "0" };
      const answers = [
        await textOf(await port.post("hello", headers)),
        await textOf(await port.post("yes abcde", headers)),
        await textOf(await port.post("behavior=allow", headers, "/api/permissions/abcde")),
        await textOf(await port.get("/events", replay)),
        await textOf(await port.get("/session", headers)),
        await textOf(await port.get("/api/sessions", headers)),
        await textOf(await port.get("/api/permissions", headers)),
      ];
      for (const answer of answers) assertEquals(answer, [403, "forbidden"]);
    }
    assertEquals([port.pushed, port.verdicts()], [[], []]);
    assertEquals((await port.get("/healthz", {})).status, 200);
    const detail = isPolicy ? "the policy is disabled" : "the access file cannot be used";
    assertEquals(port.audit().map((row) => `${row.actor} ${row.detail}`), [`127.0.0.1 ${detail}`]);
  }
});

Deno.test("a sender posts so often and no more, and the answer says when again [access.limits]", async () => {
  await using port = new Port({ rateLimitPerMinute: 6 });
  port.attach();
  const token = bearer(await port.access.letIn("phone"));
  for (const [headers, actor] of [[token, "phone"], [DEV, "dev"]] as const) {
    for (let i = 0; i < 2; i++) assertEquals((await port.post("hi", headers)).status, 200);
    const refusal = await port.post("hi", headers);
    assertEquals([refusal.status, refusal.headers.get("retry-after")], [429, "10"]);
    assertEquals(
      (await port.get("/api/sessions", headers)).status,
      200,
      "a sender that only asks may",
    );
    const expected = { action: "rate-limit", actor, subject: "", detail: "posts", times: 1 };
    assertEquals(port.audit().at(-1), expected);
  }
  assertEquals(port.pushed.length, 4);
});

Deno.test("GET /events shows each sender its own, live and when it resumes [stream.audience]", async () => {
  await using port = new Port({ allowlist: NO_HEADERS });
  port.attach();
  const ci = bearer(await port.access.letIn("ci"));
  const ops = bearer(await port.access.letIn("ops", { rights: ["approve"] }));
  const all = bearer(await port.access.letIn("all", { chats: "all" }));
  const live = [await listen(port, ci), await listen(port, ops), await listen(port, all)];
  say(port, reply("for ci"), "ci");
  say(port, PROMPT);
  say(port, reply("for ops"), "ops");
  for (const id of ["ci", "ops", "all"]) say(port, reply("end"), id);
  port.owner.sync(port.session.id);
  const resumed = [
    await listen(port, ci, 0),
    await listen(port, ops, 0),
    await listen(port, all, 0),
  ];
  const ids = port.memory.journal.outbound.after(0, 9).map(({ id }) => id);
  const expected = [[1, 4], [2, 3, 5], [1, 3, 4, 5, 6]];
  for (const listeners of [live, resumed]) {
    for (const [index, listener] of listeners.entries()) {
      for (const place of expected[index] ?? []) {
        assertStringIncludes(await listener.next() ?? "", `\nid:${ids[place - 1]}\n`);
      }
      await listener.cancel();
    }
  }
});

Deno.test("GET /events ends within a moment when the sender is removed, or may do nothing any more [stream.revoked]", async () => {
  await using port = new Port();
  port.attach();
  const gone = bearer(await port.access.letIn("gone"));
  const muted = bearer(await port.access.letIn("muted"));
  const [ofGone, ofMuted, ofNone] = [
    await listen(port, gone),
    await listen(port, muted),
    await listen(port, {}),
  ];
  await port.access.update((a) => removeSender(a, "gone"));
  assertEquals(await ofGone.next(), undefined, "though no process has told");
  await port.access.update((a) => setRights(a, { id: "muted", rights: [] }));
  port.owner.sync(0);
  assertEquals(await ofMuted.next(), undefined);
  say(port, reply("still here"));
  port.owner.sync(port.session.id);
  assertStringIncludes(await ofNone.next() ?? "", "still here");
  port.access.fault = "broken";
  port.owner.sync(0);
  assertEquals(await ofNone.next(), undefined, "nor does a listener without a name stay");
});

Deno.test("GET /events refuses a ninth stream of a sender, and of no other [sse.stream-limit]", async () => {
  await using port = new Port({ allowlist: NO_HEADERS });
  const [ci, ops] = [bearer(await port.access.letIn("ci")), bearer(await port.access.letIn("ops"))];
  const streams = [];
  for (let i = 0; i < 8; i++) streams.push(await listen(port, ci));
  const refusal = await port.get("/events", ci);
  assertEquals([refusal.status, refusal.headers.get("retry-after")], [429, "5"]);
  assertEquals(await refusal.text(), "too many streams of this sender");
  await (await listen(port, ops)).cancel();
  await streams[0]?.cancel();
  await until("one has left", async () => {
    const response = await port.get("/events", ci);
    await response.body?.cancel();
    return response.status === 200;
  });
  for (const stream of streams) await stream.cancel();
});

Deno.test("the audit has the sender, the count and the origin of each action, and no content [audit.rows]", async () => {
  await using port = new Port({ allowlist: NO_HEADERS });
  port.attach();
  port.peer = { address: "192.0.2.1" };
  const token = await port.access.letIn("ops", { rights: ["speak", "approve"] });
  port.ask();
  for (let i = 0; i < 3; i++) await port.post("secret", bearer(token));
  await port.post("yes abcde", bearer(token));
  for (let i = 0; i < 5; i++) await port.post("secret", {});
  for (let i = 0; i < 3; i++) await port.post("secret", bearer(`${token}x`));
  await port.owner.stop();
  const stranger = { actor: "192.0.2.1", subject: "", action: "refuse" };
  const sender = { actor: "ops", times: 1 };
  const from = "token from 192.0.2.1";
  assertEquals(port.audit(), [
    { ...sender, action: "allow", subject: "post", detail: from },
    { ...sender, action: "verdict", subject: "abcde", detail: `allow, ${from}` },
    { ...stranger, detail: "no credentials", times: 1 },
    { ...stranger, detail: "wrong token", times: 1 },
    { ...stranger, detail: "no credentials", times: 4 },
    { ...stranger, detail: "wrong token", times: 2 },
  ]);
  assert(port.access.access.senders[0]?.last_used_at, "and that the sender was there");
});

Deno.test("HttpApp lets a browser listen that has cookies of other servers on this machine [access.header]", async () => {
  await using port = new Port();
  const response = await port.get("/events", { cookie: "theme=dark" });
  await response.body?.cancel();
  assertEquals(response.status, 200);
  assertEquals((await port.get("/events", { "x-sender": "stranger" })).status, 403);
});
