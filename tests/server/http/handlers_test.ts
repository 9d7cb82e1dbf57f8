import { assertEquals } from "@std/assert";
import type { Caller } from "../../../server/access/credentials.ts";
import { decidePermission, listSessions, refuseUnknown } from "../../../server/http/api.ts";
import { deliver } from "../../../server/http/app.ts";
import { BodyReader } from "../../../server/http/body_reader.ts";
import { acceptFeed, showHealth } from "../../../server/http/local.ts";
import { postEvent, type ReceiverContext } from "../../../server/http/receiver.ts";
import type { Exchange } from "../../../server/http/router.ts";
import { createPeer, LOOPBACK } from "../_peer.ts";
import { textOf } from "../_port.ts";

const CALLER: Caller = {
  id: "ci",
  rights: { speak: true, approve: true },
  approves: true,
  chats: "own",
  way: "token",
  proof: "",
  access: undefined,
};

function exchangeOf(body: string | null, exchange: Partial<Exchange> = {}): Exchange {
  const method = body === null ? "GET" : "POST";
  return {
    request: new Request("http://localhost/ci", { method, body }),
    peer: createPeer(),
    target: { authority: "localhost", path: "/ci", query: {} },
    id: "",
    ...exchange,
  };
}

/** The parts that a handler works with; each step lets the sender in unless it is to refuse it. */
function createContext(refusing?: "identify" | "admit" | "recall") {
  const steps: string[] = [];
  const refused = () => new Response("refused", { status: 403 });
  const step = <T>(name: string, result: T) => {
    steps.push(name);
    return name === refusing ? refused() : result;
  };
  const bodies = new BodyReader();
  const context: ReceiverContext = {
    gatekeeper: {
      identify: () => step("identify", CALLER),
      admit: () => step("admit", undefined),
      recall: () => step("recall", CALLER),
    },
    bodies: {
      read(request) {
        steps.push("read");
        return bodies.read(request);
      },
    },
    take: ({ content }) => {
      steps.push(`take ${content}`);
      return Promise.resolve({ kind: "stored", seq: 1 });
    },
    settle({ requestId, behavior }) {
      steps.push(`${behavior} ${requestId}`);
      return { ok: false, code: "unknown", message: "never asked" };
    },
  };
  return { steps, context, [Symbol.dispose]: () => bodies.close() };
}

Deno.test("postEvent() identifies, counts, reads, looks again and takes in, in this order [http.post]", async () => {
  using fixture = createContext();
  assertEquals((await postEvent(exchangeOf("hi"), fixture.context)).status, 202);
  assertEquals(fixture.steps, ["identify", "admit", "read", "recall", "take hi"]);
});

Deno.test("postEvent() and decidePermission() stop at the first refusal [gate.forbidden]", async () => {
  const steps = ["identify", "admit", "read", "recall"];
  for (const refusing of ["identify", "admit", "recall"] as const) {
    for (const handler of [postEvent, decidePermission]) {
      using fixture = createContext(refusing);
      const exchange = exchangeOf('{"behavior":"deny"}', { id: "abcde" });
      const response = await handler(exchange, fixture.context);
      assertEquals(await textOf(response), [403, "refused"]);
      assertEquals(fixture.steps, steps.slice(0, steps.indexOf(refusing) + 1));
    }
  }
});

Deno.test("decidePermission() gives its verdict once the body is there [permission.api]", async () => {
  using fixture = createContext();
  const exchange = exchangeOf('{"behavior":"deny"}', { id: "abcde" });
  const response = await decidePermission(exchange, fixture.context);
  assertEquals(await textOf(response), [409, "no effect: never asked"]);
  assertEquals(fixture.steps.at(-1), "deny abcde");
});

Deno.test("listSessions() and refuseUnknown() ask for the sender first [status.sessions]", async () => {
  for (const [refusing, statuses] of [[undefined, [200, 404]], ["identify", [403, 403]]] as const) {
    using fixture = createContext(refusing);
    const context = { ...fixture.context, sessions: () => [] };
    const responses = [
      await listSessions(exchangeOf(null), context),
      await refuseUnknown(exchangeOf(null), context),
    ];
    assertEquals(responses.map(({ status }) => status), [...statuses]);
  }
});

Deno.test("showHealth() and acceptFeed() tell this machine more than others [http.healthz] [feed.limits]", async () => {
  const context = {
    health: () => ({ pid: 42 }),
    feeds: {
      challenge: () => Promise.resolve(new Response("proven")),
      accept: () => Promise.resolve(new Response("accepted")),
    },
  };
  const far = createPeer({ listener: { ...LOOPBACK, isLoopback: false } });
  assertEquals(await showHealth(exchangeOf(null), context).json(), { status: "ok", pid: 42 });
  assertEquals(await showHealth(exchangeOf(null, { peer: far }), context).json(), { status: "ok" });
  assertEquals((await acceptFeed(exchangeOf(null), context)).status, 200);
  assertEquals((await acceptFeed(exchangeOf(null, { peer: far }), context)).status, 403);
});

Deno.test("deliver() limits forged deliveries only, and takes none while nothing gets in [source.verify]", async () => {
  const closed = () => new Response("closed", { status: 403 });
  const limited = () => new Response("limited", { status: 429 });
  for (
    const [isClosed, status, expected] of [
      [false, 200, 200],
      [false, 400, 400],
      [false, 401, 429],
      [true, 200, 403],
    ] as const
  ) {
    const gatekeeper = {
      refuseClosed: () => isClosed ? closed() : undefined,
      admitStranger: limited,
    };
    const receiver = { receive: () => Promise.resolve(new Response(null, { status })) };
    const response = await deliver(exchangeOf("{}", { receiver }), { gatekeeper });
    assertEquals(response.status, expected);
  }
});
