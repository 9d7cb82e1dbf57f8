import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { formatAddedSource } from "../../../lib/cli/format_added_source.ts";
import { PROVIDER_NAMES } from "../../../lib/sources/providers/kinds.ts";
import type { SourceEntry } from "../../../lib/sources/config/entry.ts";

const OPTIONS = {
  newSecret: "0123456789abcdef",
  secretPath: "/state/secret-ci",
  configPath: "/state/config.json",
  port: 8788,
  stateDir: undefined as string | undefined,
  isReadable: (path: string) => path.startsWith("/state/"),
};

function format(source: Partial<SourceEntry>, options: Partial<typeof OPTIONS> = {}): string {
  const entry: SourceEntry = { path: "/ci", kind: "github", secrets: ["file:/state/x"], ...source };
  return formatAddedSource(["ci", entry], { ...OPTIONS, ...options }).join("\n");
}

function formatReferring(secret: string, kind: SourceEntry["kind"] = "github"): string {
  const entry: SourceEntry = { path: "/ci", kind, secrets: [secret] };
  return formatAddedSource(["ci", entry], { ...OPTIONS, newSecret: undefined }).join("\n");
}

Deno.test("formatAddedSource() says what to paste where, and shows a new secret once [cli.source]", () => {
  assertEquals(
    format({}),
    [
      "Added ci, which takes webhooks at http://127.0.0.1:8788/ci",
      "Its secret, which is shown only now:",
      "0123456789abcdef",
      "",
      "Repository or organization > Settings > Webhooks > Add webhook",
      "  Payload URL   https://<your host>/ci",
      "  Content type  application/json",
      "  Secret        the one above",
      "",
      "Events that events.allow and events.deny of config.json can name:",
      "  push, pull_request, workflow_run, workflow_job, check_run, check_suite, status, issues,",
      "  discussion, issue_comment, pull_request_review, pull_request_review_comment,",
      "  discussion_comment, commit_comment, release, deployment_status, dependabot_alert,",
      "  code_scanning_alert, secret_scanning_alert, security_advisory, repository_advisory",
      "",
      "Try it out: deno-channel source test ci",
    ].join("\n"),
  );
});

Deno.test("formatAddedSource() says how to try out a source of another port or folder [cli.source]", () => {
  const cases: [Partial<typeof OPTIONS>, string][] = [
    [{ port: 9000 }, "source test ci --port 9000"],
    [{ stateDir: "/my state" }, "source test ci --state-dir '/my state'"],
    [{ port: 1, stateDir: "s" }, "source test ci --port 1 --state-dir 's'"],
    [{ stateDir: "" }, "source test ci"],
  ];
  for (const [options, line] of cases) assert(format({}, options).endsWith(line), line);
});

Deno.test("formatAddedSource() says where a secret goes that the other side makes [source.secrets]", () => {
  for (const kind of ["stripe", "slack", "linear", "sentry", "pagerduty", "vercel"] as const) {
    const text = format({ kind });
    assertFalse(text.includes(OPTIONS.newSecret), kind);
    assertStringIncludes(text, "into the first line of the file\n  /state/secret-ci\n");
    assertStringIncludes(text, "then run: touch '/state/config.json'");
  }
});

Deno.test("formatAddedSource() names the permission that a secret needs [source.secrets]", () => {
  const variable = formatReferring("env:CI_SECRET");
  assertStringIncludes(variable, "now needs --allow-env=CI_SECRET\nand the variable itself");
  assertStringIncludes(variable, "Secret        the one that env:CI_SECRET has");
  assertStringIncludes(
    formatReferring("file:/run/s"),
    "now needs --allow-read=/run/s\nand the file",
  );
  assertFalse(formatReferring("file:/state/s").includes("--allow-"));
  assertFalse(formatReferring("env:A", "stripe").includes("/state/secret-ci"));
});

Deno.test("formatAddedSource() has words for each kind [cli.source]", () => {
  for (const kind of PROVIDER_NAMES) {
    const text = format({ kind });
    assert(/\n\n\S.+\n {2}\S.+ {2}https:\/\/<your host>\/ci\n/.test(text), text);
  }
});
