import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { formatEventId, seqAt } from "../../lib/event/event_id.ts";
import type { NewEvent } from "../../server/journal/event_row.ts";
import { Journal } from "../../server/journal/journal.ts";
import { journalPathOf } from "../../server/state/folder.ts";
import { until } from "../_until.ts";
import { createScratch, PROJECT, Session, takeFreePort } from "./_session.ts";

const MAIN = new URL("main.ts", PROJECT).href;
const NOW = Date.now();
const FIRST = seqAt(NOW - 3_600_000);

/** A command as a process, with the state folder and no other permission but those that are given. */
function createCommand(
  stateDir: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Deno.Command {
  const permissions = [`--allow-read=${stateDir}`, `--allow-write=${stateDir}`, ...flags];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--frozen", ...permissions, MAIN, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a command to its end. */
async function run(stateDir: string, args: readonly string[], flags: readonly string[] = []) {
  const all = [...args, "--state-dir", stateDir];
  const { code, stdout, stderr } = await createCommand(stateDir, all, flags).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function openJournal(stateDir: string): Journal {
  return Journal.open(journalPathOf(stateDir), { durability: "normal" });
}

function eventOf(seq: number, fields: Partial<NewEvent> = {}): NewEvent {
  return {
    seq,
    state: "stored",
    session: null,
    storedAt: NOW - 3_600_000,
    source: "text",
    sender: "ci",
    meta: '{"sender":"ci","path":"/ci"}',
    content: "build failed\non main",
    ...fields,
  };
}

/** A state folder whose journal has three events and two sessions, and no process. */
function createFixture() {
  const stateDir = createScratch();
  const journal = openJournal(stateDir);
  const session = { key: "1a2b3c4d-0000", project: "web-app", repository: "acme/web", pid: 42 };
  const open = journal.sessions.start(session, NOW - 7_200_000);
  const ended = journal.sessions.start({ ...session, key: "5e6f7a8b-0000", pid: 43 }, NOW);
  journal.sessions.markEnded(ended, NOW);
  const seqs = [FIRST, FIRST + 1, FIRST + 2];
  journal.events.insert(eventOf(seqs[0] ?? 0, { state: "pushed", session: open }));
  journal.events.change(seqs[0] ?? 0, "answer", NOW);
  journal.events.insert(eventOf(seqs[1] ?? 0, { content: "\x1b[2Jgone\x9b\u202e\r</b>" }));
  journal.events.insert(eventOf(seqs[2] ?? 0, { sender: "dev", content: "hello" }));
  journal.close();
  return { stateDir, ids: seqs.map(formatEventId) };
}

function parseLines(text: string): Record<string, unknown>[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("events lists what the journal has while no process holds the port [cli.events]", async () => {
  const { stateDir, ids: [first, second, third] } = createFixture();
  assertEquals(await run(stateDir, ["events"]), {
    code: 0,
    stdout: [
      "EVENT            STATE      AGE     FROM      TEXT",
      `${third}  stored     1 h     dev       hello`,
      `${second}  stored     1 h     ci        [2Jgone`,
      `${first}  answered   1 h     ci        build failed`,
      "",
    ].join("\n"),
    stderr: "",
  });
  const open = await run(stateDir, ["events", "--state", "open", "--limit", "1", "--json"]);
  assertEquals(parseLines(open.stdout), [{
    event_id: third,
    state: "stored",
    attempts: 0,
    stored_at: new Date(NOW - 3_600_000).toISOString(),
    sender: "dev",
    session: null,
    start: "hello",
  }]);
  const none = await run(stateDir, ["events", "--state", "filtered"]);
  assertEquals([none.code, none.stdout], [0, "No filtered events\n"]);
});

Deno.test("events show prints all of an event, and nothing of it reaches the terminal as it is [cli.events]", async () => {
  const { stateDir, ids: [first = "", second = ""] } = createFixture();
  const { code, stdout, stderr } = await run(stateDir, ["events", "show", first]);
  assertEquals([code, stderr], [0, ""]);
  for (
    const part of ["state    answered", "session  web-app (1a2b3c4d)", "path    /ci", " stored"]
  ) {
    assertStringIncludes(stdout, part);
  }
  assert(stdout.endsWith("text\nbuild failed\non main\n"), stdout);

  const hostile = await run(stateDir, ["events", "show", second]);
  assertStringIncludes(hostile.stdout, String.raw`\u{1B}[2Jgone\u{9B}\u{202E}\u{D}</b>`);
  const json = await run(stateDir, ["events", "show", second, "--json"]);
  assertStringIncludes(json.stdout, String.raw`"\u001b[2Jgone\u009b\u202e\r</b>"`);
  assertEquals(parseLines(json.stdout)[0]?.content, "\x1b[2Jgone\x9b\u202e\r</b>");
});

Deno.test("events show and events replay say where ids are found when there is no such event [cli.events]", async () => {
  const { stateDir, ids: [first = ""] } = createFixture();
  const cases: [id: string, hint: string][] = [
    [formatEventId(FIRST + 99), "the command events lists them"],
    ["nonsense", "the command events lists them"],
    [first.replace("evt", "chat"), `it is the id of a chat, which began with ${first}`],
  ];
  for (const [id, hint] of cases) {
    for (const command of ["show", "replay"]) {
      const { code, stdout, stderr } = await run(stateDir, ["events", command, id]);
      assertEquals([code, stdout], [1, ""], id);
      assertStringIncludes(stderr, `There is no event "${id}": `);
      assertStringIncludes(stderr, hint);
    }
  }
});

Deno.test("commands that read create no folder and no journal [cli.events]", async () => {
  const parent = createScratch();
  const stateDir = `${parent}/state`;
  assertEquals(await run(stateDir, ["events"]), {
    code: 0,
    stdout: `No events: there is no journal in ${stateDir} yet\n`,
    stderr: "",
  });
  const sessions = await run(stateDir, ["sessions"]);
  assertStringIncludes(sessions.stdout, "No sessions: there is no journal in");
  for (
    const args of [["events", "--json"], ["sessions", "--json"]]
  ) {
    assertEquals(await run(stateDir, args), { code: 0, stdout: "", stderr: "" }, args.join(" "));
  }
  for (const command of ["show", "replay"]) {
    assertEquals((await run(stateDir, ["events", command, formatEventId(1)])).code, 1);
  }
  assertEquals([...Deno.readDirSync(parent)], []);
});

Deno.test("a journal with another schema is left as it is, and said to be [cli.events]", async () => {
  const { stateDir, ids: [first = ""] } = createFixture();
  const path = journalPathOf(stateDir);
  const database = new DatabaseSync(path);
  database.exec("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  const before = Deno.readFileSync(path);
  for (
    const args of [["events"], ["sessions"], ["events", "show", first], ["events", "replay", first]]
  ) {
    const { code, stdout, stderr } = await run(stateDir, args);
    assertEquals([code, stdout], [1, ""], args.join(" "));
    assertMatch(stderr, /its schema has version 99, this deno-channel knows \d+\. Update/);
  }
  assertEquals(Deno.readFileSync(path), before);
});

/** The text of a stream, as far as it has come. */
class Output {
  text = "";
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor(stream: ReadableStream<BufferSource>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  async waitFor(part: string): Promise<void> {
    while (!this.text.includes(part)) assert(await this.#read(), `ended after ${this.text}`);
  }

  async waitForEnd(): Promise<string> {
    while (await this.#read());
    return this.text;
  }

  async #read(): Promise<boolean> {
    const { value = "", done } = await this.#reader.read();
    this.text += value;
    return !done;
  }
}

/** `events --follow`, as a real process. */
class Follower {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly #child: Deno.ChildProcess;

  constructor(stateDir: string, flags: readonly string[]) {
    const args = ["events", "--follow", ...flags, "--state-dir", stateDir];
    this.#child = createCommand(stateDir, args).spawn();
    this.stdout = new Output(this.#child.stdout);
    this.stderr = new Output(this.#child.stderr);
  }

  /** Asks it to leave; returns its exit code and its output. */
  async end(signal: Deno.Signal): Promise<[code: number, stdout: string, stderr: string]> {
    this.#child.kill(signal);
    const { code } = await this.#child.status;
    return [code, await this.stdout.waitForEnd(), await this.stderr.waitForEnd()];
  }
}

Deno.test("session is the id of the session in every JSON of the command line [cli.events] [cli.sessions]", async () => {
  const { stateDir, ids: [first = ""] } = createFixture();
  const sessionsOf = async (...args: readonly string[]) =>
    parseLines((await run(stateDir, [...args, "--json"])).stdout).map(({ session }) => session);
  assertEquals(await sessionsOf("sessions"), ["1a2b3c4d-0000"]);
  assertEquals(await sessionsOf("events"), [null, null, "1a2b3c4d-0000"]);
  assertEquals(await sessionsOf("events", "show", first), ["1a2b3c4d-0000"]);
  const follower = new Follower(stateDir, ["--json"]);
  await follower.stdout.waitFor('"session":"1a2b3c4d-0000"');
  assertEquals((await follower.end("SIGTERM"))[0], 0);
});

Deno.test("events --follow waits where there is no journal yet [cli.events]", async () => {
  const stateDir = createScratch();
  // The report of it on stderr comes right before the first look for a journal.
  const aside = `${journalPathOf(stateDir)}.corrupt-20261120T040000Z`;
  Deno.writeTextFileSync(aside, "");
  const report = `deno-channel: A corrupt journal was moved aside: ${aside}\n`;
  const follower = new Follower(stateDir, ["--json"]);
  await follower.stderr.waitFor(report);
  const journal = openJournal(stateDir);
  const seq = seqAt(Date.now());
  journal.events.insert(eventOf(seq));
  await follower.stdout.waitFor(formatEventId(seq));
  journal.close();
  const [code, stdout, stderr] = await follower.end("SIGINT");
  assertEquals([code, stderr], [0, report]);
  assertEquals(parseLines(stdout).map(({ event_id }) => event_id), [formatEventId(seq)]);
});

Deno.test("events --follow shows what comes in until it is told to end [cli.events]", async () => {
  const { stateDir, ids: [first, , third] } = createFixture();
  const follower = new Follower(stateDir, ["--json"]);
  await follower.stdout.waitFor(`"${third}"`);
  const journal = openJournal(stateDir);
  const seq = seqAt(Date.now());
  journal.events.insert(eventOf(seq));
  await follower.stdout.waitFor(formatEventId(seq));
  journal.events.change(FIRST + 2, "see", NOW);
  await follower.stdout.waitFor('"seen"');
  journal.close();
  const [code, stdout, stderr] = await follower.end("SIGTERM");
  assertEquals([code, stderr], [0, ""]);
  const [oldest, , , added, changed] = parseLines(stdout);
  assertEquals([oldest?.event_id, oldest?.state], [first, "answered"]);
  assertEquals([added?.event_id, added?.state], [formatEventId(seq), "stored"]);
  assertEquals([changed?.event_id, changed?.state], [third, "seen"]);
});

Deno.test("events --follow ends when its output is closed [cli.events]", async () => {
  const { stateDir } = createFixture();
  const child = createCommand(stateDir, ["events", "--follow", "--state-dir", stateDir]).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const journal = openJournal(stateDir);
  journal.events.insert(eventOf(seqAt(Date.now())));
  const { code } = await child.status;
  journal.close();
  assertEquals([code, await new Response(child.stderr).text()], [0, ""]);
});

Deno.test("events replay hands the event to the session that is open, as a new one [cli.replay]", async () => {
  const stateDir = createScratch();
  await using session = await Session.start({ stateDir });
  assertEquals((await session.post("build failed", { path: "/ci?run_id=1" })).status, 200);
  const { params: first } = await session.take();
  const { event_id: firstId, ...firstMeta } = first.meta as Record<string, string>;
  await session.reply(firstMeta.chat_id ?? "", "on it");

  const port = String(session.port);
  const net = [`--allow-net=127.0.0.1:${port}`];
  const args = ["events", "replay", firstId ?? "", "--port", port];
  const { code, stdout, stderr } = await run(stateDir, args, net);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^evt_\w{11} repeats evt_\w{11}: it goes to the session /);
  const { params: second } = await session.take();
  const { event_id: secondId, ...secondMeta } = second.meta as Record<string, string>;
  assertEquals(stdout.split(" ")[0], secondId);
  assert(secondId !== firstId && secondMeta.chat_id !== firstMeta.chat_id);
  assertEquals({ ...secondMeta, chat_id: "" }, { ...firstMeta, chat_id: "" });
  assertStringIncludes(String(second.content), "build failed\n");
});

Deno.test("events replay stores the event when it can tell no process [cli.replay]", async () => {
  const { stateDir, ids: [first = ""] } = createFixture();
  const forbidden = await run(stateDir, ["events", "replay", first]);
  assertEquals(forbidden.code, 0);
  assertMatch(forbidden.stdout, /^evt_\w{11} repeats evt_\w{11}: it is stored, and pushed when/);
  assertStringIncludes(forbidden.stderr, "started without --allow-net=127.0.0.1:8788");

  // A port without a listener, and the port of a process with another state folder.
  await using stranger = await Session.start();
  for (const port of [takeFreePort(), stranger.port].map(String)) {
    const args = ["events", "replay", first, "--port", port, "--json"];
    const { code, stdout, stderr } = await run(stateDir, args, [`--allow-net=127.0.0.1:${port}`]);
    assertEquals([code, stderr], [0, ""]);
    const [copy] = parseLines(stdout);
    assertEquals([copy?.state, copy?.session, copy?.replay_of], ["stored", null, first]);
  }
  assertEquals(stranger.notifications, []);
  const journal = openJournal(stateDir);
  assertEquals(journal.events.list({ states: ["stored"], limit: 9 }).length, 5);
  assertEquals(journal.audit.list(9).map(({ action }) => action), ["replay", "replay", "replay"]);
  journal.close();
});

Deno.test("events replay refuses what has nothing to push [cli.replay]", async () => {
  const { stateDir } = createFixture();
  const journal = openJournal(stateDir);
  journal.events.expire(NOW, NOW, 1);
  journal.close();
  const { code, stderr } = await run(stateDir, ["events", "replay", formatEventId(FIRST + 1)]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "it is expired, and its text is gone");
});

Deno.test("sessions lists the open ones, or the newest of all [cli.sessions]", async () => {
  const { stateDir } = createFixture();
  assertEquals(await run(stateDir, ["sessions"]), {
    code: 0,
    stdout: [
      "SESSION   PROJECT  REPOSITORY  PID  STARTED  ACTIVE  DEAF",
      "1a2b3c4d  web-app  acme/web    42   2 h      2 h     no",
      "",
    ].join("\n"),
    stderr: "",
  });
  const { stdout } = await run(stateDir, ["sessions", "--all"]);
  assertMatch(stdout, /ENDED\n5e6f7a8b .* no +\d+ (?:s|min)\n1a2b3c4d .* no +-\n$/);
  const json = parseLines((await run(stateDir, ["sessions", "--all", "--json"])).stdout);
  assertEquals(json.map(({ session, pid }) => [session, pid]), [
    ["5e6f7a8b-0000", 43],
    ["1a2b3c4d-0000", 42],
  ]);
  assertEquals(json.map(({ ended_at }) => ended_at), [new Date(NOW).toISOString(), null]);
});

Deno.test("every command reports the journals that were moved aside [cli.corrupt-reported]", async () => {
  const { stateDir, ids: [first = ""] } = createFixture();
  const aside = ["20261120T040000Z", "20261121T040000Z"]
    .map((time) => `${journalPathOf(stateDir)}.corrupt-${time}`);
  for (const path of aside) {
    Deno.writeTextFileSync(path, "");
    Deno.writeTextFileSync(`${path}-wal`, "");
  }
  const report = aside.map((path) => `A corrupt journal was moved aside: ${path}`);
  const read = [["events"], ["events", "--json"], ["sessions"], ["events", "show", first]];
  for (const args of read) {
    const { code, stderr } = await run(stateDir, args);
    assertEquals([code, stderr], [0, report.map((line) => `deno-channel: ${line}\n`).join("")]);
  }
  const { stderr } = await run(stateDir, ["events", "replay", first]);
  for (const line of report) assertStringIncludes(stderr, line);

  for (const command of ["serve", "gateway"]) {
    const port = String(takeFreePort());
    const args = [command, "--port", port, "--state-dir", stateDir];
    const child = createCommand(stateDir, args, [`--allow-net=127.0.0.1:${port}`]).spawn();
    const log = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let logged = "";
    await until(`${command} reports them`, async () => {
      logged += (await log.read()).value ?? "";
      return report.every((line) => logged.includes(`warning: ${line}`));
    });
    await log.cancel();
    child.kill("SIGTERM");
    await child.stdout.cancel();
    await child.status;
  }
});

Deno.test("a corrupt journal stays where it is for those who only read it [cli.corrupt-reported]", async () => {
  const { stateDir, ids: [first = ""] } = createFixture();
  const path = journalPathOf(stateDir);
  Deno.writeTextFileSync(path, "no journal at all ".repeat(500));
  const before = Deno.readFileSync(path);
  for (
    const args of [["events"], ["sessions"], ["events", "show", first], ["events", "replay", first]]
  ) {
    const { code, stdout, stderr } = await run(stateDir, args);
    assertEquals([code, stdout], [1, ""], args.join(" "));
    assertEquals(stderr, "deno-channel: Cannot use the journal: the file is no journal\n");
  }
  assertEquals(Deno.readFileSync(path), before);
});
