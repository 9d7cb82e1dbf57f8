import type { Trust } from "./shape.ts";

/** The facts about an author, from a forge that does not say how close an author is. */
interface AuthorFacts {
  readonly login: string | undefined;
  /**
   * The repository, as `owner/name`; only of a forge whose logins are unique.
   *
   * @default {undefined} No login proves ownership.
   */
  readonly repo?: string | undefined;
  /** The readers of the repository: its members, every account there, or the public. */
  readonly visibility: "private" | "internal" | "public";
  /** Set if the forge says that the author may write to the repository. */
  readonly isWriter?: boolean;
}

/** Bots pass on texts of others: the support bot of GitLab passes on e-mails of strangers. */
const BOT_REGEXP = /(?:^|[\s_.[-])bot(?:$|[\s_.\]\d-])|^(?:ghost|(?:gitea|forgejo)-actions)$/i;

/**
 * Judges how close an author is, for forges that send no `author_association`. An author in a
 * private repository is a member, because only members can read it; in an internal one a colleague;
 * in a public one a stranger, unless the forge says more or the author owns it.
 *
 * @param author The facts; an author without a login is a stranger.
 */
export function forgeTrust(author: AuthorFacts): Trust {
  const { login, repo, visibility, isWriter = false } = author;
  if (login === undefined || BOT_REGEXP.test(login)) return "external";
  const isOwner = repo?.split("/", 1)[0] === login;
  if (isOwner || isWriter || visibility === "private") return "member";
  return visibility === "internal" ? "contributor" : "external";
}
