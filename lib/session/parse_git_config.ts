/**
 * Reads the repository of a folder out of the text of its `.git/config`: the address of a remote, as
 * `git clone` and `git remote` write it, and nothing else of that file.
 *
 * Source of the rules: the URL section of git-fetch(1).
 *
 * @module
 */

const MAX_REPOSITORY_LENGTH = 200;

/** Bounds the cost of the patterns below for any file. */
const MAX_URL_LENGTH = 4096;

const SECTION_REGEXP = /^\s*\[/;
const REMOTE_REGEXP = /^\s*\[remote\s+"([^"]+)"\]/i;
const URL_LINE_REGEXP = /^\s*url\s*=\s*(?:"([^"\\]+)"|([^\s"#;\\]+))\s*(?:[#;].*)?$/i;

/** `https://user:password@host:443/owner/name.git` */
const URL_REGEXP =
  /^(?:https?|ssh|git):\/\/(?:[^/\s]*@)?(?:[^/:@[\]\s]+|\[[^/\]\s]+\])(?::\d*)?\/(.*)$/i;

/** `user@host:owner/name.git`; a single letter before the colon is a drive of Windows. */
const SCP_REGEXP =
  /^(?:[^/:\s]*@[^/:@[\]\s]+|[^/:@[\]\s]{2,}|(?:[^/:\s]*@)?\[[^/\]\s]+\]):\/?(.*)$/;

const REPOSITORY_REGEXP = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)+$/;

/** Lists the first URL of each remote. */
function readRemotes(gitConfig: string): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  let remote: string | undefined;
  for (const line of gitConfig.split("\n")) {
    if (SECTION_REGEXP.test(line)) remote = REMOTE_REGEXP.exec(line)?.[1];
    const [, quoted, plain] = URL_LINE_REGEXP.exec(line) ?? [];
    const url = quoted ?? plain;
    if (remote !== undefined && url !== undefined && !urls.has(remote)) urls.set(remote, url);
  }
  return urls;
}

function tryReadUrl(url: string): string | undefined {
  if (url.length > MAX_URL_LENGTH) return undefined;
  const [, path = ""] = URL_REGEXP.exec(url) ?? SCP_REGEXP.exec(url) ?? [];
  const repository = path.replace(/\/+$/, "").replace(/\.git$/, "");
  if (repository.length > MAX_REPOSITORY_LENGTH) return undefined;
  if (!REPOSITORY_REGEXP.test(repository)) return undefined;
  const isRelative = repository.split("/").some((part) => part === "." || part === "..");
  return isRelative ? undefined : repository;
}

/**
 * Reads the path in the URL of the remote `origin`, or of the first remote when there is no `origin`.
 *
 * @returns `owner/name`, or more names for a group in a group, of ASCII letters, digits and `._-`,
 * at most 200 characters; `undefined` for a path of this machine and for everything malformed.
 */
export function tryParseRepository(gitConfig: string): string | undefined {
  const urls = readRemotes(gitConfig);
  const url = urls.get("origin") ?? urls.values().next().value;
  return url === undefined ? undefined : tryReadUrl(url);
}
