/**
 * What each event costs, step by step, for a kibibyte of text.
 *
 * @module
 */

import { Allowlist } from "../lib/allowlist.ts";
import { cleanContent } from "../lib/clean_content.ts";
import { EventIdFactory } from "../lib/event_id.ts";
import { parseRequestTarget } from "../lib/parse_request_target.ts";
import { tryParseVerdict } from "../lib/parse_verdict.ts";
import { PermissionRegistry } from "../lib/permission.ts";
import { sanitizeMeta } from "../lib/sanitize_meta.ts";
import { validateHost } from "../lib/validate_host.ts";
import { BodyReader } from "../server/body_reader.ts";
import { EventStream } from "../server/event_stream.ts";
import { createHttpApp } from "../server/http_app.ts";

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

const ids = new EventIdFactory(new Uint8Array(8));
Deno.bench("EventIdFactory.next()", { group: "small" }, () => {
  ids.next(Date.now());
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

const log = { info() {}, warn() {} };
const bodies = new BodyReader();
const app = createHttpApp({
  channel: {
    push: ({ content, meta }) => {
      cleanContent(content);
      return Promise.resolve(sanitizeMeta(meta).changes);
    },
    permit: () => Promise.resolve(),
  },
  allowlist: new Allowlist([["dev", { speak: true, approve: true }]]),
  permissions: new PermissionRegistry(),
  events: new EventStream(),
  bodies,
  ids,
  health: {},
  log,
});
const headers = { host: "localhost:8788", "x-sender": "dev" };

Deno.bench("POST, accepted", { group: "request", baseline: true }, async () => {
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
