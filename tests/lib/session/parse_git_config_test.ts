import { assert, assertEquals, assertFalse, assertLessOrEqual, assertMatch } from "@std/assert";
import fc from "fast-check";
import { tryParseRepository } from "../../../lib/session/parse_git_config.ts";
import { hostileText, show } from "../_texts.ts";

/** A configuration as `git clone` writes it. */
function configOf(url: string, remote = "origin"): string {
  return `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[remote "${remote}"]
\turl = ${url}
\tfetch = +refs/heads/*:refs/remotes/${remote}/*
[branch "main"]
\tremote = ${remote}
\tmerge = refs/heads/main
`;
}

/** A URL in quotes, so that the value is the URL to the letter. */
function quote(url: string): string {
  return `"${url.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

Deno.test("tryParseRepository() reads the path of every kind of remote URL", () => {
  const cases: [string, string][] = [
    ["https://github.com/owner/name.git", "owner/name"],
    ["https://github.com/owner/name", "owner/name"],
    ["https://github.com/owner/name/", "owner/name"],
    ["https://github.com/owner/name.git///", "owner/name"],
    ["http://localhost:3000/owner/name.git", "owner/name"],
    ["https://user@github.com/owner/name.git", "owner/name"],
    ["https://user:password@github.com/owner/name.git", "owner/name"],
    ["https://user:p@ss:w@github.com:8443/owner/name.git", "owner/name"],
    ["HTTPS://github.com/owner/name", "owner/name"],
    ["ssh://git@github.com/owner/name.git", "owner/name"],
    ["ssh://git@ssh.github.com:443/owner/name.git", "owner/name"],
    ["ssh://github.com/owner/name", "owner/name"],
    ["ssh://git@[::1]:2222/owner/name.git", "owner/name"],
    ["git://example.com/owner/name.git", "owner/name"],
    ["git@github.com:owner/name.git", "owner/name"],
    ["git@github.com:owner/name", "owner/name"],
    ["git@github.com:owner/name.git/", "owner/name"],
    ["git@github.com:/owner/name.git", "owner/name"],
    ["git@[::1]:owner/name.git", "owner/name"],
    ["git@h:owner/name.git", "owner/name"],
    ["user@example.com@host:owner/name.git", "owner/name"],
    ["github.com:owner/name.git", "owner/name"],
    ["gh:owner/name", "owner/name"],
    ["https://gitlab.com/a/b/c.git", "a/b/c"],
    ["git@gitlab.com:a/b/c/d.git", "a/b/c/d"],
    ["https://github.com/Own-er_1/na.me-2.git", "Own-er_1/na.me-2"],
    ["https://github.com/owner/name.git.git", "owner/name.git"],
    ["https://github.com/owner/.github", "owner/.github"],
    ["https://github.com/owner/namegit", "owner/namegit"],
    ["https://github.com/owner/...", "owner/..."],
  ];
  for (const [url, repository] of cases) {
    assertEquals(tryParseRepository(configOf(url)), repository, url);
    assertEquals(tryParseRepository(configOf(quote(url))), repository, quote(url));
  }
});

Deno.test("tryParseRepository() returns undefined for paths of this machine and for nonsense", () => {
  const cases = [
    "",
    "/srv/git/owner/name.git",
    "../owner/name.git",
    "./owner/name.git",
    "~/owner/name.git",
    "owner/name",
    "file:///srv/git/owner/name.git",
    "C:/Users/owner/name",
    "C:\\Users\\owner\\name",
    "c:owner/name",
    "\\\\server\\share\\owner\\name",
    "./host:owner/name",
    "host::owner/name",
    "ext::sh -c evil",
    "ftp://example.com/owner/name",
    "https://",
    "https:///owner/name",
    "https://github.com",
    "https://github.com/",
    "https://github.com/name.git",
    "https://github.com//owner/name",
    "https://github.com/owner//name",
    "https://github.com/owner/.git",
    "https://github.com:port/owner/name",
    "https://user@/owner/name",
    "https://git hub.com/owner/na me",
    "https://github.com/owner/name?x=1",
    "https://github.com/owner/name#x",
    "https://github.com/owner/na%6de",
    "https://github.com/owner/nämé",
    "https://github.com/owner/name\u200b",
    'https://github.com/owner/<name x="y">',
    "https://github.com/owner/name\n",
    "https://github.com/../name",
    "https://github.com/owner/..",
    "https://github.com/owner/...git",
    "https://github.com/a/../b/c",
    "https://github.com/./name",
    "https://github.com/owner/..git",
    "git@github.com:",
    "git@github.com:name.git",
    "git@github.com:../name",
    "git@github.com:~owner/name",
    "git@github.com://owner/name",
    "git@:owner/name",
    ":owner/name",
    "@:owner/name",
    "g it@host:owner/name",
    "git@ho st:owner/name",
    "ho st:owner/name",
    "git@[::1:owner/name",
  ];
  for (const url of cases) {
    assertEquals(tryParseRepository(configOf(quote(url))), undefined, show(url));
  }
});

Deno.test("tryParseRepository() takes names of up to 200 characters in URLs of up to 4096", () => {
  const longest = `owner/${"n".repeat(194)}`;
  for (const ending of ["", ".git", ".git/"]) {
    assertEquals(tryParseRepository(configOf(`git@h:${longest}${ending}`)), longest, ending);
    assertEquals(tryParseRepository(configOf(`git@h:${longest}n${ending}`)), undefined, ending);
  }
  assertEquals(tryParseRepository(configOf(`git@h:a/b${"/".repeat(4087)}`)), "a/b");
  assertEquals(tryParseRepository(configOf(`git@h:a/b${"/".repeat(4088)}`)), undefined);
});

Deno.test("tryParseRepository() prefers origin, and else takes the first remote", () => {
  const upstream = configOf("git@github.com:other/name.git", "upstream");
  const fork = configOf("git@github.com:fork/name.git", "fork");
  const origin = configOf("git@github.com:owner/name.git");
  assertEquals(tryParseRepository(upstream + fork + origin), "owner/name");
  assertEquals(tryParseRepository(origin + upstream), "owner/name");
  assertEquals(tryParseRepository(upstream + fork), "other/name");
  assertEquals(tryParseRepository(upstream + configOf("/srv/git/name.git")), undefined);
  const withoutUrl = '[remote "origin"]\n\tpushurl = git@h:a/b\n\tfetch = +refs/*:refs/*\n';
  assertEquals(tryParseRepository(withoutUrl + upstream), "other/name");
  assertEquals(tryParseRepository(withoutUrl), undefined);
  assertEquals(tryParseRepository(configOf("git@h:a/b", "Origin") + origin), "owner/name");
});

Deno.test("tryParseRepository() takes the first of several URLs", () => {
  const cases: [string, string | undefined][] = [
    ["url = git@h:a/b\nurl = git@h:c/d", "a/b"],
    ['url = git@h:a/b\n[core]\n[remote "origin"]\nurl = git@h:c/d', "a/b"],
    ["url = /srv/a/b\nurl = git@h:c/d", undefined],
  ];
  for (const [lines, repository] of cases) {
    assertEquals(tryParseRepository(`[remote "origin"]\n${lines}\n`), repository, show(lines));
  }
});

Deno.test("tryParseRepository() reads spaces, quotes, comments and other sections as git does", () => {
  const cases: string[] = [
    '[remote "origin"]\nurl=git@h:a/b',
    '[REMOTE "origin"]\n  URL   =   git@h:a/b  \t\n',
    '[Remote\t "origin"]\r\n\tUrl = git@h:a/b\r\n',
    '\ufeff[remote "origin"]\nurl = git@h:a/b\n',
    '# x\n; [x\n[remote "origin"] # "\n# url = git@h:x/y\nurl = git@h:a/b\n',
    '[remote "origin"]\nurl = git@h:a/b # comment "\n',
    '[remote "origin"]\nurl = git@h:a/b;comment\\\n',
    '[remote "origin"]\nurl = "git@h:a/b"\n',
    'x = y\n[remote]\nurl = git@h:x/y\n[remotes "x"]\nurl = x\n[remote "b"]\nurl = git@h:a/b\n',
    '[remote "a"]\npushurl = git@h:x/y\nurls = git@h:x/y\n[core]\nurl = git@h:x/y\n' +
    '[remote "b"]\nurl = git@h:a/b\n',
    '[url "git@h:"]\nurl = git@h:x/y\n[remote "b"]\nurl = git@h:a/b\n',
  ];
  for (const text of cases) assertEquals(tryParseRepository(text), "a/b", show(text));
});

Deno.test("tryParseRepository() reads no value with spaces or escapes in it", () => {
  const cases = ['"git@h:a/b#c"', '"git@h:a/b;c"', '"git@h:a/b "', '" git@h:a/b"', "git@h:a/b c"];
  for (const value of [...cases, "git@h:a/b\\n", 'git@h:a/b\\"', "git@h:a/\\\\b", "git@h:a/\\tb"]) {
    assertEquals(tryParseRepository(configOf(value)), undefined, value);
  }
});

Deno.test("tryParseRepository() returns undefined when there is no remote", () => {
  for (
    const text of ["", "\n", "\ufeff", "# x", "[core]", "[core]\n\tbare = false\n", "url = g:a/b"]
  ) {
    assertEquals(tryParseRepository(text), undefined, show(text));
  }
});

const part = fc.string({
  unit: fc.constantFrom(..."abcXYZ019-_."),
  minLength: 1,
  maxLength: 8,
}).filter((part) => part !== "." && part !== ".." && !part.endsWith(".git"));

Deno.test("tryParseRepository() reads back every name in every form", () => {
  const form = fc.constantFrom(
    "https://h.example/",
    "https://u:p@h.example:1/",
    "ssh://git@h.example:22/",
    "git://h.example/",
    "git@h.example:",
    "alias:/",
  );
  const ending = fc.constantFrom(".git", ".git/", "//", "");
  const parts = fc.array(part, { minLength: 2, maxLength: 5 });
  fc.assert(fc.property(form, parts, ending, (form, parts, ending) => {
    const repository = parts.join("/");
    assertEquals(tryParseRepository(configOf(`${form}${repository}${ending}`)), repository);
  }));
});

/** Checks the parts of every result. */
function assertRepository(repository: string | undefined): void {
  if (repository === undefined) return;
  assertMatch(repository, /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)+$/);
  assertFalse(repository.split("/").some((part) => part === "." || part === ".."), repository);
  assertLessOrEqual(repository.length, 200);
}

Deno.test("tryParseRepository() gives a repository or nothing for any text", () => {
  const token = fc.constantFrom(
    ...'[]"=\\#;:@/.~ \t\r\n',
    '[remote "origin"]\n',
    "url = ",
    "https://",
    "git@host:",
    "host",
    "a/b",
    "..",
    ".git",
    "\r\n",
    "\ufeff",
  );
  const tokens = fc.array(token, { maxLength: 30 }).map((tokens) => tokens.join(""));
  const hostile = fc.oneof(hostileText, tokens);
  fc.assert(
    fc.property(hostile, hostile, (text, url) => {
      assertRepository(tryParseRepository(text));
      assertRepository(tryParseRepository(configOf(text)));
      assertRepository(tryParseRepository(configOf(quote(url))));
      assertRepository(tryParseRepository(configOf(`https://${url}/a/b`)));
      assertRepository(tryParseRepository(configOf(`git@host:a/${url}`)));
    }),
    { numRuns: 500 },
  );
});

Deno.test("tryParseRepository() gets through a configuration of any length", () => {
  const long = 200_000;
  for (const piece of ["[", '[a "', "\\", '"', "a", "=", "#", " ", "\n", "/", "@", ":", "\r\n"]) {
    const text = piece.repeat(long / piece.length);
    assertEquals(tryParseRepository(text), undefined, show(piece));
    assertEquals(tryParseRepository(configOf(`git@h:a/b${text}`)) ?? "a/b", "a/b", show(piece));
    assertEquals(tryParseRepository(configOf(`https://h${text}x`)), undefined, show(piece));
  }
  assert(tryParseRepository(`${"\tx = y\n".repeat(long / 10)}${configOf("git@h:a/b")}`) === "a/b");
});
