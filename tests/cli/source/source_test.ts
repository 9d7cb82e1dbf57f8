import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import type { CommandReport } from "../../../cli/shared/report.ts";
import { addSourceEntry, removeSourceEntry } from "../../../cli/source/change.ts";
import { listSources } from "../../../cli/source/list.ts";
import { createTextStyle } from "../../../cli/shared/terminal.ts";
import { trySource } from "../../../cli/source/try.ts";
import { readSourceOptions } from "../../../lib/cli/source_options.ts";
import { PROVIDER_NAMES } from "../../../lib/sources/providers/kinds.ts";
import { selectScheme } from "../../../lib/sources/config/select_scheme.ts";
import { createNonce } from "../../../server/feed/proof.ts";
import { FeedServer } from "../../../server/feed/server.ts";
import { Journal } from "../../../server/journal/journal.ts";
import { resolveSecrets } from "../../../server/sources/resolve_secrets.ts";
import { readSourceFile } from "../../../server/sources/config_file.ts";
import { journalPathOf, secretPathOf, sourcesPathOf } from "../../../server/state/folder.ts";
import { WebhookVerifier } from "../../../server/sources/verifier.ts";
import { createScratch } from "../../server/_scratch.ts";

const NOW = Date.UTC(2026, 10, 21, 4);

/** A delivery as a server has received it. */
interface Received {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
  /** Whether its proof holds. */
  readonly isProven: boolean;
}

/** A state folder, a command line that works there, and what holds the port. */
class Fixture {
  readonly stateDir = createScratch();
  readonly received: Received[] = [];
  answer: () => Response = () => new Response("ok", { headers: { "X-Event-Id": "evt_1" } });
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #feeds: FeedServer | undefined;

  /** Serves deliveries, with the secret of the state folder or another one. */
  serve(secret = this.journal((journal) => journal.secret(createNonce))): void {
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    const server = Deno.serve(options, async (request): Promise<Response> => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/feed") {
        const query = Object.fromEntries(searchParams);
        return request.method === "GET"
          ? await feeds.challenge(request, query)
          : await feeds.accept(request, query);
      }
      await this.#receive(pathname, request);
      return this.answer();
    });
    const feeds: FeedServer = new FeedServer({
      secret: () => secret,
      address: `127.0.0.1:${server.addr.port}`,
      attach() {},
      detach() {},
      lose() {},
      sync() {},
      noteEarlierVersion() {},
    });
    this.#server = server;
    this.#feeds = feeds;
  }

  async #receive(path: string, request: Request): Promise<void> {
    const { headers } = request;
    const body = await request.bytes();
    const source = Object.values(this.config).find((source) => source.path === path);
    assert(source !== undefined, path);
    const resolved = resolveSecrets(source);
    assert(resolved.ok);
    const { secrets } = resolved;
    const selected = selectScheme(source, secrets);
    assert(selected.ok);
    const verifier = new WebhookVerifier({ scheme: selected.scheme, secrets });
    const { ok: isProven } = await verifier.verify({ headers, body, nowMs: NOW });
    this.received.push({ path, headers, body: new TextDecoder().decode(body), isProven });
  }

  /** Runs what comes after the word `source`. */
  async run(line: string, nowMs = NOW): Promise<CommandReport> {
    const parsed = readSourceOptions(line.split(" ").filter(Boolean));
    if (!parsed.ok) throw new Error(parsed.problem);
    const { value: options } = parsed;
    const environment = { stateDir: this.stateDir, nowMs, style: createTextStyle(false) };
    if (options.kind === "list") return listSources(options, environment);
    if (options.kind === "add") return await addSourceEntry(options, environment);
    if (options.kind === "remove") return await removeSourceEntry(options, environment);
    if (options.kind === "explain") throw new Error("Events are explained from the journal");
    const port = this.#server?.addr.port ?? options.port;
    return await trySource({ ...options, port }, environment);
  }

  /** Runs a command and returns what it prints. */
  async print(line: string): Promise<string> {
    const { exitCode, lines, problems } = await this.run(line);
    assertEquals([exitCode, problems], [0, []], line);
    return lines.join("\n");
  }

  /** Runs a command that is refused, and returns what it says. */
  async refuse(line: string): Promise<string> {
    const { exitCode, lines, problems } = await this.run(line);
    assertEquals([exitCode, lines], [1, []], line);
    return problems.join("\n");
  }

  /** The sources as they are configured. */
  get config() {
    const result = readSourceFile(this.stateDir);
    assert(result.ok);
    return result.config.sources;
  }

  /** The content of the file with the secret of a source. */
  secretOf(name: string): string {
    return Deno.readTextFileSync(secretPathOf(this.stateDir, name)).trimEnd();
  }

  async [Symbol.asyncDispose]() {
    this.#feeds?.close();
    await this.#server?.shutdown();
  }

  /** Uses the journal. */
  journal<T>(run: (journal: Journal) => T): T {
    const journal = Journal.open(journalPathOf(this.stateDir), { durability: "normal" });
    try {
      return run(journal);
    } finally {
      journal.close();
    }
  }
}
Deno.test("source list says when there are none [cli.source]", async () => {
  const fixture = new Fixture();
  assertEquals(
    await fixture.print("list"),
    'No sources: "deno-channel source add <kind>" adds one',
  );
  assertEquals(await fixture.print("list --json"), "");
  assertEquals([...Deno.readDirSync(fixture.stateDir)], []);
});

Deno.test("source add makes a secret, keeps it for its user only and shows it once [cli.source]", async () => {
  const fixture = new Fixture();
  const text = await fixture.print("add github --name ci --port 9000");
  const secret = fixture.secretOf("ci");
  assertMatch(secret, /^[0-9a-f]{64}$/);
  assertStringIncludes(text, "Added ci, which takes webhooks at http://127.0.0.1:9000/ci\n");
  assertEquals(text.split(secret).length, 2);
  const secretPath = secretPathOf(fixture.stateDir, "ci");
  assertEquals((Deno.statSync(secretPath).mode ?? 0) & 0o777, 0o600);
  assertEquals(fixture.config, {
    ci: { path: "/ci", kind: "github", secrets: [`file:${secretPath}`] },
  });
  const shown = [await fixture.print("list"), await fixture.print("list --json")].join("\n");
  assertStringIncludes(shown, `file:${secretPath}`);
  assertFalse(shown.includes(secret), shown);
  assertFalse(Deno.readTextFileSync(sourcesPathOf(fixture.stateDir)).includes(secret));
});

Deno.test("source add and remove stand in the audit, without a secret [audit.rows]", async () => {
  const fixture = new Fixture();
  await fixture.print("add gitlab");
  await fixture.print("remove gitlab");
  const rows = fixture.journal((journal) => journal.audit.list(9));
  assertEquals(rows.map(({ action, actor, subject, detail }) => [action, actor, subject, detail]), [
    ["source-remove", "terminal", "gitlab", "gitlab at /gitlab"],
    ["source-add", "terminal", "gitlab", "gitlab at /gitlab"],
  ]);
});

Deno.test("source add takes a reference for a secret, with a session and a repository [source.secrets]", async () => {
  const fixture = new Fixture();
  const text = await fixture.print(
    "add generic --path /hooks/x --secret-from env:X --session web --repository acme/web",
  );
  assertStringIncludes(text, "now needs --allow-env=X\n");
  assertEquals(fixture.config, {
    generic: {
      path: "/hooks/x",
      kind: "generic",
      secrets: ["env:X"],
      session: "web",
      repository: "acme/web",
      signature: { algorithm: "bearer" },
    },
  });
});

Deno.test("source add changes nothing when it refuses [cli.source]", async () => {
  const fixture = new Fixture();
  await fixture.print("add github");
  const before = Deno.readTextFileSync(sourcesPathOf(fixture.stateDir));
  const cases: [string, string][] = [
    ["add github", 'Cannot add the source "github": expected a name that no other source has'],
    ["add gitea --path /github", 'expected a path of its own: "github" has the same'],
    ["add discord", "Cannot make a secret for discord: expected its public key"],
  ];
  for (const [line, message] of cases) {
    assertStringIncludes(await fixture.refuse(line), message, line);
  }
  assertEquals(Deno.readTextFileSync(sourcesPathOf(fixture.stateDir)), before);
  const names = Array.from(Deno.readDirSync(fixture.stateDir), ({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("secret-")), ["secret-github"]);
});

Deno.test("source add overwrites no secret that is there already [source.secrets]", async () => {
  const fixture = new Fixture();
  const path = secretPathOf(fixture.stateDir, "stripe");
  Deno.writeTextFileSync(path, "whsec_of_stripe\n");
  assertEquals(
    await fixture.refuse("add stripe"),
    `Cannot make a secret: ${path} is there already. Use it with --secret-from file:${path}, or ` +
      "remove it",
  );
  assertEquals([fixture.config, fixture.secretOf("stripe")], [{}, "whsec_of_stripe"]);
  await fixture.print(`add stripe --secret-from file:${path}`);
});

Deno.test("source remove takes away the secret that was made, and no other [cli.source]", async () => {
  const fixture = new Fixture();
  await fixture.print("add github");
  const path = secretPathOf(fixture.stateDir, "github");
  await fixture.print(`add gitea --secret-from file:${path}`);
  assertFalse((await fixture.print("remove github")).includes(path));
  assertMatch(fixture.secretOf("github"), /^[0-9a-f]{64}$/);
  assertFalse((await fixture.print("remove gitea")).includes(path));
  await fixture.print("add github --secret-from env:GITHUB");
  assertFalse((await fixture.print("remove github")).includes(path));
  assertMatch(fixture.secretOf("github"), /^[0-9a-f]{64}$/);
  Deno.removeSync(path);
  await fixture.print("add github");
  assertStringIncludes(await fixture.print("remove github"), `Removed its secret, ${path}\n`);
  assertEquals(fixture.config, {});
  assertEquals(
    await fixture.refuse("remove github"),
    'There is no source "github": there are no sources',
  );
});

Deno.test("source commands change nothing in a configuration that is wrong [source.config]", async () => {
  const fixture = new Fixture();
  const path = sourcesPathOf(fixture.stateDir);
  Deno.writeTextFileSync(path, "{", { mode: 0o600 });
  for (const line of ["list", "add github", "remove github", "test github"]) {
    assertStringIncludes(
      await fixture.refuse(line),
      `Cannot use ${path}: The configuration is no JSON`,
    );
  }
  assertEquals(Deno.readTextFileSync(path), "{");
});

Deno.test("source test posts a sample of each kind with a proof that holds [cli.source]", async () => {
  await using fixture = new Fixture();
  fixture.serve();
  for (const kind of PROVIDER_NAMES.filter((kind) => kind !== "discord")) {
    await fixture.print(`add ${kind}`);
    assertEquals(
      await fixture.print(`test ${kind}`),
      '200 ok\nevt_1: "deno-channel source explain evt_1" tells what decided',
    );
    const { path, headers, isProven } = fixture.received.pop() ?? {};
    const type = headers?.get("content-type");
    assertEquals([path, type, isProven], [`/${kind}`, "application/json", true], kind);
  }
});

Deno.test("source test posts the body of a file as it is, with the type that is given [cli.source]", async () => {
  await using fixture = new Fixture();
  fixture.serve();
  await fixture.print("add github");
  await fixture.print("add linear");
  const path = `${createScratch()}/body`;
  for (
    const [body, type] of [
      ['{ "action": "created" }\n', "application/json"],
      ["payload=%7B%7D", "application/x-www-form-urlencoded"],
    ] as const
  ) {
    Deno.writeTextFileSync(path, body);
    await fixture.print(`test github ${path} --event star`);
    const received = fixture.received.pop();
    assertEquals([received?.body, received?.isProven], [body, true]);
    assertEquals(received?.headers.get("content-type"), type);
    assertEquals(received?.headers.get("x-github-event"), "star");
  }
  Deno.writeTextFileSync(path, '{"type":"Issue","webhookTimestamp":1}');
  await fixture.print(`test linear ${path}`);
  const { body, isProven } = fixture.received.pop() ?? {};
  assertEquals([body, isProven], [`{"type":"Issue","webhookTimestamp":${NOW}}`, true]);
});

Deno.test("source test tells the answer, and what it probably means [cli.source]", async () => {
  await using fixture = new Fixture();
  fixture.serve();
  await fixture.print("add github");
  fixture.answer = () =>
    new Response("filtered: star\x1b[2J", { headers: { "X-Event-Id": "evt_2" } });
  assertStringIncludes(await fixture.print("test github"), "200 filtered: star[2J\nevt_2: ");
  const headers = { "X-Event-Id": "evt_2", "X-Duplicate": "true" };
  fixture.answer = () => new Response("ok", { headers });
  assertStringIncludes(await fixture.print("test github"), "It was delivered before, so it is not");
  fixture.answer = () => new Response("unauthorized", { status: 401 });
  const unauthorized = await fixture.run("test github");
  assertEquals([unauthorized.exitCode, unauthorized.lines], [1, ["401 unauthorized"]]);
  assertStringIncludes(unauthorized.problems.join(), "Does the server have another secret?");
  fixture.answer = () => new Response(null, { status: 302, headers: { Location: "/else" } });
  assertEquals((await fixture.run("test github")).lines, ["302"]);
});

Deno.test("source test shows a secret to no program that does not know that of the state folder [source.secrets]", async () => {
  await using fixture = new Fixture();
  await fixture.print("add telegram");
  const refusal =
    /^Cannot post to 127\.0\.0\.1:\d+: no server with this state folder holds the port/;
  fixture.serve(createNonce());
  assertMatch(await fixture.refuse("test telegram"), refusal);
  assertEquals(fixture.received, []);
  Deno.removeSync(journalPathOf(fixture.stateDir));
  assertMatch(await fixture.refuse("test telegram"), refusal);
  assertFalse(Array.from(Deno.readDirSync(fixture.stateDir)).some((e) => e.name === "journal.db"));
});

Deno.test("source test says why it cannot post [cli.source]", async () => {
  await using fixture = new Fixture();
  fixture.serve();
  await fixture.print("add github");
  await fixture.print("add gitea --secret-from env:NOT_ALLOWED");
  const key = `${fixture.stateDir}/key`;
  Deno.writeTextFileSync(key, "0a".repeat(32));
  await fixture.print(`add discord --secret-from file:${key}`);
  const cases: [string, string][] = [
    ["test githb", 'There is no source "githb": did you mean "github"?'],
    ["test constructor", 'There is no source "constructor": expected "github"'],
    ["test gitea", 'Cannot read the secret "env:NOT_ALLOWED": Deno was started without'],
    ["test discord", "Cannot sign: only the provider has the private key"],
    ["test github /etc/hostname", 'started without --allow-read=/etc/hostname. Give "-" to read'],
    [`test github ${fixture.stateDir}/none`, 'none": there is no such file'],
  ];
  for (const [line, message] of cases) {
    assertStringIncludes(await fixture.refuse(line), message, line);
  }
  assertEquals(fixture.received, []);
});
