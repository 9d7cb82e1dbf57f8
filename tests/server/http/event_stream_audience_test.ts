import { assert, assertEquals } from "@std/assert";
import type { Audience } from "../../../lib/event/outbound.ts";
import { until } from "../../_until.ts";
import { createFixture, LISTENER, type readText } from "../_event_stream.ts";

const PROMPT = {
  kind: "prompt",
  request_id: "abcde",
  tool_name: "Bash",
  description: "d",
  input_preview: "{}",
  expires_at: 1,
} as const;

/** Says one thing of each kind to two senders and without a recipient, then one for all. */
function sayAll({ add, events }: ReturnType<typeof createFixture>): void {
  const reply = (text: string) => ({ kind: "reply", chat_id: "1", text }) as const;
  const [seen, id] = ["seen" as const, "abcde"];
  add(reply("for ci"), "ci");
  add(reply("for ops"), "ops");
  add(reply("without a recipient"));
  add({ kind: "status", event_id: "evt_1", state: seen }, "ci");
  add({ kind: "status", event_id: "evt_2", state: seen }, "ops");
  add(PROMPT);
  add({ kind: "verdict", request_id: id, behavior: "allow", sender: "ops" }, "ci");
  add({ kind: "status", request_id: id, state: "answered elsewhere" });
  for (const end of ["ci", "ops", "all"]) add(reply("end"), end);
  events.pump();
}

/** The numbers of {@linkcode sayAll} that each of these sees. */
const AUDIENCES: readonly (readonly [Audience, readonly number[]])[] = [
  [{ id: "ci", chats: "own", approves: false }, [1, 4, 9]],
  [{ id: "ops", chats: "own", approves: true }, [2, 5, 6, 7, 8, 10]],
  [{ id: "all", chats: "all", approves: false }, [1, 2, 3, 4, 5, 9, 10, 11]],
  [{ id: "all", chats: "all", approves: true }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
];

/** Reads the expected messages. */
async function assertNumbers(
  listener: ReturnType<typeof readText>,
  numbers: readonly number[],
  what: string,
): Promise<void> {
  assertEquals(await listener.next(), ": connected\n\n");
  for (const number of numbers) {
    const [, id] = /\nid:(\d+)\n/.exec(await listener.next() ?? "") ?? [];
    assertEquals(Number(id), number, what);
  }
}

Deno.test("EventStream shows replies to their sender and prompts to approvers, as they are said [stream.audience]", async () => {
  const fixture = createFixture();
  const listeners = AUDIENCES.map(([caller]) => fixture.listen("json", undefined, caller));
  sayAll(fixture);
  for (const [index, [caller, numbers]] of AUDIENCES.entries()) {
    const listener = listeners[index];
    assert(listener);
    await assertNumbers(listener, numbers, JSON.stringify(caller));
  }
  await fixture.events.close();
  for (const listener of listeners) assertEquals(await listener.next(), undefined);
});

Deno.test("EventStream shows a listener that resumes no more than before [stream.audience] [sse.resume]", async () => {
  const fixture = createFixture();
  sayAll(fixture);
  for (const after of [0, 1, 5, 8, 11]) {
    for (const [caller, numbers] of AUDIENCES) {
      const listener = fixture.listen("json", after, caller);
      const left = numbers.filter((number) => number > after);
      await assertNumbers(listener, left, `${JSON.stringify(caller)} after ${after}`);
      await listener.cancel();
    }
  }
  await until("no listener is left", () => fixture.events.size === 0);
  await fixture.events.close();
});

Deno.test("EventStream skips pages of what is said to others, and goes on with what is new [stream.audience]", async () => {
  const fixture = createFixture();
  for (let i = 0; i < 350; i++) fixture.add({ kind: "reply", chat_id: "1", text: "x" }, "ops");
  const [caller] = AUDIENCES[0] ?? [LISTENER];
  const listener = fixture.listen("plain", 0, caller);
  assertEquals(await listener.next(), ": connected\n\n");
  const next = listener.next();
  fixture.add({ kind: "reply", chat_id: "1", text: "at last" }, "ci");
  fixture.events.pump();
  assertEquals(await next, "data: Reply to 1: at last\n\n");
  await fixture.events.close();
});

Deno.test("EventStream.review() ends the streams of listeners that may no longer listen, and no other [stream.revoked]", async () => {
  const allowed = new Set(["ci", "ops"]);
  const fixture = createFixture({
    reviewMs: 1e9,
    review: (caller) => allowed.has(caller.id) ? caller : undefined,
  });
  const [ci, ops] = ["ci", "ops"].map((id) => {
    return fixture.listen("plain", undefined, { ...LISTENER, id });
  });
  assert(ci && ops);
  for (const listener of [ci, ops]) await listener.next();
  fixture.events.review();
  assertEquals(fixture.events.size, 2);
  allowed.delete("ci");
  fixture.events.review();
  assertEquals([fixture.events.size, await ci.next()], [1, undefined]);
  fixture.say("secret");
  assertEquals(await ops.next(), "data: Reply to 1: secret\n\n");
  await fixture.events.close();
});

Deno.test("EventStream.review() also ends a stream that still reads what it has missed [stream.revoked]", async () => {
  let isAllowed = true;
  const fixture = createFixture({
    maxQueuedBytes: 100,
    reviewMs: 1e9,
    review: (caller) => isAllowed ? caller : undefined,
  });
  for (let i = 0; i < 500; i++) fixture.addReply("x".repeat(200));
  const listener = fixture.listen("plain", 0);
  await listener.next();
  await listener.next();
  isAllowed = false;
  fixture.events.review();
  let count = 0;
  while (await listener.next() !== undefined) count++;
  assert(count < 200, `${count} more were sent`);
  await fixture.events.close();
});

Deno.test("EventStream.review() lets other rights count for what is said from then on [stream.revoked]", async () => {
  let caller: Audience = { id: "ops", chats: "own", approves: true };
  const fixture = createFixture({ reviewMs: 1e9, review: () => caller });
  const listener = fixture.listen("json", undefined, caller);
  fixture.add(PROMPT);
  fixture.events.pump();
  await listener.next();
  assert((await listener.next())?.startsWith("event:prompt\n"));
  caller = { ...caller, approves: false, chats: "all" };
  fixture.events.review();
  fixture.add(PROMPT);
  fixture.say("hi");
  assert((await listener.next())?.startsWith("event:reply\n"));
  await fixture.events.close();
});

Deno.test("EventStream reviews its listeners again and again, and rests without one [stream.revoked]", async () => {
  let looks = 0;
  const fixture = createFixture({
    reviewMs: 1,
    review: (caller) => ++looks < 5 ? caller : undefined,
  });
  const listener = fixture.listen();
  await listener.next();
  assertEquals(await listener.next(), undefined);
  assertEquals([looks, fixture.events.size], [5, 0]);
  await fixture.events.close();
});

Deno.test("EventStream takes no more streams of one sender than allowed [sse.stream-limit]", async () => {
  const fixture = createFixture();
  const { events } = fixture;
  const caller = { ...LISTENER, id: "ci" };
  const listeners = Array.from({ length: 8 }, () => fixture.listen("plain", undefined, caller));
  const refused = "too many streams of this sender";
  assertEquals(events.listen({ caller, format: "plain" }), refused);
  const other = fixture.listen("plain", undefined, { ...caller, id: "ops" });
  await listeners[3]?.cancel();
  await until("seven are left", () => events.size === 8);
  await fixture.listen("plain", undefined, caller).cancel();
  await other.cancel();
  await events.close();
});
