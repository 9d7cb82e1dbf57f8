/**
 * Formats names and hashes of git as forges send them.
 *
 * @module
 */

import { tryIdentifier } from "./identifier.ts";

const SHA_REGEXP = /^[0-9a-f]{7,64}$/i;

/** Returns the first seven digits of a hash; `undefined` for none and for all zeros. */
export function shortSha(sha: string | undefined): string | undefined {
  return sha !== undefined && SHA_REGEXP.test(sha) && !/^0+$/.test(sha)
    ? sha.slice(0, 7).toLowerCase()
    : undefined;
}

/** Returns a branch or tag without `refs/heads/` or `refs/tags/`. */
export function refName(ref: string | undefined): string | undefined {
  return ref?.replace(/^refs\/(?:heads|tags)\//, "");
}

interface RepositoryPlace {
  /** `owner/name`. */
  readonly repo: string | undefined;
  readonly branch: string | undefined;
  /** The branch that only members of the repository can have named. */
  readonly defaultBranch: string | undefined;
}

/**
 * Formats a place for a title: `owner/name@main` on the default branch, else `owner/name`, because
 * a stranger can open a pull request from a branch whose name is an order.
 */
export function formatPlace({ repo, branch, defaultBranch }: RepositoryPlace): string | undefined {
  const place = tryIdentifier(repo);
  const name = tryIdentifier(branch);
  if (place === undefined || name === undefined || name !== defaultBranch) return place;
  return `${place}@${name}`;
}

/** Returns the burst key of a commit: `owner/name@6dcb09b`. */
export function commitKey(repo: string | undefined, sha: string | undefined): string | undefined {
  const short = shortSha(sha);
  return repo === undefined || short === undefined ? undefined : `${repo}@${short}`;
}
