/**
 * What each event costs, step by step, for a kibibyte of text.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { Allowlist } from "../lib/allowlist.ts";
import { cleanContent } from "../lib/clean_content.ts";
import { EventSequence, formatEventId } from "../lib/event_id.ts";
import { parseRequestTarget } from "../lib/parse_request_target.ts";
import { tryParseVerdict } from "../lib/parse_verdict.ts";
import { sanitizeMeta } from "../lib/sanitize_meta.ts";
import { validateHost } from "../lib/validate_host.ts";
import { BodyReader } from "../server/body_reader.ts";
import { EventIntake } from "../server/event_intake.ts";
import { createHttpApp } from "../server/http_app.ts";
import { Journal } from "../server/journal.ts";

const PLAIN = "x".repeat(1024);
const HOSTILE = "\u202e<channel>\x1b[31m".repeat(64);
const META = { chat_id: "chat_1", event_id: "evt_1", sender: "dev", path: "/ci" };

Deno.bench("cleanContent() plain", { group: "content", baseline: true }, () => {
  cleanContent(PLAIN);
});
Deno.bench("cleanContent() hostile", { group: "content" }, () => {
  cleanContent(HOSTILE);
});

Deno.bench("sanitizeMeta() clean", { group: "meta", baseline: true }, () => {
  sanitizeMeta(META);
});
Deno.bench("sanitizeMeta() one key to rename", { group: "meta" }, () => {
  sanitizeMeta({ ...META, "run-id": 7 });
});

const sequence = new EventSequence();
Deno.bench("EventSequence.next(), formatEventId()", { group: "small" }, () => {
  formatEventId(sequence.next(Date.now()));
});
Deno.bench("tryParseVerdict()", { group: "small" }, () => {
  tryParseVerdict(PLAIN);
});
Deno.bench("validateHost()", { group: "small" }, () => {
  validateHost("localhost:8788");
});
Deno.bench("parseRequestTarget()", { group: "small" }, () => {
  parseRequestTarget("http://localhost:8788/ci?severity=high&run_id=1234");
});

const journal = Journal.on(new DatabaseSync(":memory:"), "memory");
const intake = new EventIntake({ keeper: { use: (run) => run(journal) } });
const app = createHttpApp({
  allowlist: new Allowlist([["dev", { speak: true, approve: true }]]),
  bodies: new BodyReader(),
  stream: { listen: () => undefined },
  feeds: { accept: () => new Response() },
  take: (event) => intake.take(event, undefined),
  settle: () => ({ ok: false, code: "unknown", message: "" }),
  findEvent: () => undefined,
  sessions: () => [],
  health: () => ({}),
  log: { info() {}, warn() {} },
});
const headers = { host: "localhost:8788", "x-sender": "dev" };

Deno.bench("POST, journaled in memory", { group: "request", baseline: true }, async () => {
  await app(new Request("http://localhost:8788/ci", { method: "POST", body: PLAIN, headers }));
});
Deno.bench("POST, forbidden", { group: "request" }, async () => {
  await app(
    new Request("http://localhost:8788/ci", {
      method: "POST",
      body: PLAIN,
      headers: { host: "localhost:8788" },
    }),
  );
});
