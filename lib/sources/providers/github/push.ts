import { cleanUrl } from "../../shape/clean_url.ts";
import { countFiles, type Push, pushFacts } from "../../shape/git_push.ts";
import { type GithubEvent, githubShape, loginLine } from "./event.ts";
import { field } from "../../shape/lines.ts";
import { list, text, truthy } from "../../shape/payload.ts";
import type { Shape } from "../../shape/shape.ts";

/** Reads a push of GitHub, or of a forge that sends the same fields. */
export function readPush({ payload, repo, defaultBranch }: GithubEvent): Push {
  const commits = list(payload, "commits");
  const ref = text(payload, "ref");
  return {
    repo,
    defaultBranch,
    ref,
    isTag: ref?.startsWith("refs/tags/") ?? false,
    before: text(payload, "before"),
    after: text(payload, "after"),
    isForced: truthy(payload, "forced"),
    count: commits.length,
    messages: commits.map((commit) => text(commit, "message")).reverse(),
  };
}

/** Shapes a push, or the creation or deletion of a branch or tag. */
export function shapeGithubPush(event: GithubEvent): Shape {
  const { payload } = event;
  return githubShape(event, {
    ...pushFacts(readPush(event), [
      ...loginLine("by", text(payload, "sender.login")),
      ...field("files", countFiles(list(payload, "commits"))),
    ]),
    url: cleanUrl(text(payload, "compare")) ?? cleanUrl(text(payload, "repository.html_url")),
  });
}
