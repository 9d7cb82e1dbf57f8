/**
 * Releases and deployments.
 *
 * @module
 */

import { cleanUrl } from "../../shape/clean_url.ts";
import { commitKey, shortSha } from "../../shape/git_ref.ts";
import { formatAction, type GithubEvent, githubShape, loginLine } from "./event.ts";
import { readOutcome } from "./outcome.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, quoted } from "../../shape/lines.ts";
import { at, text, truthy } from "../../shape/payload.ts";
import type { Shape } from "../../shape/shape.ts";

/** Shapes a release; only members of the repository make one, so its tag can stand in the title. */
export function shapeGithubRelease(event: GithubEvent): Shape {
  const { action, payload, repo } = event;
  const release = at(payload, "release");
  const rawTag = text(release, "tag_name");
  const tag = tryIdentifier(rawTag);
  return githubShape(event, {
    title: [`release ${formatAction(event)}`, tag, repo],
    lines: [
      ...(tag === undefined ? quoted("tag", rawTag) : []),
      ...quoted("name", text(release, "name")),
      ...loginLine("author", text(release, "author.login")),
      ...field("prerelease", truthy(release, "prerelease") ? "yes" : undefined),
      ...field("draft", truthy(release, "draft") ? "yes" : undefined),
    ],
    url: cleanUrl(text(release, "html_url")),
    ref: tag,
    rule: "published",
    isWanted: action === "published",
  });
}

/** Shapes the state of a deployment. */
export function shapeGithubDeploymentStatus(event: GithubEvent): Shape {
  const { payload, repo } = event;
  const status = at(payload, "deployment_status");
  const deployment = at(payload, "deployment");
  const { words, isBad, severity } = readOutcome({ conclusion: text(status, "state") });
  const rawEnvironment = text(status, "environment") ?? text(deployment, "environment");
  const environment = tryIdentifier(rawEnvironment);
  const sha = text(deployment, "sha");
  return githubShape(event, {
    title: [`deployment ${words}`, environment, repo],
    lines: [
      ...(environment === undefined ? quoted("environment", rawEnvironment) : []),
      ...quoted("description", text(status, "description")),
      ...quoted("ref", text(deployment, "ref")),
      ...field("commit", shortSha(sha)),
      ...loginLine("by", text(status, "creator.login")),
    ],
    url: cleanUrl(text(status, "log_url")) ?? cleanUrl(text(status, "target_url")) ??
      cleanUrl(text(status, "environment_url")) ?? cleanUrl(text(payload, "repository.html_url")),
    severity,
    rule: "only failures",
    isWanted: isBad,
    burstKey: commitKey(repo, sha),
  });
}
