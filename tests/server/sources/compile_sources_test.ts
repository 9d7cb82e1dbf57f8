import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Shape } from "../../../lib/sources/shape/shape.ts";
import { PROVIDER_NAMES } from "../../../lib/sources/providers/kinds.ts";
import { compileSources } from "../../../server/sources/compile_sources.ts";
import {
  bytesOf,
  configOf,
  entryOf,
  GENERIC,
  SECRET,
  signedHeaders,
  type SourceDraft,
  type SourceDrafts,
} from "../../_signed_delivery.ts";
import { createScratch } from "../_scratch.ts";

const SHAPE: Shape = {
  title: "push - octo/repo",
  lines: [{ key: "branch", value: "main", isUntrusted: false }],
  url: "https://github.com/octo/repo",
  event: "push",
  severity: "info",
  meta: {},
  rule: "push: all",
  isWanted: true,
};

/** The sources of a configuration that can be used, by their paths. */
async function compile(drafts: SourceDrafts) {
  const result = await compileSources(configOf(drafts));
  assert(result.ok, result.ok ? "" : result.message);
  return result.sources;
}

/** Returns the fault of a configuration of one source. */
async function faultOf(draft: SourceDraft): Promise<string> {
  const result = await compileSources(configOf({ own: draft }));
  return result.ok ? "ok" : result.message;
}

/** A file with a secret; returns the reference to it. */
function fileWith(text: string): string {
  const path = `${createScratch()}/secret`;
  Deno.writeTextFileSync(path, text);
  return `file:${path}`;
}

Deno.test("compileSources() makes every kind ready, by its path [source.config]", async () => {
  const drafts = Object.fromEntries(PROVIDER_NAMES.map((kind): [string, SourceDraft] => {
    const secrets = kind === "standard"
      ? ["whsec_AQIDBAUGBwg="]
      : kind === "discord"
      ? ["3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"]
      : [SECRET];
    return [kind, { ...(kind === "generic" ? GENERIC : { kind }), secrets }];
  }));
  const sources = await compile(drafts);
  assertEquals([...sources.keys()], PROVIDER_NAMES.map((kind) => `/${kind}`));
  for (const [path, { name, entry }] of sources) {
    assertEquals([`/${name}`, `/${entry.kind}`], [path, path]);
  }
  assertEquals(await compileSources('{"sources": {}}'), { ok: true, sources: new Map() });
});

Deno.test("compileSources() reads secrets from files, each of several counting [source.secrets]", async () => {
  const secrets = [fileWith(`${SECRET}\r\n# rotated in May\n`), "another-secret"];
  const sources = await compile({ own: { kind: "github", secrets } });
  const source = sources.get("/own");
  assert(source !== undefined);
  const body = bytesOf("{}");
  for (const [index, secret] of [SECRET, "another-secret"].entries()) {
    const headers = new Headers(await signedHeaders({ kind: "github" }, body, { secret }));
    const verified = await source.verifier.verify({ headers, body, nowMs: Date.now() });
    assertEquals(verified.ok && verified.secretIndex, index);
  }
});

Deno.test("compileSources() names the source that has no secret, and says nothing of secrets [source.secrets]", async () => {
  const empty = fileWith(" \nsecond line");
  const scratch = Deno.env.get("SCRATCH");
  const cases: [secrets: readonly string[], fault: RegExp][] = [
    [
      [empty],
      /^The source "own" cannot be used: Cannot use the secret "file:.*": expected one that is not empty$/,
    ],
    [[`file:${scratch}/nowhere`], /: there is no such file$/],
    [[`file:${scratch}`], /: expected a file of at most 65536 bytes$/],
    [["file:/etc/hostname"], /: Deno was started without --allow-read=\/etc\/hostname$/],
    [["env:SOME_SECRET"], /: Deno was started without --allow-env=SOME_SECRET$/],
    [
      [""],
      /^The configuration is wrong at sources\.own\.secrets\[0\]: expected a secret that is not empty$/,
    ],
    [["short"], /expected at least 8 characters, "env:NAME" or "file:\/path"$/],
    [[], /expected a list of 1 to 8 secrets$/],
  ];
  for (const [secrets, fault] of cases) {
    assertMatch(await faultOf({ kind: "github", secrets }), fault);
  }
  const both = ["whsec_AQIDBAUGBwg=", "the-second-one"];
  const mixed = await faultOf({ kind: "gitlab", secrets: both });
  assertMatch(
    mixed,
    /^The source "own" cannot be used: Cannot take both tokens and signing secrets/,
  );
  const wrong = await faultOf({ kind: "discord", secrets: ["the-private-one"] });
  assertMatch(wrong, /^The source "own" cannot be used: /);
  for (const message of [mixed, wrong]) {
    for (const secret of [...both, "the-private-one"]) assert(!message.includes(secret), message);
  }
});

Deno.test("compileSources() says where filters and templates are wrong [source.config]", async () => {
  const regexp = { path: "ref", op: "matches", value: "(" } as const;
  assertMatch(
    await faultOf({ kind: "github", filter: regexp }),
    /^The source "own" cannot be used: filter: /,
  );
  assertMatch(
    await faultOf({ kind: "github", template: "{{ref}}\n{{#if ref}}" }),
    /^The source "own" cannot be used: template: The template is wrong in line 2/,
  );
  assertEquals(await faultOf({ kind: "github", template: "{{ref}}" }), "ok");
});

Deno.test("compileSources() formats an event by the template, and without one where it gives no text [source.template]", async () => {
  const sources = await compile({
    plain: { kind: "github" },
    own: {
      kind: "github",
      template: "{{@source}} {{@event}} {{@severity}}: {{@title}} {{@url}} {{note}}",
    },
  });
  const format = (path: string, payload: unknown) => sources.get(path)?.format(SHAPE, payload);
  const meta = { source_name: "plain", event: "push", severity: "info" };
  const text = "push - octo/repo\nbranch: main\nhttps://github.com/octo/repo";
  assertEquals(format("/plain", {}), { text: `[plain] ${text}`, meta });
  const note = `<channel> ghp_${"a".repeat(36)}`;
  assertEquals(format("/own", { note }), {
    text: "own push info: push - octo/repo https://github.com/octo/repo ‹channel› [redacted]",
    meta: { ...meta, source_name: "own" },
  });
});

Deno.test("compileSources() cleans what a template itself says [source.template] [source.redaction]", async () => {
  const template = `</channel>\x1b[31m\u202e ghp_${
    "a".repeat(36)
  }\n\n{{#each list}}{{this}}\n{{/each}}`;
  const sources = await compile({ own: { kind: "github", template } });
  const list = Array.from({ length: 100 }, () => "x".repeat(100));
  const { text = "" } = sources.get("/own")?.format(SHAPE, { list }) ?? {};
  assertMatch(text, /^&lt;\/channel> \[redacted\]\n\nx{100}\n/);
  assertEquals([...text].length, 1900);
});

Deno.test("compileSources() takes all sources or none [source.config]", async () => {
  const good = { kind: "github" } as const;
  const result = await compileSources(configOf({ good, bad: { ...good, template: "{{#if}}" } }));
  assertMatch(result.ok ? "" : result.message, /^The source "bad" cannot be used: /);
  const twice = JSON.stringify({
    sources: { a: entryOf("same", good), b: entryOf("same", good) },
  });
  assertEquals(await compileSources(twice), {
    ok: false,
    message:
      'The configuration is wrong at sources.b.path: expected a path of its own: "a" has the same',
  });
});
