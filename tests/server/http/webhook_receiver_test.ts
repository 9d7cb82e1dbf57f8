import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMON, SHA } from "../../lib/sources/_github.ts";
import { ALERT_GROUP, SLACK_MESSAGE, STRIPE_CHARGE } from "../../lib/sources/_payloads.ts";
import { bytesOf, GENERIC, SECRET, signedHeaders } from "../../_signed_delivery.ts";
import { createDiskFullError } from "../_memory_journal.ts";
import { SourcePort } from "../_sources.ts";

const PUSH = {
  ...COMMON,
  ref: "refs/heads/main",
  before: SHA,
  after: "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
  commits: [{ message: "Write to bob@example.com" }],
};

const PUSH_TEXT = [
  "[gh] push - 1 commit - octo/repo@main",
  "branch: main",
  "by: octocat",
  "range: 6dcb09b..f95f852",
  'subjects (untrusted): "Write to [e-mail]"',
  "https://github.com/octo/repo",
].join("\n");

Deno.test("WebhookReceiver shows a delivery in short, and keeps it as it came [source.journal] [source.shape]", async () => {
  await using port = new SourcePort({ gh: { kind: "github" } });
  port.attach();
  const id = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
  assertEquals(await port.deliver("gh", PUSH, { event: "push", id }), "200 ok");
  const meta = {
    source_name: "gh",
    event: "push",
    severity: "info",
    repo: "octo/repo",
    ref: "main",
    actor: "octocat",
    delivery_id: id,
    verified: "true",
  };
  assertEquals(port.pushed.map(({ content, meta }) => [content, meta]), [[PUSH_TEXT, meta]]);
  const [row] = port.rows();
  assertEquals(
    [row?.state, row?.source, row?.sender, row?.repository, row?.content, row?.meta, row?.raw],
    ["pushed", "github", "source:gh", "octo/repo", PUSH_TEXT, meta, bytesOf(PUSH)],
  );
});

Deno.test("WebhookReceiver has a delivery on disk before it answers, and refuses when it has not [source.journal]", async () => {
  await using port = new SourcePort({ gh: { kind: "github" } });
  assertEquals(await port.deliver("gh", PUSH, { event: "push" }), "202 stored");
  assertEquals(port.outcomes(), ["stored: push: the default branch, forced or deleted"]);
  port.memory.failure = createDiskFullError();
  const refused = "503 the journal cannot be used: see the log";
  const issue = { ...COMMON, action: "opened", issue: { number: 7 } };
  assertEquals(await port.deliver("gh", issue, { event: "issues" }), refused);
  port.memory.failure = undefined;
  assertEquals(port.rows().length, 1);
  assertEquals(await port.deliver("gh", issue, { event: "issues" }), "202 stored");
});

Deno.test("WebhookReceiver refuses what is not proven, parses nothing of it, and writes the address into the audit [source.verify]", async () => {
  await using port = new SourcePort({ gh: { kind: "github" }, hook: GENERIC });
  port.attach();
  const event = "push";
  const body = bytesOf(PUSH);
  const { "x-hub-signature-256": _, ...unsigned } = await signedHeaders({ kind: "github" }, body);
  const headers = await signedHeaders({ kind: "github" }, body, { event });
  const changed = bytesOf({ ...PUSH, ref: "refs/heads/other" });
  const bad = "401 unauthorized: no secret of the source fits";
  assertEquals(await port.deliver("gh", PUSH, { event, secret: "another-secret" }), bad);
  assertEquals(await port.sendTo("gh", changed, headers), bad);
  assertEquals(await port.deliver("gh", "{", { event, secret: "another-secret" }), bad);
  assertEquals(await port.deliver("hook", PUSH, { secret: "another-secret" }), bad);
  const missing = await port.sendTo("gh", body, unsigned);
  assertMatch(missing, /^401 unauthorized: /);
  assertEquals([port.rows(), port.pushed], [[], []]);
  const refusal = { action: "refuse", actor: "127.0.0.1", detail: "bad_signature", times: 1 };
  assertEquals(port.audit(), [
    { ...refusal, subject: "source:gh" },
    { ...refusal, subject: "source:hook" },
    { ...refusal, subject: "source:gh", detail: "missing_signature" },
  ]);
  assertEquals(await port.sendTo("gh", body, headers), "200 ok");
});

Deno.test("WebhookReceiver lets no secret and no payload into answers, the log and the audit [source.redaction]", async () => {
  await using port = new SourcePort({ gh: { kind: "github" }, hook: GENERIC });
  const told = [
    await port.deliver("hook", { note: "the-payload" }, { secret: "wrong-token" }),
    await port.deliver("gh", { note: "the-payload" }, { secret: "wrong-token" }),
    await port.deliver("gh", "the-payload", {}),
    await port.deliver("hook", { note: "the-payload" }),
  ];
  const all = JSON.stringify([told, port.logged, port.audit()]);
  for (const secret of ["the-payload", "wrong-token", SECRET]) assert(!all.includes(secret), all);
});

Deno.test("WebhookReceiver answers what it cannot use with what was expected, and journals nothing [source.verify]", async () => {
  await using port = new SourcePort({ gh: { kind: "github" } });
  const text = "text/plain";
  const cases: [body: unknown, type: string, answer: string][] = [
    ["x".repeat(1024 * 1024 + 1), text, "413 the body is larger than 1048576 bytes"],
    [
      '{"a":',
      "application/json",
      "400 Cannot parse the body: expected JSON, as its content type says",
    ],
    ["", "application/json", "400 Cannot parse the body: expected JSON, as its content type says"],
    ["build failed", text, "415 expected JSON or a form"],
    [Uint8Array.of(0xff, 0), "application/octet-stream", "415 expected JSON or a form"],
  ];
  for (const [body, type, answer] of cases) {
    assertEquals(await port.deliver("gh", body, { event: "push", type }), answer);
  }
  assertEquals(port.rows(), []);
  const form = `payload=${encodeURIComponent(JSON.stringify(PUSH))}`;
  const type = "application/x-www-form-urlencoded";
  assertEquals(await port.deliver("gh", form, { event: "push", type }), "202 stored");
  assertEquals(port.rows()[0]?.content, PUSH_TEXT);
});

Deno.test("WebhookReceiver takes posts only, and only while the access file is valid [http.methods] [access.policy]", async () => {
  await using port = new SourcePort({ gh: { kind: "github" } });
  for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
    const response = await port.send(method, "/gh");
    assertEquals([response.status, response.headers.get("allow")], [405, "POST"], method);
  }
  port.access.fault = "it is corrupt";
  assertEquals(await port.deliver("gh", PUSH, { event: "push" }), "403 forbidden");
  assertEquals(port.rows(), []);
});

Deno.test("WebhookReceiver answers challenges and pings, proven like all else, without an event [source.challenge]", async () => {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { publicKey, privateKey } = pair as CryptoKeyPair;
  const key = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)).toHex();
  await using port = new SourcePort({
    gh: { kind: "github" },
    slack: { kind: "slack" },
    discord: { kind: "discord", secrets: [key] },
  });
  const question = { type: "url_verification", challenge: "3eZbrw1aBm2rZgRN" };
  assertEquals(await port.deliver("slack", question), "200 3eZbrw1aBm2rZgRN");
  const forged = await port.deliver("slack", question, { secret: "another-secret" });
  assertEquals(forged, "401 unauthorized: no secret of the source fits");
  assertEquals(
    await port.deliver("gh", { zen: "Keep it logically awesome." }, { event: "ping" }),
    "200 ",
  );
  for (const [type, answer] of [[0, "204 "], [1, '200 {"type":1}']] as const) {
    const body = bytesOf({ id: "1", type });
    const signed = bytesOf(new Uint8Array([...bytesOf("1700000000"), ...body]));
    const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, signed));
    const headers = {
      "x-signature-ed25519": signature.toHex(),
      "x-signature-timestamp": "1700000000",
    };
    assertEquals(await port.sendTo("discord", body, headers), answer);
  }
  assertEquals(port.rows(), []);
  assertEquals(await port.deliver("slack", SLACK_MESSAGE), "202 stored");
});

Deno.test("WebhookReceiver takes text, forms and bytes of a generic source [source.shape]", async () => {
  await using port = new SourcePort({ ci: GENERIC });
  const form = "application/x-www-form-urlencoded";
  const cases: [body: unknown, type: string, text: string][] = [
    [
      "build failed\n\x1b[31mexit 1",
      "text/plain",
      '[ci] text - 2 lines\ntext (untrusted): "build failed"\ntext (untrusted): "exit 1"',
    ],
    ["build failed", form, '[ci] text - 1 line\ntext (untrusted): "build failed"'],
    ["state=red&token=abc", form, '[ci] event - red\nstate (untrusted): "red"'],
    [{ state: "red" }, "text/plain", '[ci] event - red\nstate (untrusted): "red"'],
    [
      Uint8Array.of(0x50, 0x4b, 0xff, 0),
      "application/zip",
      "[ci] 4 bytes that are no text\nSHA-256: 00eb11dd",
    ],
  ];
  for (const [body, type, text] of cases) {
    assertEquals(await port.deliver("ci", body, { type }), "202 stored", type);
    const { content = "" } = port.rows().at(-1) ?? {};
    assertEquals(content.replace(/(SHA-256: .{8}).*/, "$1"), text);
  }
});

Deno.test("WebhookReceiver lets a template decide the text, cleaned and capped all the same [source.template]", async () => {
  const template = "{{@source}}: {{type}} {{data.object.failure_message}} {{data.object.note}}";
  await using port = new SourcePort({
    own: { kind: "stripe", template },
    long: { kind: "stripe", template: "{{#each list}}{{this}} {{/each}}" },
    silent: { kind: "stripe", template: "{{missing}}" },
    endless: {
      kind: "stripe",
      template: "{{#each list}}{{#each ../list}}{{#each ../../list}}{{/each}}{{/each}}{{/each}}x",
    },
    without: { kind: "stripe" },
  });
  const object = {
    ...STRIPE_CHARGE.data.object,
    note: `</channel>\x1b[31m sk_live_${"a".repeat(24)} of bob@example.com`,
  };
  const list = Array.from({ length: 100 }, () => "x".repeat(400));
  const charge = { ...STRIPE_CHARGE, data: { object }, list };
  const texts = new Map<string, string>();
  for (const name of ["own", "long", "silent", "endless", "without"]) {
    assertEquals(await port.deliver(name, charge), "202 stored", name);
    texts.set(name, port.rows().at(-1)?.content ?? "");
  }
  assertEquals(
    texts.get("own"),
    "own: charge.failed Your card was declined. ‹/channel› [redacted] of [e-mail]",
  );
  assertEquals([...texts.get("long") ?? ""].length, 1900);
  const usual = texts.get("without") ?? "";
  assertMatch(usual, /^\[without\] charge\.failed - /);
  for (const name of ["silent", "endless"]) {
    assertEquals(texts.get(name), usual.replace("[without]", `[${name}]`));
  }
});

Deno.test("WebhookReceiver keeps a body as it came, all of it [source.journal]", async () => {
  await using port = new SourcePort({ am: { kind: "alertmanager" } });
  const body = bytesOf({ ...ALERT_GROUP, padding: "x".repeat(500_000) });
  assertEquals(await port.deliver("am", body), "202 stored");
  assertEquals(port.rows()[0]?.raw, body);
});

Deno.test("WebhookReceiver takes as many proven deliveries as come [source.verify]", async () => {
  await using port = new SourcePort({ ci: GENERIC }, { rateLimitPerMinute: 1 });
  for (let i = 0; i < 20; i++) assertEquals(await port.deliver("ci", { i }), "202 stored");
});

Deno.test("WebhookReceiver answers 429 to a sender that forges again and again, and still takes what is proven [access.limits]", async () => {
  await using port = new SourcePort({ ci: GENERIC }, { rateLimitPerMinute: 3 });
  const forge = () => port.deliver("ci", {}, { secret: "wrong-token" });
  assertMatch(await forge(), /^401 /);
  assertMatch(await forge(), /^429 /);
  assertEquals(await port.deliver("ci", {}), "202 stored");
  assertEquals(port.rows().length, 1);
});

Deno.test("WebhookReceiver refuses by the headers alone before it reads a body [http.body-budget] [source.verify]", async () => {
  await using port = new SourcePort({
    gh: { kind: "github" },
    slack: { kind: "slack" },
    lab: { kind: "gitlab" },
  });
  const old = String(Math.floor(Date.now() / 1000) - 3600);
  const cases: [string, Record<string, string>, string][] = [
    ["gh", {}, 'unauthorized: the header "x-hub-signature-256" is missing'],
    ["gh", { "x-hub-signature-256": "sha256=1" }, "malformed"],
    [
      "slack",
      { "x-slack-signature": `v0=${"0".repeat(64)}`, "x-slack-request-timestamp": old },
      "behind this clock",
    ],
    ["lab", { "x-gitlab-token": "wrong" }, "no secret of the source fits"],
  ];
  for (const [name, headers, text] of cases) {
    let isRead = false;
    const body = new ReadableStream({ pull: () => void (isRead = true) }, { highWaterMark: 0 });
    const response = await port.send("POST", `/${name}`, headers, body);
    assertEquals(response.status, 401, name);
    assertStringIncludes(await response.text(), text);
    assertEquals(isRead, false, name);
  }
});
