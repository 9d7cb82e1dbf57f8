import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  formatSourceConfig,
  tryParseSourceConfig,
} from "../../../../lib/sources/config/config_file.ts";
import type { SourceConfig } from "../../../../lib/sources/config/entry.ts";
import { show } from "../../_texts.ts";

const SECRET = "hunter2-hunter2";

const GITHUB = { path: "/github", kind: "github", secrets: ["env:GITHUB_WEBHOOK_SECRET"] };
const GENERIC = {
  path: "/deploy",
  kind: "generic",
  secrets: [SECRET],
  signature: { algorithm: "sha256", header: "X-Signature" },
};

function messageOf(config: unknown): string {
  const result = tryParseSourceConfig(JSON.stringify(config));
  return result.ok ? "ok" : result.message;
}

/** The message about a source that differs from a good one. */
function faultOf(change: Record<string, unknown>, source: unknown = GITHUB): string {
  const message = messageOf({ sources: { gh: Object.assign({}, source, change) } });
  return message.replace("The configuration is wrong at sources.gh", "");
}

function signatureFaultOf(change: Record<string, unknown>): string {
  return faultOf({ signature: { ...GENERIC.signature, ...change } }, GENERIC);
}

Deno.test("tryParseSourceConfig() takes all that a source can have [source.config]", () => {
  const config: SourceConfig = {
    sources: {
      github: {
        path: "/github",
        kind: "github",
        secrets: ["env:GITHUB_WEBHOOK_SECRET", "file:/run/secrets/github", SECRET],
        session: "my repo",
        repository: "owner/name",
        events: { allow: ["pull_request.opened", "push.*"], deny: ["star"] },
        filter: { not: { path: "pull_request.draft", op: "equals", value: true } },
        template: "{{@title}}",
      },
      deploy: {
        path: "/hooks/deploy_2",
        kind: "generic",
        secrets: [SECRET],
        signature: {
          algorithm: "sha512",
          header: "X-Signature",
          template: "{id}.{timestamp}.{body}",
          encoding: "base64",
          prefix: "v1=",
          timestamp_header: "X-Time",
          id_header: "X-Id",
          event_path: 'event["type"]',
        },
      },
      grafana: { path: "/g", kind: "grafana", secrets: [SECRET], timestamp_header: "X-Time" },
    },
  };
  assertEquals(tryParseSourceConfig(JSON.stringify(config)), { ok: true, config });
  assertEquals(tryParseSourceConfig(`\ufeff${formatSourceConfig(config)}`), { ok: true, config });
});

Deno.test("tryParseSourceConfig() takes a configuration without sources [source.config]", () => {
  for (const text of ["{}", '{"sources": {}}']) {
    assertEquals(tryParseSourceConfig(text), { ok: true, config: { sources: {} } });
  }
});

Deno.test("tryParseSourceConfig() says where a text is no JSON, and quotes nothing [source.config]", () => {
  const text = `{"sources": {"a": {\n  "secrets": ["${SECRET}],\n  "path": "/a"}}}`;
  assertEquals(tryParseSourceConfig(text), {
    ok: false,
    message: "The configuration is no JSON at line 2, column 33: bad control character in string " +
      "literal",
  });
  const cases: [text: string, message: string][] = [
    ["{", " at line 1, column 2: expected property name or '}'"],
    ['{"sources": {},\n}', " at line 2, column 1: expected double-quoted property name"],
    ['{"sources" {}}', " at line 1, column 12: expected ':' after property name"],
    ["", ": it ends too early"],
    [
      `{"secrets": [${SECRET}]}`,
      ": a value is not written as JSON has it, or a comment stands in it",
    ],
    [`// ${SECRET}\n{}`, ": a value is not written as JSON has it, or a comment stands in it"],
  ];
  for (const [text, expected] of cases) {
    const message = `The configuration is no JSON${expected}`;
    assertEquals(tryParseSourceConfig(text), { ok: false, message }, text);
  }
});

Deno.test("tryParseSourceConfig() quotes nothing of a broken text [source.config]", () => {
  const json = JSON.stringify({
    sources: { a: { path: "/a", kind: "github", secrets: [SECRET] } },
  });
  fc.assert(fc.property(fc.nat(json.length), fc.string({ maxLength: 3 }), (at, junk) => {
    const result = tryParseSourceConfig(json.slice(0, at) + junk + json.slice(at + junk.length));
    assert(result.ok || !result.message.includes(SECRET.slice(0, 8)));
  }));
});

Deno.test("tryParseSourceConfig() refuses a name that stands twice [source.config]", () => {
  const source = `{"path": "/a", "kind": "github", "secrets": ["${SECRET}"]}`;
  const cases: [text: string, name: string | undefined][] = [
    [`{"sources": {"a": ${source}, "a": ${source}}}`, "a"],
    [`{"sources": {"a": {"p\\u0061th": "/b", ${source.slice(1)}}}`, "path"],
    [`{"sources": {"a": ${source.replace("{", '{"template": "\\"path\\": {{x}}", ')}}}`, undefined],
  ];
  for (const [text, name] of cases) {
    const message = `The configuration is wrong: expected "${name}" once in its object`;
    const result = tryParseSourceConfig(text);
    assertEquals(result.ok ? undefined : result.message, name && message, text);
  }
  assertFalse(tryParseSourceConfig('{"sources":'.repeat(5e4) + "1" + "}".repeat(5e4)).ok);
});

Deno.test("tryParseSourceConfig() names the key that was probably meant [source.config]", () => {
  const place = "The configuration is wrong";
  assertEquals(
    messageOf({ source: {} }),
    `${place}: unknown key "source": did you mean "sources"?`,
  );
  assertEquals(messageOf({ port: 1 }), `${place}: unknown key "port": expected "sources"`);
  assertEquals(faultOf({ secret: [] }), ': unknown key "secret": did you mean "secrets"?');
  assertMatch(faultOf({ hmac: [] }), /^: unknown key "hmac": expected "path", "kind", /);
  assertEquals(
    faultOf({ events: { alow: [] } }),
    '.events: unknown key "alow": did you mean "allow"?',
  );
  assertEquals(
    signatureFaultOf({ timestampHeader: "x" }),
    '.signature: unknown key "timestampHeader": did you mean "timestamp_header"?',
  );
  assertEquals(faultOf({ kind: "githb" }), '.kind: unknown kind: did you mean "github"?');
  assertMatch(faultOf({ kind: SECRET }), /^\.kind: expected github, gitlab, .*, generic$/);
});

Deno.test("tryParseSourceConfig() says what is missing [source.config]", () => {
  const secrets = "a list of 1 to 8 secrets";
  assertEquals(faultOf({ path: undefined }), '.path: missing, expected a path such as "/github"');
  assertMatch(faultOf({ kind: undefined }), /^\.kind: missing, expected github, /);
  assertEquals(faultOf({ secrets: undefined }), `.secrets: missing, expected ${secrets}`);
  assertEquals(faultOf({ secrets: [] }), `.secrets: expected ${secrets}`);
  assertEquals(faultOf({ secrets: SECRET }), `.secrets: expected ${secrets}`);
  assertMatch(
    faultOf({ signature: undefined }, GENERIC),
    /^: The kind "generic" needs a signature/,
  );
  assertEquals(messageOf([]), "The configuration is wrong: expected an object");
  assertEquals(
    messageOf({ sources: [] }),
    "The configuration is wrong at sources: expected an object of sources",
  );
  assertEquals(
    messageOf({ sources: { gh: 1 } }),
    "The configuration is wrong at sources.gh: expected an object",
  );
});

Deno.test("tryParseSourceConfig() refuses paths that it cannot serve [source.config]", () => {
  const form = 'expected a path such as "/github": letters, digits and "._~-" after each "/"';
  const reserved = 'expected a path that the server does not use itself, such as "/hooks/github"';
  for (
    const path of ["", "/", "github", "/a/", "//a", "/a?b", "/a b", "/a/../b", "/.", "/%41", "/ä"]
  ) {
    assertEquals(faultOf({ path }), `.path: ${form}`, path);
  }
  for (const name of ["events", "healthz", "feed", "pair", "session", "api", "apiary", "API"]) {
    assertEquals(faultOf({ path: `/${name}` }), `.path: ${reserved}`, name);
    assertEquals(faultOf({ path: `/${name}/x` }), `.path: ${reserved}`, name);
  }
  for (const path of ["/github", "/hooks/api", "/sessions", "/event", "/a.b/c-d~e_f/...", "/..a"]) {
    assertEquals(faultOf({ path }), "ok", path);
  }
  assertEquals(faultOf({ path: `/${"a".repeat(128)}` }), ".path: expected at most 128 characters");
});

Deno.test("tryParseSourceConfig() gives each source a path and a name of its own [source.config]", () => {
  assertEquals(
    messageOf({ sources: { a: GITHUB, b: { ...GITHUB, path: "/b" }, c: GITHUB } }),
    'The configuration is wrong at sources.c.path: expected a path of its own: "a" has the same',
  );
  const expected = 'expected a name of 1 to 32 of "a-z0-9_-", a letter first';
  for (const name of ["", "A", "1a", "_a", "a b", "a".repeat(33), "ä", "a.b"]) {
    assertMatch(messageOf({ sources: { [name]: GITHUB } }), new RegExp(`: ${expected}$`), name);
  }
  for (const name of ["a", "a-b_2", "a".repeat(32), "constructor"]) {
    assertEquals(messageOf({ sources: { [name]: GITHUB } }), "ok", name);
  }
  const many = Array.from({ length: 101 }, (_, i) => [`s${i}`, { ...GITHUB, path: `/${i}` }]);
  assertMatch(messageOf({ sources: Object.fromEntries(many) }), /expected at most 100 sources$/);
});

Deno.test("tryParseSourceConfig() refuses secrets that protect nothing [source.config]", () => {
  const cases: [string, string][] = [
    ["", "expected a secret that is not empty"],
    ["         ", "expected a secret that is not empty"],
    ["1234567", 'expected at least 8 characters, "env:NAME" or "file:/path"'],
    ["env:", 'expected the name of a variable, such as "env:GITHUB_WEBHOOK_SECRET"'],
    ["env:A-B", 'expected the name of a variable, such as "env:GITHUB_WEBHOOK_SECRET"'],
    ["file:", 'expected an absolute path, such as "file:/run/secrets/github"'],
    ["file:github.key", 'expected an absolute path, such as "file:/run/secrets/github"'],
    ["file:/a\0b", 'expected an absolute path, such as "file:/run/secrets/github"'],
  ];
  for (const [secret, message] of cases) {
    assertEquals(faultOf({ secrets: [SECRET, secret] }), `.secrets[1]: ${message}`, show(secret));
  }
  assertEquals(faultOf({ secrets: [SECRET, 12345678] }), ".secrets[1]: expected a string");
  assertEquals(faultOf({ secrets: ["12345678", "env:a", "file:/a b", "file:C:\\a"] }), "ok");
});

Deno.test("tryParseSourceConfig() looks at the rest of a source [source.config]", () => {
  const pattern = 'expected a pattern such as "pull_request.opened" or "push.*"';
  assertEquals(faultOf({ session: " " }), ".session: expected the name of a session");
  assertEquals(
    faultOf({ repository: "name" }),
    '.repository: expected a repository such as "owner/name"',
  );
  for (const bad of ["", "a\nb", "x".repeat(101), 1]) {
    assertEquals(faultOf({ events: { deny: ["*", bad] } }), `.events.deny[1]: ${pattern}`);
  }
  assertEquals(
    faultOf({ events: { allow: "push" } }),
    ".events.allow: expected a list of at most 100 patterns",
  );
  assertEquals(
    faultOf({ filter: { all: [{ path: "a", op: "is" }] } }),
    '.filter.all[0].op: expected one of "equals", "in", "exists", "matches", "greater", "less"',
  );
  assertMatch(faultOf({ filter: null }), /^\.filter: expected an object with "all"/);
  for (const template of ["", " ", "x".repeat(4001), {}]) {
    assertEquals(faultOf({ template }), ".template: expected a template of 1 to 4000 characters");
  }
});

Deno.test("tryParseSourceConfig() takes a signature for generic sources only [source.config]", () => {
  assertMatch(faultOf({ signature: GENERIC.signature }), /^: The kind "github" takes no signature/);
  assertMatch(
    faultOf({ timestamp_header: "X-T" }),
    /^: The kind "github" takes no timestamp header/,
  );
  assertMatch(signatureFaultOf({ template: "{timestamp}.{body}" }), /timestamp header do not fit/);
  assertEquals(
    signatureFaultOf({ algorithm: "md5" }),
    '.signature.algorithm: expected "sha256", "sha1", "sha512", "token", "bearer" or "basic"',
  );
  assertEquals(
    signatureFaultOf({ header: "a b" }),
    ".signature.header: expected the name of a header",
  );
  assertEquals(
    signatureFaultOf({ event_path: 'a["b.c"]' }),
    '.signature.event_path: expected a path such as "event.type", without a dot in a name',
  );
  assertMatch(
    signatureFaultOf({ event_path: "a..b" }),
    /^\.signature\.event_path: the path is wrong/,
  );
  assertEquals(
    signatureFaultOf({ encoding: "hexx" }),
    '.signature.encoding: expected "hex" or "base64"',
  );
});

Deno.test("tryParseSourceConfig() repeats no value, wherever a secret stands by mistake [source.config]", () => {
  const keys = ["path", "kind", "secrets", "session", "repository", "events", "filter", "template"];
  const wrong = [SECRET, [SECRET], { secrets: SECRET }, 5, [[SECRET]], { allow: [SECRET, "\n"] }];
  for (const key of [...keys, "signature", "timestamp_header"]) {
    for (const value of wrong) {
      const message = faultOf({ [key]: value });
      assertFalse(message.includes(SECRET), `${key} ${message}`);
    }
  }
});

Deno.test("tryParseSourceConfig() takes any JSON without an exception [source.config]", () => {
  const source = fc.record({
    path: fc.oneof(fc.constantFrom("/a", "/b"), fc.jsonValue()),
    kind: fc.constantFrom("github", "generic", "grafana", 1),
    secrets: fc.oneof(fc.constant([SECRET]), fc.jsonValue()),
    signature: fc.oneof(fc.constant(GENERIC.signature), fc.jsonValue()),
    events: fc.jsonValue(),
    filter: fc.jsonValue(),
  }, { requiredKeys: [] });
  const sources = fc.dictionary(fc.constantFrom("a", "b", "C"), source);
  fc.assert(fc.property(fc.oneof(fc.record({ sources }), fc.jsonValue()), (value) => {
    const result = tryParseSourceConfig(JSON.stringify(value));
    if (result.ok) {
      return assertEquals(tryParseSourceConfig(formatSourceConfig(result.config)), result);
    }
    assertMatch(result.message, /^The configuration is wrong( at .+)?: /);
  }));
});

Deno.test("formatSourceConfig() ends with a line break and is read as it was [source.config]", () => {
  const config = { sources: { gh: GITHUB } } as unknown as SourceConfig;
  const text = formatSourceConfig(config);
  assert(text.startsWith('{\n  "sources": {\n    "gh": {\n') && text.endsWith("}\n"));
  assertEquals(tryParseSourceConfig(text), { ok: true, config });
});
