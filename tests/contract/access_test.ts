import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TLS_KEY_PAIR } from "../_tls_key_pair.ts";
import { until } from "../_until.ts";
import { assertQuiet, letIn, runMain, Target } from "./_attack.ts";
import { createScratch, Session, takeFreePort } from "./_session.ts";

const RELAY = "claude/channel/permission";

/** Returns the experimental capabilities that a session declares. */
function capabilitiesOf({ client }: Session): Record<string, unknown> {
  return client.getServerCapabilities()?.experimental ?? {};
}

/** Runs a line of a shell as a user does; returns what it prints. */
async function runLine(line: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", line] }).output();
  return new TextDecoder().decode(stdout);
}

/** Makes a request; returns its status and its text. */
async function request(url: string, init: RequestInit = {}): Promise<[number, string]> {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
}

Deno.test("no sender gets in before access add has printed a line that does [access.walkthrough]", async () => {
  await using target = await Target.start({ flags: [] });
  const { url } = target.process;
  const dev = { method: "POST", body: "hi", headers: { "x-sender": "dev" } };
  assertEquals(await request(url, dev), [403, "forbidden"]);
  assertEquals(await request(`${url}/events`), [403, "forbidden"]);
  const added = await target.access("add", "ci");
  assertEquals([added.code, added.stderr], [0, ""]);
  const curl = /^curl .*$/m.exec(added.stdout)?.[0] ?? "";
  assertEquals(await runLine(curl.replace("curl ", "curl --silent ")), "stored");
  assertEquals(await request(url, dev), [403, "forbidden"]);
  const [token = ""] = /dct_[\w-]{43}/.exec(added.stdout) ?? [];
  const { stdout } = await runMain(["access", "log"], { stateDir: target.stateDir });
  for (
    const pattern of [/\badd +terminal +ci\b/, /\ballow +ci +post\b/, /\brefuse +127\.0\.0\.1\b/]
  ) {
    assertMatch(stdout, pattern);
  }
  assert(!stdout.includes(token) && !/dct_/.test(stdout), "a token is in the audit");
  assertQuiet(target.process.stderr, [token]);
});

Deno.test("a phone is paired, speaks, and is out within a second of its removal [access.walkthrough]", async () => {
  await using target = await Target.start({ flags: [] });
  const { url } = target.process;
  const body = JSON.stringify({ label: "My Phone" });
  const asked = JSON.parse((await request(`${url}/pair`, { method: "POST", body }))[1]);
  const poll = () => request(`${url}/pair/${asked.pairing_id}`);
  assertEquals(await poll(), [202, '{"state":"pending"}']);
  assertStringIncludes(target.process.stderr, `Pairing code ${asked.code} for "My Phone"`);
  const paired = await target.access("pair", asked.code, "--approve", "--id", "my-phone");
  assertEquals([paired.code, paired.stderr], [0, ""]);
  const { token, ...granted } = JSON.parse((await poll())[1]);
  assertEquals(granted, {
    state: "approved",
    sender: "my-phone",
    label: "My Phone",
    rights: ["speak", "approve"],
  });
  const headers = { authorization: `Bearer ${token}` };
  const post = () => request(url, { method: "POST", body: "hi", headers });
  assertEquals(await post(), [202, "stored"]);
  const aborts = new AbortController();
  const stream = await fetch(`${url}/events`, { headers, signal: aborts.signal });
  assertEquals(stream.status, 200);
  const end = { isThere: false };
  (async () => {
    for await (const _ of stream.body!);
    end.isThere = true;
  })().catch(() => {});
  const removed = await target.access("remove", "my-phone");
  assertEquals([removed.code, removed.stderr], [0, ""]);
  assertEquals((await post())[0], 401);
  await until("the stream has ended", () => end.isThere, 1000).finally(() => aborts.abort());
  const log = await runMain(["access", "log"], { stateDir: target.stateDir });
  for (const action of ["ask", "pair", "remove"]) assertStringIncludes(log.stdout, action);
  for (const secret of [token, asked.pairing_id, asked.code]) {
    assert(!log.stdout.includes(secret), "no secret is in the audit");
  }
  assertQuiet(target.process.stderr, [token, asked.pairing_id]);
});

Deno.test("a browser signs in with a token and out again [access.walkthrough]", async () => {
  await using target = await Target.start({ flags: [] });
  const { url } = target.process;
  const token = await letIn(target.stateDir, "page");
  const body = JSON.stringify({ token });
  const response = await fetch(`${url}/session`, { method: "POST", body });
  const told = '{"sender":"page","rights":["speak"],"chats":"own"}';
  assertEquals(await response.text(), told);
  const cookie = response.headers.get("set-cookie") ?? "";
  for (const attribute of ["HttpOnly", "SameSite=Strict", "Path=/"]) {
    assertStringIncludes(cookie, attribute);
  }
  const headers = {
    cookie: cookie.split(";")[0] ?? "",
    origin: url,
    "sec-fetch-site": "same-origin",
  };
  assertEquals(await request(`${url}/session`, { headers }), [200, told]);
  assertEquals(await request(url, { method: "POST", body: "hi", headers }), [202, "stored"]);
  assertEquals((await request(`${url}/session`, { method: "DELETE", headers }))[0], 200);
  assertEquals((await request(`${url}/session`, { headers }))[0], 403);
});

Deno.test("a session declares the relay once a sender may approve [relay.declared-only-with-way-in]", async () => {
  const stateDir = createScratch();
  const net: string[] = [];
  const declares = async (args: readonly string[] = []) => {
    await using session = await Session.start({ stateDir, args });
    return RELAY in capabilitiesOf(session);
  };
  assertEquals(await declares(), false, "no sender");
  assertEquals(await declares(["--trust-header", "dev"]), false, "a name alone cannot approve");
  await runMain(["access", "add", "ci"], { stateDir, net });
  assertEquals(await declares(), false, "a speaker cannot approve");
  const { stdout } = await runMain(["access", "add", "boss", "--approve"], { stateDir, net });
  assertStringIncludes(stdout, "relay permission prompts after they are restarted");
  assertEquals(await declares(), true, "an approver");
  assertEquals(await declares(["--no-relay"]), false, "with --no-relay");
  await runMain(["access", "policy", "disabled"], { stateDir, net });
  assertEquals(await declares(), false, "no sender gets in");
  const expired = createScratch();
  await letIn(expired, "old", { rights: ["approve"], expiresAt: 1 });
  await using session = await Session.start({ stateDir: expired, args: [] });
  assertEquals(RELAY in capabilitiesOf(session), false, "an approver whose time is over");
});

Deno.test("--relay-tools and --relay-except choose whose requests are relayed [relay.filter]", async () => {
  const tools = ["Bash", "BashOutput", "Write", "mcp__deploy__run", "mcp__notes__add"];
  const cases: [flags: readonly string[], relayed: readonly string[]][] = [
    [["--relay-tools", "Bash,mcp__deploy__*"], ["Bash", "mcp__deploy__run"]],
    [["--relay-except", "Bash,mcp__*"], ["BashOutput", "Write"]],
  ];
  for (const [flags, expected] of cases) {
    const stateDir = createScratch();
    const token = await letIn(stateDir, "boss", { rights: ["speak", "approve"] });
    await using session = await Session.start({ stateDir, args: flags });
    for (const [i, tool] of [...tools, expected[0] ?? ""].entries()) {
      await session.client.notification({
        method: "notifications/claude/channel/permission_request",
        params: {
          request_id: `abcd${"efghijk"[i]}`,
          tool_name: tool,
          description: "",
          input_preview: "{}",
        },
      });
    }
    // The last of them is relayed, and all before it are decided by then.
    const relayed = await until("the last has come", async () => {
      const headers = { authorization: `Bearer ${token}` };
      const [, text] = await request(`${session.url}/api/permissions`, { headers });
      const listed: { tool_name: string }[] = JSON.parse(text);
      return listed.length > expected.length && listed.map(({ tool_name }) => tool_name).reverse();
    });
    assertEquals(relayed, [...expected, expected[0] ?? ""], flags.join(" "));
  }
});

Deno.test("--permission-expiry ends a request that has no answer [permission.expiry]", async () => {
  const stateDir = createScratch();
  const token = await letIn(stateDir, "boss", { rights: ["speak", "approve"] });
  await using session = await Session.start({ stateDir, args: ["--permission-expiry", "1s"] });
  const headers = { authorization: `Bearer ${token}` };
  const stateOf = async (): Promise<string | undefined> => {
    const [, text] = await request(`${session.url}/api/permissions`, { headers });
    return JSON.parse(text)[0]?.state;
  };
  await session.ask("abcde");
  assertEquals(await until("it is asked", stateOf), "open");
  await until("it has expired", async () => await stateOf() === "expired");
  const late = await session.post("yes abcde", { headers });
  assertEquals([late.status, late.text], [409, 'no effect: request "abcde" has expired']);
  assertEquals(session.notifications, []);
});

Deno.test("--host with a certificate speaks TLS, by HTTP/1.1 and HTTP/2, to whom it is called by its names [network.tls]", async () => {
  const stateDir = createScratch();
  const token = await letIn(stateDir, "phone");
  const [certFile, keyFile] = [`${stateDir}/cert.pem`, `${stateDir}/key.pem`];
  await Deno.writeTextFile(certFile, TLS_KEY_PAIR.cert, { mode: 0o600 });
  await Deno.writeTextFile(keyFile, TLS_KEY_PAIR.key, { mode: 0o600 });
  const address = `127.0.0.1:${takeFreePort()}`;
  const url = `https://${address}`;
  const flags = ["--host", address, "--tls-cert", certFile, "--tls-key", keyFile];
  await using target = await Target.start({ stateDir, flags, net: address });
  await until("it listens there, too", () => target.process.stderr.includes(`Listening on ${url}`));
  const headers = { authorization: `Bearer ${token}`, connection: "close" };
  for (const http2 of [false, true]) {
    using client = Deno.createHttpClient({
      caCerts: [TLS_KEY_PAIR.cert],
      http1: !http2,
      http2,
      poolMaxIdlePerHost: 0,
    });
    const send = async (init: RequestInit, path = "/") => {
      const response = await fetch(url + path, { ...init, client });
      const { status } = response;
      return { status, text: await response.text(), cookie: response.headers.get("set-cookie") };
    };
    const posted = await send({ method: "POST", body: "hi", headers });
    assertEquals([posted.status, posted.text], [202, "stored"], `HTTP/2: ${http2}`);
    const signedIn = await send({ method: "POST", headers }, "/session");
    assertMatch(signedIn.cookie ?? "", /; Secure/);
    assertEquals((await send({ headers: { origin: "https://evil.example" } })).status, 403);
    assertEquals((await send({ headers: { origin: url } }, "/events")).status, 403);
    // Another name for the same address, as of a page that was made to point here.
    const foreign = await runLine(
      `curl --silent --insecure ${http2 ? "--http2" : "--http1.1"} --header 'Host: evil.example' ` +
        `--write-out ' %{http_version} %{http_code}' --output /dev/null ${url}/events`,
    );
    assertEquals(foreign, http2 ? " 2 403" : " 1.1 403");
  }
});
