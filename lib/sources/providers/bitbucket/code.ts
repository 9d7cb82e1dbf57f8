/**
 * Pushes and the states of commits in Bitbucket.
 *
 * @module
 */

import { cleanUrl } from "../../shape/clean_url.ts";
import { actorLine, type BitbucketEvent, type BitbucketFacts, pageOf } from "./event.ts";
import { type Push, pushFacts } from "../../shape/git_push.ts";
import { commitKey, refName, shortSha } from "../../shape/git_ref.ts";
import { judgeRun } from "../../shape/judge_run.ts";
import { listed, quoted } from "../../shape/lines.ts";
import { at, list, text, truthy } from "../../shape/payload.ts";

const MAX_OTHERS = 5;

/** Bitbucket does not send the default branch; it gives one of these names. */
const DEFAULT_BRANCHES: ReadonlySet<string | undefined> = new Set(["main", "master"]);

/** A change of a branch or a tag, and its page. */
type Change = Omit<Push, "repo" | "defaultBranch"> & { readonly url?: string | undefined };

/** Reads a change of Cloud: the branch before and after. */
function readCloudChange(change: unknown): Change {
  const now = at(change, "new") ?? at(change, "old");
  const commits = list(change, "commits");
  return {
    ref: text(now, "name"),
    isTag: text(now, "type") === "tag",
    before: text(change, "old.target.hash"),
    after: text(change, "new.target.hash"),
    isForced: truthy(change, "forced"),
    count: truthy(change, "truncated") ? undefined : commits.length,
    messages: commits.map((commit) => text(commit, "message")),
    url: pageOf(change),
  };
}

/** Reads a change of Data Center, which has no commits. */
function readServerChange(change: unknown): Change {
  return {
    ref: text(change, "ref.displayId") ?? text(change, "refId"),
    isTag: text(change, "ref.type") === "TAG",
    before: text(change, "fromHash"),
    after: text(change, "toHash"),
    isForced: false,
    count: undefined,
    messages: [],
  };
}

interface PushedBranch {
  readonly branch: string | undefined;
  readonly facts: BitbucketFacts;
}

/** Selects the branch to tell of: the default one, then one that is wanted. */
function mostTelling(pushed: readonly PushedBranch[]): PushedBranch | undefined {
  return pushed.find(({ facts }) => facts.ref !== undefined) ??
    pushed.find(({ facts }) => facts.isWanted) ?? pushed[0];
}

/** Shapes a push; of several branches one is told, and the others are named. */
export function shapePush(event: BitbucketEvent): BitbucketFacts {
  const { payload, repo } = event;
  const changes = [
    ...list(payload, "push.changes").map(readCloudChange),
    ...list(payload, "changes").map(readServerChange),
  ];
  const pushed = changes.map(({ url, ...change }): PushedBranch => {
    const branch = refName(change.ref);
    const defaultBranch = DEFAULT_BRANCHES.has(branch) ? branch : undefined;
    const facts = pushFacts({ ...change, repo, defaultBranch }, actorLine(event));
    return { branch, facts: { ...facts, url } };
  });
  const told = mostTelling(pushed);
  const url = pageOf(at(payload, "repository"));
  if (told === undefined) {
    const title = ["push", "nothing", repo];
    return { title, lines: actorLine(event), url, rule: "nothing was pushed", isWanted: false };
  }
  const others = pushed.filter((other) => other !== told).map(({ branch }) => branch);
  return {
    ...told.facts,
    lines: [...told.facts.lines, ...listed("also pushed", others, MAX_OTHERS)],
    url: told.facts.url ?? url,
  };
}

/** Words for the states of a build. */
const STATES: ReadonlyMap<string | undefined, string> = new Map([
  ["FAILED", "failed"],
  ["SUCCESSFUL", "succeeded"],
  ["INPROGRESS", "in progress"],
  ["STOPPED", "stopped"],
]);

/** Reads the hash at the end of the address of a commit. */
function shaOf(status: unknown): string | undefined {
  const found = /\/commit\/([0-9a-f]{7,64})(?:\/|$)/.exec(text(status, "links.commit.href") ?? "");
  return found?.[1] ?? text(status, "commit.hash");
}

/** Shapes the status of a build; Bitbucket's own pipelines send it, too. */
export function shapeStatus(event: BitbucketEvent): BitbucketFacts {
  const { payload, repo } = event;
  const status = at(payload, "commit_status");
  const state = text(status, "state");
  const sha = shaOf(status);
  const branch = text(status, "refname");
  return {
    ...judgeRun(state, ["status", repo, text(status, "key"), branch]),
    title: [`build ${STATES.get(state) ?? "changed"}`, shortSha(sha), repo],
    lines: [
      ...quoted("name", text(status, "name")),
      ...quoted("description", text(status, "description")),
      ...quoted("branch", branch),
      ...actorLine(event),
    ],
    url: cleanUrl(text(status, "url")),
    burstKey: commitKey(repo, sha),
  };
}
