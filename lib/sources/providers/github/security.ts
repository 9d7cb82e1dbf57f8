/**
 * Alerts: vulnerable packages, findings of code scanning, leaked secrets, and advisories. A leaked
 * secret is in the payload; nothing here reads it.
 *
 * @module
 */

import { cleanUrl } from "../../shape/clean_url.ts";
import { formatAction, formatNumber, type GithubEvent, githubShape } from "./event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, formatPosition, joinPresent, quoted } from "../../shape/lines.ts";
import { at, text, truthy } from "../../shape/payload.ts";
import { trySeverity } from "../../shape/severity.ts";
import type { Line, Severity, Shape } from "../../shape/shape.ts";

const NEW_REGEXP = /^(?:create|created|(?:auto_)?reopened|reopened_by_user)$/;

/** Returns the severity of an alert; one that is fixed, dismissed or withdrawn is harmless. */
function severityOf(level: string | undefined, isOpen: boolean): Severity {
  return (isOpen ? trySeverity(level) : undefined) ?? "info";
}

/**
 * Formats a range of versions in words, because signs of comparison are signs of markup: `below
 * 7.5.2`.
 */
function formatRange(range: string | undefined): string | undefined {
  return range
    ?.replace(/<=\s?/g, "up to ")
    .replace(/<\s?/g, "below ")
    .replace(/>=\s?/g, "from ")
    .replace(/>\s?/g, "above ")
    .replace(/=\s?/g, "exactly ");
}

/** Formats the ids of an advisory: `GHSA-…, CVE-…`. */
function idsOf(advisory: unknown): string {
  return [text(advisory, "ghsa_id"), text(advisory, "cve_id")]
    .flatMap((id) => tryIdentifier(id) ?? [])
    .join(", ");
}

function vulnerabilityLines(vulnerability: unknown): Line[] {
  const name = text(vulnerability, "package.name");
  const ecosystem = text(vulnerability, "package.ecosystem");
  const fixedIn = text(vulnerability, "first_patched_version.identifier") ??
    text(vulnerability, "first_patched_version") ?? text(vulnerability, "patched_versions");
  return [
    ...quoted("package", joinPresent([name, ecosystem], ", ")),
    ...quoted("affected", formatRange(text(vulnerability, "vulnerable_version_range"))),
    ...quoted("fixed in", fixedIn),
  ];
}

/** The facts that differ from alert to alert. */
interface AlertFacts {
  readonly what: string;
  readonly level: string | undefined;
  readonly severity: Severity;
  readonly lines: readonly Line[];
}

function alertShape(event: GithubEvent, { what, level, severity, lines }: AlertFacts): Shape {
  const { action, payload, repo } = event;
  const alert = at(payload, "alert");
  return githubShape(event, {
    title: [
      `${what} alert ${formatAction(event)}`,
      joinPresent([formatNumber(alert, "number"), level], " "),
      repo,
    ],
    lines,
    url: cleanUrl(text(alert, "html_url")),
    severity,
    number: text(alert, "number"),
    rule: "created or reopened",
    isWanted: NEW_REGEXP.test(action),
  });
}

/** Shapes an alert on a vulnerable dependency. */
export function shapeGithubDependabot(event: GithubEvent): Shape {
  const alert = at(event.payload, "alert");
  const advisory = at(alert, "security_advisory");
  const level = tryIdentifier(
    text(alert, "security_vulnerability.severity") ?? text(advisory, "severity"),
  );
  return alertShape(event, {
    what: "dependabot",
    level,
    severity: severityOf(level, text(alert, "state") === "open"),
    lines: [
      ...vulnerabilityLines(at(alert, "security_vulnerability")),
      ...quoted("manifest", text(alert, "dependency.manifest_path")),
      ...field("scope", tryIdentifier(text(alert, "dependency.scope"))),
      ...field("advisory", idsOf(advisory)),
      ...quoted("summary", text(advisory, "summary")),
      ...field("state", tryIdentifier(text(alert, "state"))),
    ],
  });
}

/** Shapes a finding in the code. */
export function shapeGithubCodeScanning(event: GithubEvent): Shape {
  const { payload } = event;
  const alert = at(payload, "alert");
  const instance = at(alert, "most_recent_instance") ?? at(alert, "instances.0");
  const path = text(instance, "location.path");
  const line = text(instance, "location.start_line");
  const level = tryIdentifier(
    text(alert, "rule.security_severity_level") ?? text(alert, "rule.severity"),
  );
  return alertShape(event, {
    what: "code scanning",
    level,
    severity: severityOf(level, text(alert, "state") === "open"),
    lines: [
      ...quoted("finding", text(alert, "rule.description") ?? text(alert, "rule.name")),
      ...quoted("check", text(alert, "rule.id")),
      ...quoted("at", formatPosition(path, line)),
      ...quoted("message", text(instance, "message.text")),
      ...quoted("ref", text(instance, "ref") ?? text(payload, "ref")),
      ...quoted("tool", text(alert, "tool.name")),
      ...field("state", tryIdentifier(text(instance, "state") ?? text(alert, "state"))),
    ],
  });
}

/** Shapes a leaked secret: its type and its place, never the secret. */
export function shapeGithubSecretScanning(event: GithubEvent): Shape {
  const { payload } = event;
  const alert = at(payload, "alert");
  const yes = (path: string) => truthy(alert, path) ? "yes" : undefined;
  const shape = alertShape(event, {
    what: "secret scanning",
    level: undefined,
    severity: text(alert, "resolution") === undefined ? "critical" : "info",
    lines: [
      ...quoted("kind", text(alert, "secret_type_display_name") ?? text(alert, "secret_type")),
      ...field("state", tryIdentifier(text(alert, "state"))),
      ...field("resolution", tryIdentifier(text(alert, "resolution"))),
      ...field("validity", tryIdentifier(text(alert, "validity"))),
      ...field("leaked in public", yes("publicly_leaked")),
      ...field("pushed past the protection", yes("push_protection_bypassed")),
    ],
  });
  const page = cleanUrl(`${text(payload, "repository.html_url")}/security/secret-scanning`);
  return { ...shape, url: shape.url ?? page };
}

/** Shapes a public advisory, or one of the repository itself. */
export function shapeGithubAdvisory(event: GithubEvent): Shape {
  const { type, action, payload, repo } = event;
  const advisory = at(payload, type);
  const level = tryIdentifier(text(advisory, "severity"));
  return githubShape(event, {
    title: [
      `advisory ${formatAction(event)}`,
      joinPresent([tryIdentifier(text(advisory, "ghsa_id")), level], " "),
      repo,
    ],
    lines: [
      ...quoted("summary", text(advisory, "summary")),
      ...vulnerabilityLines(at(advisory, "vulnerabilities.0")),
      ...field("advisory", idsOf(advisory)),
    ],
    url: cleanUrl(text(advisory, "html_url")) ?? cleanUrl(text(advisory, "references.0.url")),
    severity: severityOf(level, action !== "withdrawn"),
    rule: "published or reported",
    isWanted: action === "published" || action === "reported",
  });
}
