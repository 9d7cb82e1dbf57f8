import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { changeAccess, isChange } from "../../../cli/access/change.ts";
import { formatSenders, listAccess } from "../../../cli/access/list.ts";
import { formatAccessLog } from "../../../cli/access/log.ts";
import type { CommandReport } from "../../../cli/shared/report.ts";
import { createTextStyle } from "../../../cli/shared/terminal.ts";
import type { Access } from "../../../lib/access/access_file.ts";
import { findByTokenHash } from "../../../lib/access/changes.ts";
import { readAccessOptions } from "../../../lib/cli/access_options.ts";
import { claimPairing, MAX_WRONG_CODES } from "../../../lib/access/pairing.ts";
import { AccessStore } from "../../../server/access/store.ts";
import { hashToken } from "../../../server/runtime/crypto.ts";
import { Journal } from "../../../server/journal/journal.ts";
import { accessPathOf, journalPathOf, lockPathOf } from "../../../server/state/folder.ts";
import {
  accepted,
  codeOf,
  emptyAccess,
  hashOf,
  NOW,
  withPairing,
  withSender,
} from "../../lib/_access.ts";
import { createScratch } from "../../server/_scratch.ts";

const PLAIN = createTextStyle(false);
const TOKEN_REGEXP = /dct_[A-Za-z0-9_-]{43}/g;
const RESTART = "Sessions that are open relay permission prompts after they are restarted";

/** A state folder without a file, and a command line that works there. */
class Fixture {
  readonly stateDir = createScratch();
  readonly store = new AccessStore({ stateDir: this.stateDir, now: () => NOW });
  readonly #port: number;

  constructor() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#port = listener.addr.port;
  }

  /** Runs what comes after the word `access`. */
  async run(line: string, nowMs = NOW): Promise<CommandReport> {
    const parsed = readAccessOptions(line.split(" ").filter(Boolean));
    if (!parsed.ok) throw new Error(parsed.problem);
    const { value: options } = parsed;
    const environment = { stateDir: this.stateDir, nowMs, style: PLAIN };
    if (options.kind === "log") throw new Error("The audit is read from the journal");
    if (!isChange(options)) return listAccess(options, environment);
    return await changeAccess({ ...options, port: this.#port }, environment);
  }

  /** Runs a change and returns what it prints. */
  async print(line: string): Promise<string> {
    const { exitCode, lines, problems } = await this.run(line);
    assertEquals([exitCode, problems], [0, []], line);
    return lines.join("\n");
  }

  /** Puts an access in the place of the file. */
  async put(change: (access: Access) => Access): Promise<void> {
    await this.store.update((access) => ({ ok: true, access: change(access) }));
  }

  get access(): Access {
    const state = this.store.read();
    assert(state.ok);
    return state.access;
  }

  /** The audit, the newest first. */
  get audit() {
    const journal = Journal.open(journalPathOf(this.stateDir), { durability: "normal" });
    const rows = journal.audit.list(99);
    journal.close();
    return rows;
  }
}

Deno.test("access list says when there are no senders [cli.access]", async () => {
  const fixture = new Fixture();
  assertEquals(
    await fixture.print(""),
    [
      'The policy is pairing: listed senders get in, and "access pair <code>" approves a device ' +
      "that asks",
      "",
      "No senders yet, except the names that --trust-header gives a server",
    ].join("\n"),
  );
  assertEquals(
    await fixture.print("list --json"),
    '{"policy":"pairing","senders":[],"pairings":[]}',
  );
  assertEquals([...Deno.readDirSync(fixture.stateDir)], []);
});

Deno.test("access list shows senders and pairings, and never a code [cli.access]", async () => {
  const fixture = new Fixture();
  await fixture.put((access) => withPairing(withSender(access, 1, { id: "ci" }), 2));
  const text = await fixture.print("list");
  assertStringIncludes(
    text,
    [
      "ID  LABEL  RIGHTS  CHATS  CREATED  LAST USED  EXPIRES",
      "ci  ci     speak   own    0 s      never      never",
      "",
      "Pairings",
      "LABEL     ADDRESS   AGE  STATE",
      "My Phone  10.0.0.2  0 s  waits for its code",
    ].join("\n"),
  );
  for (const output of [text, await fixture.print("list --json")]) {
    assertFalse(/[0-9a-f]{64}/.test(output) || output.includes(codeOf(2)), output);
  }
});

Deno.test("formatSenders() dims a sender whose time is over, where text has a style at all", () => {
  const current = withSender(emptyAccess(), 1, { id: "ci" });
  const { senders } = withSender(current, 2, { id: "old", expiresAt: NOW });
  const style = createTextStyle(true);
  const [header = "", first = "", over = ""] = formatSenders(senders, { nowMs: NOW, style });
  assert(header.startsWith("\x1b[1mID"), header);
  assert(!first.includes("\x1b") && over.startsWith("\x1b[2mold"), over);
});

Deno.test("access add prints a token that works, once, and a line to try it [access.token]", async () => {
  const fixture = new Fixture();
  const text = await fixture.print("add ci --expires 2h --label Build --chats all");
  const [token = "", again] = text.match(TOKEN_REGEXP) ?? [];
  assertEquals(again, token);
  assertMatch(
    text,
    /\ncurl -d "hello" -H "Authorization: Bearer dct_\S{43}" http:\/\/127.0.0.1:\d+\n/,
  );
  assertStringIncludes(text, "ci  Build  speak   all    0 s      never      in 2 h");
  assertFalse(text.includes(RESTART));
  const sender = findByTokenHash(fixture.access, await hashToken(token), NOW);
  assertEquals([sender?.id, sender?.expires_at], ["ci", NOW + 2 * 3_600_000]);
  const stored = Deno.readTextFileSync(accessPathOf(fixture.stateDir));
  assertFalse(stored.includes(token) || JSON.stringify(fixture.audit).includes(token));
  assertFalse((await fixture.print("list")).includes(token));

  const json = JSON.parse(await fixture.print("add ops --json"));
  assertEquals([json.id, json.rights, json.expires_at], ["ops", ["speak"], null]);
  assertEquals(findByTokenHash(fixture.access, await hashToken(json.token), NOW)?.id, "ops");
  assert(json.token !== token);
});

Deno.test("access pair lets the device in that shows the code [access.pairing]", async () => {
  const fixture = new Fixture();
  await fixture.put((access) => withPairing(withPairing(access, 1), 2));
  const approved = await fixture.print(`pair ${codeOf(1).toLowerCase()}`);
  const [id = ""] = approved.match(/my-phone-[2-9a-z]{4}/) ?? [];
  assertEquals(
    approved,
    [
      `Approved ${id} with the rights speak`,
      "The device gets its token by itself when it asks again, within 10 min",
      "",
      "ID             LABEL     RIGHTS  CHATS",
      `${id}  My Phone  speak   own`,
    ].join("\n"),
  );
  assertStringIncludes(await fixture.print(""), `approved as ${id}`);
  const claim = { idSha256: hashOf(1), tokenSha256: hashOf(5), nowMs: NOW };
  const { access } = accepted(claimPairing(fixture.access, claim));
  assertEquals(findByTokenHash(access, hashOf(5), NOW)?.rights, ["speak"]);

  const text = await fixture.print(`pair ${codeOf(2)} --approve --id tab --label Tab --chats all`);
  assertStringIncludes(text, "tab  Tab    speak, approve  all");
  assert(text.endsWith(`\n\n${RESTART}`), text);
});

Deno.test("access pair says how many tries are left after a wrong code [access.pairing]", async () => {
  const fixture = new Fixture();
  await fixture.put((access) => withPairing(access, 1));
  for (let left = MAX_WRONG_CODES - 1; left > 0; left--) {
    const { exitCode, lines, problems } = await fixture.run("pair ZZZZZZ");
    assertEquals([exitCode, lines], [1, []]);
    assertEquals(problems, [
      "Wrong pairing code: expected one that a page shows now; " +
      `tries left before all pairings end: ${left}`,
    ]);
    assertEquals(fixture.access.wrong_codes, MAX_WRONG_CODES - left);
  }
  assertStringIncludes(await fixture.print(""), "waits for its code");
  const { problems } = await fixture.run("pair ZZZZZZ");
  assertStringIncludes(problems.join(), "all have ended after 5 wrong ones, pair again");
  assertEquals((await fixture.run(`pair ${codeOf(1)}`)).exitCode, 1);
  assertFalse((await fixture.print("")).includes("Pairings"));
});

Deno.test("access rights gives and takes, and hints at a restart with the first approver [access.rights]", async () => {
  const fixture = new Fixture();
  await fixture.put((access) => withSender(withSender(access, 1, { id: "ci" }), 2, { id: "ops" }));
  const first = await fixture.print("rights ci speak approve");
  assertStringIncludes(first, "The rights of ci are now: speak, approve; before: speak\n");
  assert(first.endsWith(RESTART), first);
  assertFalse((await fixture.print("rights ops approve")).includes(RESTART));
  assertStringIncludes(await fixture.print("rights ci none"), "ci  ci     none    own");
  assertEquals(fixture.access.senders.map(({ rights }) => rights), [[], ["approve"]]);
});

Deno.test("access token rotate ends the old token and prints the new one [access.token]", async () => {
  const fixture = new Fixture();
  await fixture.put((access) => withSender(access, 1, { id: "ci" }));
  const text = await fixture.print("token rotate ci");
  const [token = ""] = text.match(TOKEN_REGEXP) ?? [];
  assertStringIncludes(text, `-H "Authorization: Bearer ${token}"`);
  assertEquals(findByTokenHash(fixture.access, hashOf(1), NOW), undefined);
  assertEquals(findByTokenHash(fixture.access, await hashToken(token), NOW)?.id, "ci");
});

Deno.test("access remove and access policy say what holds now [cli.access]", async () => {
  const fixture = new Fixture();
  await fixture.put((access) =>
    withPairing(withSender(withSender(access, 1, { id: "ci" }), 2, { id: "ops" }), 3)
  );
  assertEquals(
    await fixture.print("remove ci"),
    "Removed ci: its token and its sign-ins have ended\nSenders that are left: 1",
  );
  await fixture.print(`pair ${codeOf(3)} --id tab`);
  assertStringIncludes(await fixture.print("remove tab"), "which had no token yet, gets none");
  assertEquals(
    await fixture.print("policy disabled"),
    "The policy is disabled: no sender gets in (before: pairing)",
  );
  assertEquals(
    await fixture.print("policy disabled"),
    "The policy is disabled: no sender gets in (before: disabled)",
  );
  assertEquals(fixture.access.policy, "disabled");
  const added = await fixture.print("add late --approve");
  assert(added.endsWith("\n\nThe policy is disabled: no sender gets in"), added);
  assertStringIncludes(await fixture.print("policy"), "The policy is disabled: ");
  // The policy lets the approver in now.
  assert((await fixture.print("policy allowlist")).endsWith(RESTART));
});

Deno.test("access refuses with exit code 1 and leaves no row in the audit [cli.access]", async () => {
  const fixture = new Fixture();
  await fixture.put((access) => withPairing(withSender(access, 1, { id: "ci" }), 1));
  const before = fixture.access;
  const cases: [line: string, message: string][] = [
    ["add ci", 'The id "ci" is taken: expected one that no other sender has'],
    [`pair ${codeOf(1)} --id ci`, 'The id "ci" is taken'],
    ["remove cii", 'Unknown sender "cii": expected one of ci'],
    ["rights cii none", 'Unknown sender "cii"'],
    ["token rotate cii", 'Unknown sender "cii"'],
  ];
  for (const [line, message] of cases) {
    const { exitCode, lines, problems } = await fixture.run(line);
    assertEquals([exitCode, lines, problems.length], [1, [], 1], line);
    assertStringIncludes(problems[0] ?? "", message, line);
  }
  assertEquals([fixture.access, fixture.audit], [before, []]);
});

Deno.test("access says what to do when its file cannot be written [cli.access]", async () => {
  const fixture = new Fixture();
  Deno.mkdirSync(lockPathOf(accessPathOf(fixture.stateDir)));
  const { exitCode, lines, problems } = await fixture.run("add ci");
  assertEquals([exitCode, lines, problems.length], [1, [], 1]);
  assertMatch(
    problems[0] ?? "",
    /^Cannot write \/.+\/access\.json: \/.+\/access\.json\.lock is no file\. Fix it with: rm -r '\/.+'$/,
  );
});

Deno.test("every change of access leaves one row in the audit, without token and code [audit.rows]", async () => {
  const fixture = new Fixture();
  await fixture.put((access) => withPairing(access, 1));
  for (
    const line of [
      `pair ${codeOf(1)} --approve --id tab`,
      "add ci --expires 2h",
      "rights ci speak approve",
      "token rotate ci",
      "remove ci",
      "policy allowlist",
      "restore",
    ]
  ) await fixture.run(line);
  const rows = fixture.audit.reverse();
  const row = { at: NOW, actor: "terminal", times: 1 };
  const pairs = rows.map(({ action, subject, detail }) => [action, subject, detail]);
  assertEquals(pairs, [
    ["pair", "tab", "speak, approve; chats own"],
    ["add", "ci", "speak; chats own; expires 2026-11-21T02:00:00.000Z"],
    ["rights", "ci", "speak, approve; before: speak"],
    ["rotate", "ci", "sign-ins that ended: 0"],
    ["remove", "ci", ""],
    ["policy", "allowlist", "before: pairing"],
    ["restore", "allowlist", "senders: 0"],
  ]);
  for (const { at, actor, times } of rows) assertEquals({ at, actor, times }, row);
  assertFalse(new RegExp(`${codeOf(1)}|dct_`).test(JSON.stringify(rows)));

  const [header = "", newest = ""] = formatAccessLog(fixture.audit, { json: false, style: PLAIN });
  assertMatch(header, /^TIME +ACTION +ACTOR +SUBJECT +DETAIL +TIMES$/);
  assertMatch(newest, /^2026-11-21T00:00:00\.000Z +restore +terminal +allowlist +senders: 0 +1$/);
  const [json = ""] = formatAccessLog(fixture.audit, { json: true, style: PLAIN });
  assertEquals(JSON.parse(json).action, "restore");
  assertEquals(formatAccessLog([], { json: true, style: PLAIN }), []);
});

Deno.test("access restore brings back what a corrupt file has lost, and says what holds [access.restore]", async () => {
  const fixture = new Fixture();
  await fixture.print("add ci --approve");
  Deno.writeTextFileSync(accessPathOf(fixture.stateDir), "{");
  for (const line of ["list", "policy", "add ops", "remove ci"]) {
    const { exitCode, lines, problems } = await fixture.run(line);
    assertEquals([exitCode, lines, problems.length], [1, [], 1], line);
    assertStringIncludes(problems[0] ?? "", '"deno-channel access restore" brings it back');
  }
  const { exitCode, lines } = await fixture.run("restore");
  assertEquals(exitCode, 0);
  assertEquals(lines[0], "Restored the last good copy of the access file");
  assertStringIncludes(lines.join("\n"), "ci  ci     speak, approve  own");
  assertEquals(lines.at(-1), RESTART);
  assertEquals(fixture.access.senders.map(({ id }) => id), ["ci"]);
});

Deno.test("access restore refuses where there is no copy [access.restore]", async () => {
  const { exitCode, lines, problems } = await new Fixture().run("restore");
  assertEquals([exitCode, lines], [1, []]);
  assertMatch(problems.join(), /^Cannot restore the access file: \S+ cannot be read$/);
});

Deno.test("a journal that cannot be used costs a change of access a warning only [cli.access]", async () => {
  const fixture = new Fixture();
  const path = journalPathOf(fixture.stateDir);
  Deno.writeTextFileSync(path, "no journal at all ".repeat(500));
  const { exitCode, lines, problems } = await fixture.run("add ci");
  assertEquals(exitCode, 0);
  assertMatch(lines.join("\n"), TOKEN_REGEXP);
  assertEquals(problems, [
    "The change is made, but it is not in the audit, and the server was not told: " +
    "Cannot use the journal: the file is no journal",
  ]);
  assertEquals(fixture.access.senders.map(({ id }) => id), ["ci"]);
});
