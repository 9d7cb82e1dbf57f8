/**
 * Attacks by senders who were let in, on what is not theirs: verdicts, replies and events.
 *
 * @module
 */

import { assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import { until } from "../_until.ts";
import {
  assertQuiet,
  countEvents,
  exchange,
  formatRequest,
  HOST,
  letIn,
  SPEAKING,
  toBytes,
} from "./_attack.ts";
import { createScratch, Session } from "./_session.ts";

/** A session with an approver and two speakers, and a way to send as one of them. */
async function openSession(flags: readonly string[] = []) {
  const stateDir = createScratch();
  const tokens = {
    boss: await letIn(stateDir, "boss", { rights: ["speak", "approve"] }),
    alice: await letIn(stateDir, "alice"),
    eve: await letIn(stateDir, "eve"),
  };
  const session = await Session.start({ stateDir, args: [...SPEAKING, ...flags] });
  const send = (as: keyof typeof tokens, line = "POST /", body = "") => {
    const headers = [HOST, `Authorization: Bearer ${tokens[as]}`];
    return exchange(session.port, toBytes(formatRequest({ line, headers, body })));
  };
  const askFor = async (requestId: string) => {
    await session.ask(requestId);
    await until("it is asked", async () => {
      return (await send("boss", "GET /api/permissions")).text.includes(`"${requestId}"`);
    });
  };
  return { stateDir, tokens, session, send, askFor };
}

const ALLOW = '{"behavior":"allow"}';

Deno.test("only an approver gives a verdict, once, on a request that is open [attack.refused]", async () => {
  const { stateDir, tokens, session, send, askFor } = await openSession();
  await using _ = session;
  await askFor("abcde");
  const cases: [number, Parameters<typeof send>][] = [
    [403, ["eve", "POST /", "yes abcde"]],
    [403, ["eve", "POST /", " Y\tABCDE\n"]],
    [403, ["eve", "POST /api/permissions/abcde", ALLOW]],
    [403, ["eve", "GET /api/permissions"]],
    [404, ["boss", "POST /api/permissions/abcde%00", ALLOW]],
    [404, ["boss", "POST /api/permissions/ABCDE", ALLOW]],
    [404, ["boss", "POST /api/permissions/__proto__", ALLOW]],
    [405, ["boss", "POST /api/permissions", ALLOW]],
    [409, ["boss", "POST /api/permissions/zzzzz", ALLOW]],
    [409, ["boss", "POST /", "yes zzzzz"]],
    [400, ["boss", "POST /api/permissions/abcde", '{"behavior":"Allow"}']],
    [400, ["boss", "POST /api/permissions/abcde", '{"behavior":"allow","behavior":"maybe"}']],
    [400, ["boss", "POST /api/permissions/abcde", '{"behavior":"allow","__proto__":{"a":1}}']],
    [400, ["boss", "POST /api/permissions/abcde", '{"behavior":["allow"]}']],
    [400, ["boss", "POST /api/permissions/abcde?behavior=allow"]],
  ];
  for (const [expected, args] of cases) {
    const { status, text } = await send(...args);
    assertEquals(status, expected, `${args.join(" ")}: ${text}`);
  }
  assertEquals(countEvents(stateDir), 0, "no event of any attack");
  // Elsewhere than at the API, the same words of one who may speak are an event like any other.
  const tricks = [
    "//api/permissions/abcde",
    "/API/permissions/abcde",
    "/x/../api/permissions/abcde",
  ];
  for (const path of [...tricks, "/api%2fpermissions/abcde", "/%2e/api/permissions/abcde"]) {
    assertEquals((await send("eve", `POST ${path}`, ALLOW)).status, 200, path);
  }
  assertStringIncludes((await send("boss", "GET /api/permissions")).text, '"open"');
  const race = await Promise.all(
    Array.from(
      { length: 10 },
      (_, i) =>
        i % 2 === 0
          ? send("boss", "POST /api/permissions/abcde", ALLOW)
          : send("boss", "POST /", "no abcde"),
    ),
  );
  const statuses = race.map(({ status }) => status).sort();
  assertEquals(statuses, [200, ...Array.from({ length: 9 }, () => 409)]);
  assertEquals((await send("boss", "POST /", "yes abcde")).status, 409, "again");
  const verdicts = () => session.notifications.filter(({ method }) => /permission$/.test(method));
  await until("the verdict has come", () => verdicts().length > 0);
  assertEquals([verdicts().length, countEvents(stateDir)], [1, 6]);
  assertQuiet(session.stderr, Object.values(tokens));
});

Deno.test("a verdict comes too late once its request has expired [attack.refused]", async () => {
  const { stateDir, session, send, askFor } = await openSession(["--permission-expiry", "1s"]);
  await using _ = session;
  await askFor("abcde");
  await until("it has expired", async () => {
    return (await send("boss", "GET /api/permissions")).text.includes('"expired"');
  });
  assertEquals((await send("boss", "POST /", "yes abcde")).status, 409);
  assertEquals((await send("boss", "POST /api/permissions/abcde", ALLOW)).status, 409);
  assertEquals(countEvents(stateDir), 0);
});

Deno.test("a sender sees neither the replies nor the events of another [attack.refused]", async () => {
  const { tokens, session, send } = await openSession();
  await using _ = session;
  const posted = await send("alice", "POST /", "a question");
  const [, eventId = ""] = /x-event-id: (\S+)/i.exec(posted.text) ?? [];
  const own = await send("eve", "POST /", "another question");
  assertEquals([posted.status, own.status], [200, 200]);
  const chats = [await session.take(), await session.take()].map(({ params }) => {
    return String((params.meta as Record<string, string>).chat_id);
  });
  assertEquals((await send("eve", `GET /api/events/${eventId}`)).status, 404);
  assertEquals((await send("alice", `GET /api/events/${eventId}`)).status, 200);
  await session.reply(chats[0] ?? "", "for alice");
  const aborts = new AbortController();
  const listen = async (headers: Record<string, string>) => {
    const authorization = `Bearer ${tokens.eve}`;
    const response = await fetch(`${session.url}/events`, {
      headers: { authorization, ...headers },
      signal: aborts.signal,
    });
    const heard = { text: "" };
    (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        heard.text += chunk;
      }
    })().catch(() => {});
    return heard;
  };
  const streams = [await listen({}), await listen({ "last-event-id": "0" })];
  await session.ask("abcde");
  await session.reply(chats[0] ?? "", "for alice again");
  await session.reply(chats[1] ?? "", "for eve");
  for (const heard of streams) {
    await until("it has heard its own", () => heard.text.includes("for eve"));
    assertNotMatch(heard.text, /alice|abcde/);
  }
  aborts.abort();
  assertQuiet(session.stderr, Object.values(tokens));
});
