import type { EventFacts } from "./event_shape.ts";
import { formatPlace, refName, shortSha } from "./git_ref.ts";
import { field, listed, quoted } from "./lines.ts";
import { list } from "./payload.ts";
import type { Line } from "./shape.ts";

const MAX_SUBJECTS = 3;

/** A branch or a tag that was moved, created or deleted. */
export interface Push {
  /** `owner/name`. */
  readonly repo: string | undefined;
  /** The branch that is wanted by default. */
  readonly defaultBranch: string | undefined;
  /** The branch or tag, with or without `refs/heads/`. */
  readonly ref: string | undefined;
  readonly isTag: boolean;
  /** The commit before; `undefined` or zeros for a new branch. */
  readonly before: string | undefined;
  /** The commit after; `undefined` or zeros for a deleted branch. */
  readonly after: string | undefined;
  /** Set if commits were removed. */
  readonly isForced: boolean;
  /** The number of commits, if known. */
  readonly count: number | undefined;
  /** The messages of the commits, the newest first. */
  readonly messages: readonly (string | undefined)[];
}

/** Returns the first line of the message of a commit. */
export function subjectOf(message: string | undefined): string | undefined {
  return message === undefined ? undefined : /[^\r\n]+/.exec(message)?.[0];
}

/** Formats `3 added, 1 removed`; a file in several commits counts once for each kind of change. */
export function countFiles(commits: readonly unknown[]): string {
  return ["added", "modified", "removed"].flatMap((kind) => {
    const paths = new Set(commits.flatMap((commit) => list(commit, kind)));
    return paths.size === 0 ? [] : [`${paths.size} ${kind}`];
  }).join(", ");
}

/** Formats a line for a branch or tag; only members can have named the default branch. */
export function refLine(
  { ref, isTag, defaultBranch }: Pick<Push, "ref" | "isTag" | "defaultBranch">,
): Line[] {
  const name = refName(ref);
  if (isTag) return quoted("tag", name);
  return name === defaultBranch ? field("branch", name) : quoted("branch", name);
}

function formatCount(count: number | undefined): string | undefined {
  return count === undefined ? undefined : count === 1 ? "1 commit" : `${count} commits`;
}

/**
 * Says what a push did, for any forge.
 *
 * @param about The lines that stand before those of the commits.
 */
export function pushFacts(
  push: Push,
  about: readonly Line[],
): Pick<EventFacts, "title" | "lines" | "severity" | "ref" | "rule" | "isWanted"> {
  const { repo, defaultBranch, ref, isTag, isForced } = push;
  const range = [shortSha(push.before), shortSha(push.after)];
  const isDeleted = range[1] === undefined;
  const kind = isTag ? "tag" : "branch";
  const branch = isTag ? undefined : refName(ref);
  const isDefault = branch !== undefined && branch === defaultBranch;
  const what = isDeleted
    ? `${kind} deleted`
    : range[0] === undefined
    ? `${kind} created`
    : isForced
    ? "forced push"
    : "push";
  return {
    title: [
      what,
      isDeleted || isTag ? undefined : formatCount(push.count),
      formatPlace({ repo, branch, defaultBranch }),
    ],
    lines: [
      ...refLine(push),
      ...about,
      ...field("range", range.filter((sha) => sha !== undefined).join("..")),
      ...listed("subjects", push.messages.map(subjectOf), MAX_SUBJECTS),
    ],
    severity: isForced || isDeleted ? "warning" : "info",
    ref: isDefault ? branch : undefined,
    rule: "the default branch, forced or deleted",
    isWanted: isDefault || isForced || isDeleted,
  };
}
