import examples from "@octokit/webhooks-examples" with { type: "json" };
import { assert, assertEquals, assertLessOrEqual, assertMatch, assertNotMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { EventRecord } from "../../lib/event/event_record.ts";
import { redactText } from "../../lib/sources/shape/redact.ts";
import { countCodePoints } from "../../lib/text/truncate.ts";
import { Journal } from "../../server/journal/journal.ts";
import { journalPathOf, sourcesPathOf } from "../../server/state/folder.ts";
import {
  bytesOf,
  configOf,
  type DeliveryDraft,
  GENERIC,
  SECRET,
  signedHeaders,
  type SourceDraft,
  type SourceDrafts,
} from "../_signed_delivery.ts";
import { until } from "../_until.ts";
import { COMMON, SHA } from "../lib/sources/_github.ts";
import * as forges from "../lib/sources/_forge_payloads.ts";
import * as services from "../lib/sources/_payloads.ts";
import { FleetProcess, medianOf, printFigures } from "./_fleet.ts";
import { createScratch, serverCommand, Session, takeFreePort } from "./_session.ts";

/** Patterns that no event may contain: addresses, tokens, keys, pages for machines. */
const FORBIDDEN_REGEXP =
  /[\w.+-]+@[\w-]+\.[a-z]{2,}|gh[a-z]_\w{10}|github_pat_|xox[a-z]-|[sr]k_live_|whsec_|glpat-|AKIA[A-Z0-9]{8}|eyJ\w{10}|PRIVATE KEY|:\/\/(?:api\.github|avatars|uploads)/i;

/** All that a source can send is shown, whatever the default filter says. */
const ALL = { allow: ["*"] };

/** The number of sources that share the examples: one alone would show thirty a minute. */
const SPREAD = 20;

/** The longest time until a held event is shown. */
const BURST_MS = 20_000;

/** A source, what it sends, and the type where a header says it. */
type Sample = readonly [draft: SourceDraft, payload: unknown, event?: string];

const WITH_KEY = "whsec_AQIDBAUGBwg=";

const SAMPLES: Readonly<Record<string, Sample>> = {
  github: [{ kind: "github" }, { ...COMMON, action: "opened", issue: { number: 7 } }, "issues"],
  gitlab: [{ kind: "gitlab" }, forges.GITLAB_PIPELINE, "Pipeline Hook"],
  "gitlab-signed": [{ kind: "gitlab", secrets: [WITH_KEY] }, forges.GITLAB_PIPELINE],
  bitbucket: [{ kind: "bitbucket" }, forges.BITBUCKET_PUSH, "repo:push"],
  gitea: [{ kind: "gitea" }, forges.GITEA_PUSH, "push"],
  forgejo: [{ kind: "forgejo" }, forges.FORGEJO_RUN, "workflow_run"],
  circleci: [{ kind: "circleci" }, forges.CIRCLECI_WORKFLOW],
  vercel: [{ kind: "vercel" }, forges.VERCEL_DEPLOYMENT],
  // Read by the test: the time of a delivery must be of the last minute, and this module may be older.
  get linear(): Sample {
    return [{ kind: "linear" }, { ...forges.LINEAR_ISSUE, webhookTimestamp: Date.now() }];
  },
  sentry: [{ kind: "sentry" }, services.SENTRY_ISSUE, "issue"],
  alertmanager: [{ kind: "alertmanager" }, services.ALERT_GROUP],
  grafana: [{ kind: "grafana" }, services.GRAFANA_GROUP],
  "grafana-timed": [{ kind: "grafana", timestamp_header: "x-time" }, services.GRAFANA_GROUP],
  pagerduty: [{ kind: "pagerduty" }, services.PAGERDUTY_INCIDENT],
  stripe: [{ kind: "stripe" }, services.STRIPE_CHARGE],
  slack: [{ kind: "slack" }, services.SLACK_MESSAGE],
  telegram: [{ kind: "telegram" }, services.TELEGRAM_MESSAGE],
  shopify: [{ kind: "shopify" }, services.SHOPIFY_ORDER, "orders/cancelled"],
  standard: [{ kind: "standard", secrets: [WITH_KEY] }, services.STANDARD_EVENT],
  generic: [GENERIC, { state: "red" }],
  "generic-signed": [
    { kind: "generic", signature: { algorithm: "sha512", header: "x-signature" } },
    { state: "red" },
  ],
};

/** A state folder with sources. */
function createState(drafts: SourceDrafts): string {
  const stateDir = createScratch();
  configure(stateDir, configOf(drafts));
  return stateDir;
}

function configure(stateDir: string, text: string): void {
  Deno.writeTextFileSync(`${stateDir}/config.json.new`, text, { mode: 0o600 });
  Deno.renameSync(`${stateDir}/config.json.new`, sourcesPathOf(stateDir));
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly eventId: string;
}

/** Delivers a body, signed, to the source of a name. */
async function deliver(
  url: string,
  [name, source]: readonly [name: string, source: SourceDraft],
  body: Uint8Array<ArrayBuffer>,
  draft: DeliveryDraft,
): Promise<Answer> {
  const headers = await signedHeaders(source, body, { secret: source.secrets?.[0], ...draft });
  const response = await fetch(`${url}/${name}`, { method: "POST", headers, body });
  const eventId = response.headers.get("x-event-id") ?? "";
  return { status: response.status, text: await response.text(), eventId };
}

/** Reads the events of the journal in a state folder. */
function readJournal(stateDir: string): EventRecord[] {
  const database = new DatabaseSync(journalPathOf(stateDir), { readOnly: true });
  try {
    const { events } = Journal.on(database, "journal");
    return events.list({ limit: 1000 }).flatMap(({ seq }) => events.get(seq) ?? []).reverse();
  } finally {
    database.close();
  }
}

/** Asserts what holds for every event of a source as the session has it. */
function assertClean(pushed: string): void {
  const how = pushed.lastIndexOf("\n\n(No answer due: ack evt_");
  const content = pushed.slice(0, how);
  assert(how > 0, pushed);
  assertLessOrEqual(countCodePoints(pushed), 2000, pushed);
  assertLessOrEqual(countCodePoints(content.split("\n", 1)[0] ?? ""), 200, pushed);
  assertNotMatch(content, /<|undefined|\[object/, pushed);
  assertNotMatch(content, FORBIDDEN_REGEXP, pushed);
  assertEquals(redactText(content), content);
}

function contentOf({ params }: { readonly params: Record<string, unknown> }): string {
  return String(params.content);
}

Deno.test("deliveries of every kind reach the session, proven and shaped, however many may be posted [source.verify] [source.shape]", async () => {
  const drafts = Object.fromEntries(
    Object.entries(SAMPLES).map(([name, [draft]]) => [name, { ...draft, events: ALL }]),
  );
  const stateDir = createState(drafts);
  await using session = await Session.start({ stateDir, args: ["--rate-limit", "1"] });
  for (const [index, [name, [draft, payload, event]]] of Object.entries(SAMPLES).entries()) {
    const source = [name, draft] as const;
    const body = bytesOf(payload);
    const other = name === "standard" || name === "gitlab-signed"
      ? "whsec_CQkJCQkJCQk="
      : "another-secret";
    const forged = await deliver(session.url, source, body, { event, secret: other });
    // Forgers are limited; valid deliveries must not suffer for them.
    assertEquals([name, forged.status], [name, index === 0 ? 401 : 429], forged.text);
    const { status, text } = await deliver(session.url, source, body, { event });
    assert(status === 200 || status === 202, `${name}: ${status} ${text}`);
    assertMatch(text, /^(?:ok|stored)$/, name);
  }
  const names = Object.keys(SAMPLES).sort();
  const sourcesOf = () =>
    session.notifications.map(({ params }) => (params.meta as Record<string, string>).source_name)
      .sort();
  await until("all are shown", () => sourcesOf().length >= names.length, BURST_MS);
  assertEquals(sourcesOf(), names);
  for (const notification of session.notifications) {
    const content = contentOf(notification);
    const { source_name, verified, event } = notification.params.meta as Record<string, string>;
    assert(content.startsWith(`[${source_name}] `), content);
    assertEquals([verified, event !== undefined], ["true", true]);
    assertClean(content);
  }
  assertEquals(session.errors, []);
});

Deno.test("GitHub's own examples reach the session in short, and nothing of them that must not [source.total] [source.redaction]", async () => {
  const draft: SourceDraft = { kind: "github", events: ALL };
  const names = Array.from({ length: SPREAD }, (_, i) => `gh${i}`);
  const stateDir = createState(Object.fromEntries(names.map((name) => [name, draft])));
  await using session = await Session.start({ stateDir });
  const sizes = new Map<string, number>();
  const all = examples.flatMap(({ name, examples }) =>
    examples.map((payload: unknown) => ({ event: name, body: bytesOf(payload) }))
  );
  let pings = 0;
  for (const [index, { event, body }] of all.entries()) {
    const source = [names[index % SPREAD] ?? "", draft] as const;
    const { status, text, eventId } = await deliver(session.url, source, body, { event });
    assert(status === 200 || status === 202, `${event}: ${status} ${text}`);
    if (event === "ping") pings++;
    else sizes.set(eventId, body.length);
  }
  assert(sizes.size > 300 && pings > 0, `${sizes.size} events, ${pings} pings`);
  await until(
    "all are shown, or told of by others",
    () => readJournal(stateDir).every(({ state }) => state !== "stored"),
    BURST_MS,
  );
  const rows = readJournal(stateDir);
  const pushed = rows.filter(({ state }) => state === "pushed");
  await until("they have come", () => session.notifications.length >= pushed.length);
  for (const notification of session.notifications) assertClean(contentOf(notification));
  for (const { state, rule } of rows) {
    if (state === "filtered") assertEquals(rule, "good state without a bad one before");
  }

  const shares = rows.filter(({ id }) => sizes.has(id)).map(({ id, content }) => {
    assertClean(`${content}\n\n(No answer due: ack evt_)`);
    return 100 * bytesOf(content).length / (sizes.get(id) ?? 1);
  });
  assertEquals(shares.length, sizes.size);
  printFigures({
    deliveries: all.length,
    pushed: pushed.length,
    "median %": medianOf(shares),
    "maximum %": Math.max(...shares),
  });
  assertLessOrEqual(medianOf(shares), 10);
  assertNotMatch(session.stderr, /Internal error|Unexpected/);
});

/** A failed run of a workflow. */
function runOf(id: number) {
  return {
    ...COMMON,
    action: "completed",
    workflow: { name: `ci ${id}` },
    workflow_run: {
      id,
      workflow_id: id,
      run_number: id,
      conclusion: "failure",
      head_branch: "main",
      head_sha: SHA,
      head_repository: COMMON.repository,
    },
  };
}

Deno.test("runs of one commit that fail together are told as one [source.burst]", async () => {
  const source = ["gh", { kind: "github" }] as const;
  const stateDir = createState({ gh: source[1] });
  await using session = await Session.start({ stateDir });
  for (const id of [1, 2, 3]) {
    const answer = await deliver(session.url, source, bytesOf(runOf(id)), {
      event: "workflow_run",
    });
    assertEquals([answer.status, answer.text], [200, "ok"], "a session is open for it");
  }
  await until("they are told", () => session.notifications.length > 0, BURST_MS);
  const content = session.notifications.map(contentOf).join("\n\n");
  assertMatch(
    content,
    /^\[gh\] 3 events for octo\/repo@6dcb09b:\n(?:- evt_\w{11} workflow failed - ci [123] #[123] - octo\/repo@main\n){3}\(read_event has the whole of each\.\)\n\n\(No answer due: ack evt_\w{11}\.\)$/,
  );
  const told = readJournal(stateDir).find(({ state }) => state === "pushed");
  const notes = readJournal(stateDir).map(({ state, rule }) => `${state}: ${rule}`);
  assertEquals(notes.slice(0, 3), Array(3).fill(`filtered: gathered in ${told?.id}`));
});

Deno.test("a run that failed is shown although the process was killed while it waited for others [source.journal]", async () => {
  const source = ["gh", { kind: "github" }] as const;
  const options = { port: takeFreePort(), stateDir: createState({ gh: source[1] }) };
  const url = `http://127.0.0.1:${options.port}`;
  await using first = await FleetProcess.open(options);
  await until("the port opens", () => first.openedAt);
  const answer = await deliver(url, source, bytesOf(runOf(1)), { event: "workflow_run" });
  assertEquals(answer.text, "ok");
  await first.kill("SIGKILL");
  assertEquals(first.shown, []);
  await using second = await FleetProcess.open(options);
  await until("it is shown", () => second.shown.length > 0, BURST_MS);
  assertEquals(second.shown.map(({ meta }) => meta.event_id), [answer.eventId]);
});

Deno.test("a configuration counts from its first delivery on, and a bad one changes nothing [source.reload]", async () => {
  const signature = { algorithm: "sha256", header: "x-signature" } as const;
  const draft: SourceDraft = { kind: "generic", signature };
  const stateDir = createScratch();
  await using session = await Session.start({ stateDir });
  const send = async (name: string, state: string) => {
    const body = bytesOf({ state });
    return (await deliver(session.url, [name, draft], body, {})).status;
  };
  assertEquals(await send("ci", "early"), 403);
  configure(stateDir, configOf({ ci: draft }));
  await until("it is known", async () => await send("ci", "green") === 200);
  configure(stateDir, `{"sources": {"ci": "${SECRET}"`);
  await until("it is reported", async () => {
    assertEquals(await send("ci", crypto.randomUUID()), 200);
    return session.stderr.includes("the last good configuration holds");
  });
  assert(!session.stderr.includes(SECRET), session.stderr);
  configure(stateDir, configOf({ other: draft }));
  await until("it is mended", async () => await send("other", "blue") === 200);
  assertEquals(await send("ci", "late"), 403);
});

Deno.test("no server starts with a source that has no secret [source.secrets]", async () => {
  const file = `${createScratch()}/secret`;
  Deno.writeTextFileSync(file, "\n");
  const cases: [secret: string, fault: string][] = [
    ["", "sources.gh.secrets[0]: expected a secret that is not empty"],
    ["  ", "sources.gh.secrets[0]: expected a secret that is not empty"],
    [`file:${file}`, `Deno was started without --allow-read=${file}`],
    ["env:NO_SUCH_SECRET", "Deno was started without --allow-env=NO_SUCH_SECRET"],
  ];
  for (const [secret, fault] of cases) {
    const stateDir = createState({ gh: { kind: "github", secrets: [secret] } });
    const [program, ...args] = serverCommand(takeFreePort(), { stateDir });
    const output = await new Deno.Command(program, { args, stdin: "null" }).output();
    const stderr = new TextDecoder().decode(output.stderr);
    assertEquals([output.code, output.stdout.length], [1, 0], stderr);
    assert(stderr.startsWith(`deno-channel: Cannot use ${sourcesPathOf(stateDir)}: `), stderr);
    assert(stderr.trimEnd().endsWith(fault), stderr);
  }
});
