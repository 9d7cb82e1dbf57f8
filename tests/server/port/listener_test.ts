import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { HttpListener } from "../../../server/port/listener.ts";
import { describePortHolder } from "../../../server/port/holder.ts";
import { TLS_KEY_PAIR } from "../../_tls_key_pair.ts";
import { until } from "../../_until.ts";

const HOSTNAME = "127.0.0.1";

function createLog() {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  return { lines, info: log, warn: log };
}

function answer(text: string) {
  return () => Promise.resolve(new Response(text));
}

async function get(port: number): Promise<string> {
  const response = await fetch(`http://${HOSTNAME}:${port}/`, { headers: { connection: "close" } });
  return await response.text();
}

Deno.test("HttpListener serves until it is closed, twice if need be", async () => {
  const log = createLog();
  const listener = new HttpListener({ hostname: HOSTNAME, port: 0, handler: answer("hi"), log });
  const { port } = await listener.bound;
  assertEquals(await get(port), "hi");
  await listener.close();
  await listener.close();
  assertEquals(log.lines, []);
});

Deno.test("HttpListener waits for a port that is taken, says so once, and takes it over [port.taken] [port.takeover]", async () => {
  const health = { name: "deno-channel", pid: 4242 };
  const holder = Deno.serve(
    { hostname: HOSTNAME, port: 0, onListen() {} },
    () => Response.json(health, { headers: { connection: "close" } }),
  );
  const { port } = holder.addr;
  const log = createLog();
  const options = { hostname: HOSTNAME, port, handler: answer("mine"), log, retryMs: 5 };
  const listener = new HttpListener(options);
  await until("the log names the holder", () => log.lines.length > 0);
  assertStringIncludes(log.lines[0] ?? "", "the port is held by deno-channel process 4242");
  await holder.shutdown();
  await listener.bound;
  assertEquals(await get(port), "mine");
  assertEquals(log.lines.length, 2);
  assertStringIncludes(log.lines[1] ?? "", "is free: listening");
  await listener.close();
});

Deno.test("HttpListener says what holds meanwhile, and what to do without the right to a port [port.taken]", async () => {
  const held =
    "Cannot listen on 127.0.0.1:1: the port is held by a program that does not answer HTTP";
  const denied = "Cannot listen on 127.0.0.1:1: this user may not have the port. " +
    "Take one above 1023";
  const cases: [Error, string | undefined, string][] = [
    [new Deno.errors.AddrInUse("In use"), undefined, held],
    [new Deno.errors.AddrInUse("In use"), "Tools work", `${held}. Tools work`],
    [new Deno.errors.PermissionDenied("Denied"), "Tools work", denied],
  ];
  for (const [error, meanwhile, line] of cases) {
    const log = createLog();
    const serve = (() => {
      throw error;
    }) as typeof Deno.serve;
    const options = { hostname: HOSTNAME, port: 1, handler: answer(""), log, serve };
    const listener = new HttpListener({ ...options, meanwhile, retryMs: 60_000 });
    await until("it is logged", () => log.lines.length > 0);
    await listener.close();
    assertEquals(log.lines, [line]);
  }
});

Deno.test("HttpListener stops waiting when it is closed", async () => {
  const holder = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const log = createLog();
  const { port } = holder.addr;
  const listener = new HttpListener({
    hostname: HOSTNAME,
    port,
    handler: answer(""),
    log,
    retryMs: 60_000,
  });
  const connection = await holder.accept();
  connection.close();
  await until("the log names the holder", () => log.lines.length > 0);
  assertStringIncludes(log.lines[0] ?? "", "a program that does not answer HTTP");
  await listener.close();
  holder.close();
});

Deno.test("HttpListener leaves nothing behind by waiting for a port that is taken [port.taken]", async () => {
  await using holder = Deno.serve(
    { hostname: HOSTNAME, port: 0, onListen() {} },
    () => new Response("hi", { headers: { connection: "close" } }),
  );
  const { port } = holder.addr;
  const left = new Set<EventListener>();
  const counts: number[] = [];
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const follow = (signal: AbortSignal) => {
    signal.addEventListener = (type: string, wake: EventListener) => {
      left.add(wake);
      addEventListener.call(signal, type, wake);
    };
    signal.removeEventListener = (type: string, wake: EventListener) => {
      left.delete(wake);
      removeEventListener.call(signal, type, wake);
    };
    counts.push(left.size);
    return Promise.resolve("stranger" as const);
  };
  let attempts = 0;
  const serve = ((options: Deno.ServeTcpOptions, handler: Deno.ServeHandler) => {
    attempts++;
    return Deno.serve(options, handler);
  }) as typeof Deno.serve;
  const options = { hostname: HOSTNAME, port, handler: answer(""), log: createLog(), follow };
  const listener = new HttpListener({ ...options, serve, retryMs: 1 });
  await until("it has asked again", () => counts.length > 1);
  assert(attempts > 20, `it tries to bind meanwhile, ${attempts} times`);
  await listener.close();
  assertEquals(new Set(counts), new Set([0]));
});

Deno.test("HttpListener serves again when its accept loop fails [lifetime.accept-loop]", async () => {
  const log = createLog();
  let attempts = 0;
  let shutdowns = 0;
  const serve = ((options: Deno.ServeTcpOptions, handler: Deno.ServeHandler) => {
    attempts++;
    if (attempts > 1) return Deno.serve(options, handler);
    return {
      addr: { transport: "tcp", hostname: HOSTNAME, port: 0 },
      finished: Promise.reject(new Error("Too many open files (os error 24)")),
      shutdown() {
        shutdowns++;
        return Promise.reject(new Error("Too many open files (os error 24)"));
      },
    };
  }) as typeof Deno.serve;
  const listener = new HttpListener({
    hostname: HOSTNAME,
    port: 0,
    handler: answer("hi"),
    log,
    retryMs: 5,
    serve,
  });
  await until("it serves again", () => attempts === 2);
  assertEquals([log.lines.length, shutdowns], [1, 1], "idle connections are closed");
  assertStringIncludes(log.lines[0] ?? "", "Too many open files");
  await listener.close();
});

Deno.test("HttpListener reports any other failure once and goes on trying", async () => {
  const log = createLog();
  let attempts = 0;
  const serve = (() => {
    attempts++;
    throw new Deno.errors.NotCapable("Requires net access");
  }) as unknown as typeof Deno.serve;
  const listener = new HttpListener({
    hostname: HOSTNAME,
    port: 1,
    handler: answer(""),
    log,
    retryMs: 1,
    serve,
  });
  await until("it has tried again", () => attempts > 2);
  assertEquals(log.lines.length, 1);
  assertStringIncludes(log.lines[0] ?? "", "Requires net access");
  await listener.close();
});

Deno.test("HttpListener cuts off a request that does not end", async () => {
  const never = Promise.withResolvers<Response>();
  const arrived = Promise.withResolvers<void>();
  const listener = new HttpListener({
    hostname: HOSTNAME,
    port: 0,
    lingerMs: 20,
    log: createLog(),
    handler() {
      arrived.resolve();
      return never.promise;
    },
  });
  const { port } = await listener.bound;
  const pending = fetch(`http://${HOSTNAME}:${port}/`).then((response) => response.text());
  await arrived.promise;
  await listener.close();
  never.resolve(new Response("late"));
  await pending.catch(() => {});
});

Deno.test("HttpListener speaks TLS, and nothing else, when it has a certificate [network.tls]", async () => {
  const log = createLog();
  const listener = new HttpListener({
    hostname: HOSTNAME,
    port: 0,
    tls: TLS_KEY_PAIR,
    handler: answer("hi"),
    log,
  });
  const { port } = await listener.bound;
  using client = Deno.createHttpClient({ caCerts: [TLS_KEY_PAIR.cert] });
  const response = await fetch(`https://${HOSTNAME}:${port}/`, { client });
  assertEquals(await response.text(), "hi");
  await assertRejects(() => get(port), TypeError);
  await assertRejects(() => fetch(`https://${HOSTNAME}:${port}/`), TypeError);
  await listener.close();
  assertEquals(log.lines, []);
});

Deno.test("HttpListener reports a certificate that is none, without quoting it [network.tls]", async () => {
  const log = createLog();
  const cert = "-----BEGIN CERTIFICATE-----\nsecret\n-----END CERTIFICATE-----\n";
  const listener = new HttpListener({
    hostname: HOSTNAME,
    port: 0,
    tls: { ...TLS_KEY_PAIR, cert },
    handler: answer(""),
    log,
    retryMs: 60_000,
  });
  await until("the log has it", () => log.lines.length > 0);
  assertStringIncludes(log.lines[0] ?? "", "Cannot listen on 127.0.0.1:0: ");
  assertFalse(log.lines[0]?.includes("secret"));
  await listener.close();
});

Deno.test("HttpListener gives up an address that the system does not have, where that is optional [network.loopback]", async () => {
  const cases: [Error, boolean, "off" | "taken"][] = [
    [new Deno.errors.AddrNotAvailable("Cannot assign requested address"), true, "off"],
    [new Error("Address family not supported by protocol (os error 97)"), true, "off"],
    [new Deno.errors.AddrNotAvailable("Cannot assign requested address"), false, "taken"],
    [new Deno.errors.AddrInUse("Address already in use"), true, "taken"],
  ];
  for (const [error, isOptional, state] of cases) {
    const log = createLog();
    let attempts = 0;
    const serve = (() => {
      attempts++;
      throw error;
    }) as typeof Deno.serve;
    const options = { hostname: HOSTNAME, port: 1, handler: answer(""), log, serve };
    const listener = new HttpListener({ ...options, isOptional, retryMs: 1 });
    await until("it gives up or tries again", () => state === "off" || attempts > 1);
    assertEquals(listener.state, state, error.message);
    if (state === "off") assertEquals([log.lines, attempts], [[], 1]);
    await listener.close();
    assertEquals(listener.state, "off");
  }
});

Deno.test("HttpListener says for an optional address that a stranger holds it, once and after a while [network.loopback]", async () => {
  await using holder = Deno.serve({ hostname: HOSTNAME, port: 0, onListen() {} }, () => {
    return new Response("hi", { headers: { connection: "close" } });
  });
  const { port } = holder.addr;
  const log = createLog();
  const options = { hostname: HOSTNAME, port, handler: answer(""), log, isOptional: true };
  const start = performance.now();
  const listener = new HttpListener({ ...options, meanwhile: "Use another", retryMs: 1 });
  await until("it is logged", () => log.lines.length > 0);
  assert(performance.now() - start > 1900, "the owner before may still be ending");
  await listener.close();
  assertEquals(log.lines, [
    `Cannot listen on ${HOSTNAME}:${port}: the port is held by another program that answers HTTP. ` +
    "Use another",
  ]);
});

Deno.test("HttpListener asks a stranger less and less often, and a silent owner every few seconds [feed.limits]", async () => {
  await using holder = Deno.serve({ hostname: HOSTNAME, port: 0, onListen() {} }, () => {
    return new Response("hi", { headers: { connection: "close" } });
  });
  const { port } = holder.addr;
  for (const outcome of ["stranger", "silent"] as const) {
    const askedAt: number[] = [];
    let clock = 0;
    // Each look at the clock takes a quarter of a second, as attempts to bind do.
    const now = () => clock += 250;
    const follow = () => {
      askedAt.push(clock);
      return Promise.resolve(outcome);
    };
    const options = {
      hostname: HOSTNAME,
      port,
      handler: answer(""),
      log: createLog(),
      follow,
      now,
    };
    const listener = new HttpListener({ ...options, retryMs: 0 });
    await until("it has asked often", () => askedAt.length > 9);
    await listener.close();
    const pauses = askedAt.slice(1).map((at, i) => Math.floor((at - (askedAt[i] ?? 0)) / 1000));
    const expected = outcome === "stranger"
      ? [1, 2, 4, 8, 16, 32, 60, 60, 60]
      : [1, 2, 4, 4, 4, 4, 4, 4, 4];
    for (const [i, pause] of pauses.slice(0, 9).entries()) {
      assert(Math.abs(pause - (expected[i] ?? 0)) <= 2, `${outcome}: ${pauses}`);
    }
  }
});

Deno.test("describePortHolder() names a deno-channel and nothing else by its answer", async () => {
  const cases: [() => Response, string][] = [
    [() => Response.json({ name: "deno-channel", pid: 7 }), "deno-channel process 7"],
    [
      () => Response.json({ name: "deno-channel", pid: 7, version: "0.4.2" }),
      "deno-channel process 7 of version 0.4.2: end that session",
    ],
    [
      () => Response.json({ name: "deno-channel", pid: 7, version: "x y" }),
      "deno-channel process 7",
    ],
    [
      () => Response.json({ name: "deno-channel", pid: "7; rm" }),
      "another program that answers HTTP",
    ],
    [() => new Response("hello"), "another program that answers HTTP"],
    [() => new Response("x".repeat(5000)), "another program that answers HTTP"],
    [() => new Response(null, { status: 404 }), "another program that answers HTTP"],
  ];
  for (const [handler, expected] of cases) {
    await using server = Deno.serve({ hostname: HOSTNAME, port: 0, onListen() {} }, () => {
      const response = handler();
      response.headers.set("connection", "close");
      return response;
    });
    assertEquals(await describePortHolder(`${HOSTNAME}:${server.addr.port}`), expected);
  }
});
