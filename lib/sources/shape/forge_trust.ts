import type { Trust } from "./shape.ts";

/** What is known of an author and of the repository where no forge says how close the two are. */
interface AuthorFacts {
  /** The author's login. */
  readonly login: string | undefined;
  /**
   * The repository, as `owner/name`; only of a forge where no two accounts have one login.
   *
   * @default {undefined} Nobody is known to own it by the login.
   */
  readonly repo?: string | undefined;
  /** Who may read the repository: its members, everybody with an account there, or everybody. */
  readonly visibility: "private" | "internal" | "public";
  /**
   * Whether the forge says that the author may write to the repository.
   *
   * @default {false}
   */
  readonly isWriter?: boolean;
}

/** Bots pass on what others wrote, such as the support bot of GitLab the e-mail of a stranger. */
const BOT_REGEXP = /(?:^|[\s_.[-])bot(?:$|[\s_.\]\d-])|^(?:ghost|(?:gitea|forgejo)-actions)$/i;

/**
 * Tells how close an author is, for forges that send no `author_association`: who writes in a
 * private repository is a member, since nobody else can read it; in an internal one a colleague; in
 * a public one a stranger, unless the forge says more or it is the author's own.
 *
 * @param author What is known; an author without a login is a stranger.
 */
export function forgeTrust(author: AuthorFacts): Trust {
  const { login, repo, visibility, isWriter = false } = author;
  if (login === undefined || BOT_REGEXP.test(login)) return "external";
  const isOwner = repo?.split("/", 1)[0] === login;
  if (isOwner || isWriter || visibility === "private") return "member";
  return visibility === "internal" ? "contributor" : "external";
}
