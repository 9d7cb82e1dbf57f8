/**
 * Reads out of the text of a `.git/config` which repository a folder belongs to.
 *
 * The file is read by the rules of git: what git would refuse says nothing here either. Files that
 * it includes and `insteadOf` rules are not followed.
 *
 * Source of the rules: the syntax section of git-config(1), the URL section of git-fetch(1).
 *
 * @module
 */

const MAX_REPOSITORY_LENGTH = 200;

/** Bounds what the patterns below cost, whatever stands in the file. */
const MAX_URL_LENGTH = 4096;

const SPACE_REGEXP = /[ \t\r]/;
const REST_OF_LINE_REGEXP = /[^\n]/;
const SECTION_REGEXP = /[A-Za-z0-9.-]/;
const KEY_START_REGEXP = /[A-Za-z]/;
const KEY_REGEXP = /[A-Za-z0-9-]/;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ['"', '"'],
  ["n", "\n"],
  ["t", "\t"],
  ["b", "\b"],
  ["\n", ""],
]);

/** `https://user:password@host:443/owner/name.git` */
const URL_REGEXP =
  /^(?:https?|ssh|git):\/\/(?:[^/\s]*@)?(?:[^/:@[\]\s]+|\[[^/\]\s]+\])(?::\d*)?\/(.*)$/i;

/** `user@host:owner/name.git`; a single letter before the colon is a drive of Windows. */
const SCP_REGEXP =
  /^(?:[^/:\s]*@[^/:@[\]\s]+|[^/:@[\]\s]{2,}|(?:[^/:\s]*@)?\[[^/\]\s]+\]):\/?(.*)$/;

const REPOSITORY_REGEXP = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)+$/;

/** A place in a text, whose end also ends its last line. */
class Cursor {
  readonly #text: string;
  #index = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#index >= this.#text.length;
  }

  take(): string {
    return this.#text[this.#index++] ?? "\n";
  }

  takeIf(char: string): boolean {
    if (this.#text[this.#index] !== char) return false;
    this.#index++;
    return true;
  }

  takeWhile(pattern: RegExp): string {
    const start = this.#index;
    while (!this.isAtEnd && pattern.test(this.#text.charAt(this.#index))) this.#index++;
    return this.#text.slice(start, this.#index);
  }
}

/** Reads `remote "origin"]` as `remote.origin`. */
function readSection(cursor: Cursor): string | undefined {
  const section = cursor.takeWhile(SECTION_REGEXP).toLowerCase();
  if (cursor.takeIf("]")) return section === "" ? undefined : section;
  if (cursor.takeWhile(SPACE_REGEXP) === "" || !cursor.takeIf('"')) return undefined;
  let subsection = "";
  for (let char = cursor.take(); char !== '"'; char = cursor.take()) {
    if (char === "\\") char = cursor.take();
    if (char === "\n") return undefined;
    subsection += char;
  }
  return cursor.takeIf("]") ? `${section}.${subsection}` : undefined;
}

/** Reads what stands behind the `=`, with its line's end. */
function readValue(cursor: Cursor): string | undefined {
  let value = "";
  let space = "";
  let isQuoted = false;
  for (let char = cursor.take(); char !== "\n"; char = cursor.take()) {
    if (!isQuoted && SPACE_REGEXP.test(char)) {
      if (value !== "") space += char;
      continue;
    }
    if (!isQuoted && (char === "#" || char === ";")) {
      cursor.takeWhile(REST_OF_LINE_REGEXP);
      continue;
    }
    value += space;
    space = "";
    if (char === '"') {
      isQuoted = !isQuoted;
      continue;
    }
    const written = char === "\\" ? ESCAPES.get(cursor.take()) : char;
    if (written === undefined) return undefined;
    value += written;
  }
  return isQuoted ? undefined : value;
}

/** The first URL of each remote; `undefined` when git would refuse the file. */
function tryReadRemotes(gitConfig: string): ReadonlyMap<string, string> | undefined {
  const cursor = new Cursor(gitConfig.replace(/^\ufeff/, "").replaceAll("\r\n", "\n"));
  const urls = new Map<string, string>();
  let section: string | undefined = "";
  while (!cursor.isAtEnd) {
    const char = cursor.take();
    if (char === "\n" || SPACE_REGEXP.test(char)) continue;
    if (char === "#" || char === ";") {
      cursor.takeWhile(REST_OF_LINE_REGEXP);
      continue;
    }
    if (char === "[") {
      section = readSection(cursor);
      if (section === undefined) return undefined;
      continue;
    }
    if (!KEY_START_REGEXP.test(char)) return undefined;
    const key = (char + cursor.takeWhile(KEY_REGEXP)).toLowerCase();
    cursor.takeWhile(/[ \t]/);
    const isUrl = key === "url" && section.startsWith("remote.");
    const mark = cursor.take();
    if (mark === "\n" && !isUrl) continue;
    const value = mark === "=" ? readValue(cursor) : undefined;
    if (value === undefined) return undefined;
    if (!isUrl) continue;
    const remote = section.slice("remote.".length);
    // An empty URL takes back those before it.
    if (value === "") urls.delete(remote);
    else if (!urls.has(remote)) urls.set(remote, value);
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
 * Reads the repository of a folder out of the text of its `.git/config`: the path in the URL of the
 * remote `origin`, or of the first remote when there is no `origin`.
 *
 * @param gitConfig The text of the file.
 * @returns `owner/name`, or more names for a group in a group, of ASCII letters, digits and `._-`,
 * at most 200 characters; `undefined` for a path of this machine and for everything malformed.
 */
export function tryParseRepository(gitConfig: string): string | undefined {
  const urls = tryReadRemotes(gitConfig);
  const url = urls?.get("origin") ?? urls?.values().next().value;
  return url === undefined ? undefined : tryReadUrl(url);
}
