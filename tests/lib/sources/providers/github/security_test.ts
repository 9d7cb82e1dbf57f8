import { assert, assertEquals, assertFalse } from "@std/assert";
import { linesOf, shapeOf } from "../../_github.ts";

const DEPENDABOT = {
  number: 20,
  state: "open",
  dependency: { manifest_path: "package-lock.json", scope: "runtime" },
  security_advisory: {
    ghsa_id: "GHSA-c2qf-rxjj-qqgw",
    cve_id: "CVE-2022-25883",
    summary: "semver vulnerable to ReDoS",
    severity: "high",
  },
  security_vulnerability: {
    package: { ecosystem: "npm", name: "semver" },
    severity: "high",
    vulnerable_version_range: ">= 7.0.0, < 7.5.2",
    first_patched_version: { identifier: "7.5.2" },
  },
  html_url: "https://github.com/octo/repo/security/dependabot/20",
};

Deno.test("shapeGithubDependabot() tells the package, the range and the fix [source.shape]", () => {
  assertEquals(linesOf("dependabot_alert", { action: "created", alert: DEPENDABOT }), [
    "[github] dependabot alert created - #20 high - octo/repo",
    'package (untrusted): "semver, npm"',
    'affected (untrusted): "from 7.0.0, below 7.5.2"',
    'fixed in (untrusted): "7.5.2"',
    'manifest (untrusted): "package-lock.json"',
    "scope: runtime",
    "advisory: GHSA-c2qf-rxjj-qqgw, CVE-2022-25883",
    'summary (untrusted): "semver vulnerable to ReDoS"',
    "state: open",
    "https://github.com/octo/repo/security/dependabot/20",
  ]);
});

const FINDING = {
  number: 10,
  state: "open",
  rule: {
    id: "js/sql-injection",
    severity: "warning",
    security_severity_level: "critical",
    description: "Query built from user input",
  },
  tool: { name: "CodeQL" },
  most_recent_instance: {
    ref: "refs/heads/main",
    state: "open",
    location: { path: "src/a.ts", start_line: 84 },
    message: { text: "This query depends on a user-provided value" },
  },
  html_url: "https://github.com/octo/repo/security/code-scanning/10",
};

Deno.test("shapeGithubCodeScanning() tells what was found where [source.shape]", () => {
  const expected = [
    "[github] code scanning alert created - #10 critical - octo/repo",
    'finding (untrusted): "Query built from user input"',
    'check (untrusted): "js/sql-injection"',
    'at (untrusted): "src/a.ts:84"',
    'message (untrusted): "This query depends on a user-provided value"',
    'ref (untrusted): "refs/heads/main"',
    'tool (untrusted): "CodeQL"',
    "state: open",
    "https://github.com/octo/repo/security/code-scanning/10",
  ];
  assertEquals(linesOf("code_scanning_alert", { action: "created", alert: FINDING }), expected);
  const { most_recent_instance, ...alert } = FINDING;
  const older = { ...alert, instances: [most_recent_instance] };
  assertEquals(linesOf("code_scanning_alert", { action: "created", alert: older }), expected);
});

const LEAK = {
  number: 3,
  state: "open",
  secret_type: "github_pat",
  secret_type_display_name: "GitHub Personal Access Token",
  secret: "hunter2hunter2",
  validity: "active",
  resolution: null,
  publicly_leaked: true,
  push_protection_bypassed: true,
  html_url: "https://github.com/octo/repo/security/secret-scanning/3",
};

Deno.test("shapeGithubSecretScanning() tells where to look, never the secret [source.redaction]", () => {
  const lines = linesOf("secret_scanning_alert", { action: "created", alert: LEAK });
  assertEquals(lines, [
    "[github] secret scanning alert created - #3 - octo/repo",
    'kind (untrusted): "GitHub Personal Access Token"',
    "state: open",
    "validity: active",
    "leaked in public: yes",
    "pushed past the protection: yes",
    "https://github.com/octo/repo/security/secret-scanning/3",
  ]);
  const shape = shapeOf("secret_scanning_alert", { action: "created", alert: LEAK });
  assertEquals(shape.severity, "critical");
  assertFalse(JSON.stringify(shape).includes("hunter2"));
});

Deno.test("shapeGithubAdvisory() takes a null identifier and an unfixed package [source.total]", () => {
  const advisory = {
    ghsa_id: "GHSA-rf4j-j272-fj86",
    cve_id: null,
    summary: "django leaks",
    severity: "moderate",
    vulnerabilities: [{
      package: { ecosystem: "pip", name: "django" },
      vulnerable_version_range: "<= 2.0.1",
      first_patched_version: null,
    }],
    references: [{ url: "https://nvd.nist.gov/vuln/detail/CVE-2018-6188" }],
  };
  const payload = { action: "published", repository: undefined, security_advisory: advisory };
  assertEquals(linesOf("security_advisory", payload), [
    "[github] advisory published - GHSA-rf4j-j272-fj86 moderate",
    'summary (untrusted): "django leaks"',
    'package (untrusted): "django, pip"',
    'affected (untrusted): "up to 2.0.1"',
    "advisory: GHSA-rf4j-j272-fj86",
    "https://nvd.nist.gov/vuln/detail/CVE-2018-6188",
  ]);
});

Deno.test("security alerts are wanted when they are new, and bad while they are open [source.filter]", () => {
  const alerts: [string, object][] = [
    ["dependabot_alert", DEPENDABOT],
    ["code_scanning_alert", FINDING],
    ["secret_scanning_alert", LEAK],
  ];
  for (const [type, alert] of alerts) {
    assert(shapeOf(type, { action: "created", alert }).isWanted, type);
    assert(shapeOf(type, { action: "reopened", alert }).isWanted, type);
    const closed = { ...alert, state: "fixed", resolution: "revoked" };
    const shape = shapeOf(type, { action: "fixed", alert: closed });
    assertEquals([shape.isWanted, shape.severity], [false, "info"], type);
  }
  for (const type of ["security_advisory", "repository_advisory"]) {
    const wanted = ["published", "updated", "withdrawn"].map((action) =>
      shapeOf(type, { action, [type]: { severity: "critical" } }).isWanted
    );
    assertEquals(wanted, [true, false, false], type);
  }
});
