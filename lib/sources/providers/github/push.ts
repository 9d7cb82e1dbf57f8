import { cleanUrl } from "../../shape/clean_url.ts";
import { countFiles, pushFacts } from "../../shape/git_push.ts";
import { type GithubEvent, githubShape, loginLine } from "./event.ts";
import { field } from "../../shape/lines.ts";
import { list, text, truthy } from "../../shape/payload.ts";
import type { Shape } from "../../shape/shape.ts";

/** Shapes a push, or the creation or deletion of a branch or tag. */
export function shapeGithubPush(event: GithubEvent): Shape {
  const { payload, repo, defaultBranch } = event;
  const commits = list(payload, "commits");
  const ref = text(payload, "ref");
  const facts = pushFacts({
    repo,
    defaultBranch,
    ref,
    isTag: ref?.startsWith("refs/tags/") ?? false,
    before: text(payload, "before"),
    after: text(payload, "after"),
    isForced: truthy(payload, "forced"),
    count: commits.length,
    messages: commits.map((commit) => text(commit, "message")).reverse(),
  }, [
    ...loginLine("by", text(payload, "sender.login")),
    ...field("files", countFiles(commits)),
  ]);
  return githubShape(event, {
    ...facts,
    url: cleanUrl(text(payload, "compare")) ?? cleanUrl(text(payload, "repository.html_url")),
  });
}
