/**
 * Measures the cost of an event, step by step, for a kibibyte of text.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { type Access, createAccess } from "../lib/access/access_file.ts";
import { addSender } from "../lib/access/changes.ts";
import { formatAccessToken } from "../lib/access/token.ts";
import { Allowlist } from "../lib/access/allowlist.ts";
import { cleanContent } from "../lib/text/clean_content.ts";
import { EventSequence, formatEventId } from "../lib/event/event_id.ts";
import { parseRequestTarget } from "../lib/http/parse_request_target.ts";
import { tryParseVerdict } from "../lib/permission/verdict.ts";
import { sanitizeMeta } from "../lib/event/sanitize_meta.ts";
import { validateHost } from "../lib/http/validate_host.ts";
import type { AccessOutcome, AccessState } from "../server/access/store.ts";
import { BodyReader } from "../server/http/body_reader.ts";
import { EventIntake } from "../server/event/intake.ts";
import { Gatekeeper } from "../server/http/gatekeeper.ts";
import { hashToken } from "../server/runtime/crypto.ts";
import { createHttpApp } from "../server/http/app.ts";
import { Journal } from "../server/journal/journal.ts";
import { createLocalPeer } from "../server/http/peer.ts";

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
const intake = new EventIntake({ keeper: { write: (run) => run(journal) } });
const token = formatAccessToken(crypto.getRandomValues(new Uint8Array(32)));
const change = addSender(createAccess(), {
  id: "ci",
  label: "ci",
  rights: ["speak"],
  chats: "own",
  expiresAt: null,
  tokenSha256: await hashToken(token),
  nowMs: Date.now(),
});
if (!change.ok) throw new Error(change.message);
const state: AccessState = { ok: true, access: change.access };
const access = {
  read: () => state,
  update: <Outcome extends AccessOutcome>(change: (access: Access) => Outcome) =>
    Promise.resolve(change(state.access)),
};
const audit = { note() {} };
const forbid = () => Promise.resolve(new Response());
const app = createHttpApp({
  access,
  allowedHosts: [],
  audit,
  gatekeeper: new Gatekeeper({
    access,
    allowlist: new Allowlist([["dev", { speak: true, approve: true }]]),
    rateLimitPerMinute: 0,
    audit,
    onUse() {},
  }),
  sources: { find: () => undefined },
  bodies: new BodyReader(),
  stream: { listen: () => "closed" },
  feeds: { accept: forbid, challenge: forbid },
  take: (event) => intake.take(event, undefined),
  settle: () => ({ ok: false, code: "unknown", message: "" }),
  permissions: () => [],
  findEvent: () => undefined,
  sessions: () => [],
  health: () => ({}),
  log: { info() {}, warn() {} },
});
const PEER = createLocalPeer(
  { isLoopback: true, isSecure: false, isForProxies: false, hasFeeds: true },
  "127.0.0.1",
);

async function post(headers: Readonly<Record<string, string>>): Promise<void> {
  const request = new Request("http://localhost:8788/ci", {
    method: "POST",
    body: PLAIN,
    headers: { host: "localhost:8788", ...headers },
  });
  await app(request, PEER);
}

Deno.bench("POST, journaled in memory", { group: "request", baseline: true }, async () => {
  await post({ "x-sender": "dev" });
});
Deno.bench("POST with a token, journaled in memory", { group: "request" }, async () => {
  await post({ authorization: `Bearer ${token}` });
});
Deno.bench("POST, forbidden", { group: "request" }, async () => {
  await post({});
});
