/**
 * Servers as real processes while their journal fails, goes away, or their client does not read.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { journalPathOf } from "../../server/state/folder.ts";
import { until } from "../_until.ts";
import { runShell } from "./chaos/_tools.ts";
import { askPid, FleetProcess, pace, printFigures } from "./_fleet.ts";
import { Process } from "./_process.ts";
import { createScratch, serverCommand, Session, takeFreePort, TRUSTING } from "./_session.ts";

/** The time of a fault after its beginning, in milliseconds. */
const FAULT_MS = 5000;
/** The first write of each process waits for a lock for 0.5 s; nothing else may take long. */
const FIRST_WAIT_MS = 1000;
/** The processor time that a process may use while its journal fails, as a share of a core. */
const MAX_SHARE = 0.3;

/** Reads the processor time that a process has used, in milliseconds; `NaN` where the system has no /proc. */
async function readCpuMs(pid: number): Promise<number> {
  // Deno reads /proc only with permission for all files.
  const stat = await runShell('read -r stat < "/proc/$0/stat" && echo "$stat"', String(pid));
  const [, fields = ""] = stat?.split(") ") ?? [];
  const [user = NaN, system = NaN] = fields.split(" ").slice(11, 13).map(Number);
  return (user + system) * 10;
}

/** Posts as `dev`; returns the status. */
async function post(port: number, body: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    body,
    headers: { "x-sender": "dev" },
  });
  await response.body?.cancel();
  return response.status;
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** The events of a journal: their texts and how often they were pushed. */
function readEvents(stateDir: string): { content: string; state: string; attempts: number }[] {
  using database = new DatabaseSync(journalPathOf(stateDir), { timeout: 2000 });
  return database.prepare("SELECT content, state, attempts FROM events ORDER BY seq").all()
    .map(({ content, state, attempts }) => ({
      content: String(content),
      state: String(state),
      attempts: Number(attempts),
    }));
}

/**
 * Calls tools, asks for the health and posts while the journal of the owner and of a follower fails.
 *
 * @param fail Begins the fault; returns what ends it.
 */
async function withstand(stateDir: string, fail: () => () => void): Promise<void> {
  const port = takeFreePort();
  await using owner = await FleetProcess.open({ port, stateDir });
  await until("the port opens", () => askPid(port));
  await using follower = await FleetProcess.open({ port, stateDir });
  await until("it follows", () => follower.stderr.includes("Sharing"));
  assertEquals(await post(port, "before"), 200);
  const processes = [owner, follower];
  const mend = fail();
  const replies = processes.flatMap((process) =>
    Array.from({ length: 5 }, () => process.call("reply", { chat_id: "c", text: "hello" }))
  );
  const firstMs = await timeOf(async () => {
    for (const text of await Promise.all(replies)) {
      assertMatch(text ?? "", /Cannot use the journal/);
    }
  });
  assert(firstMs < 2 * FIRST_WAIT_MS, `the first calls took ${firstMs} ms`);
  const cpuMs = await Promise.all(processes.map(({ pid }) => readCpuMs(pid)));
  const start = performance.now();
  const times: number[] = [];
  while (performance.now() - start < FAULT_MS) {
    times.push(
      await timeOf(async () => assertEquals(await askPid(port, 3000), owner.pid)),
      await timeOf(async () => assertEquals(await post(port, "lost"), 503)),
      await timeOf(() => owner.call("reply", { chat_id: "c", text: "hello" })),
      await timeOf(() => follower.call("reply", { chat_id: "c", text: "hello" })),
    );
    await pace(50);
  }
  const spanMs = performance.now() - start;
  const usedMs = await Promise.all(processes.map(({ pid }) => readCpuMs(pid)));
  const shares = usedMs.map((ms, index) => (ms - (cpuMs[index] ?? NaN)) / spanMs);
  printFigures({
    "first ms": firstMs,
    "slowest ms": Math.max(...times),
    "owner's share of a core": shares[0] ?? NaN,
    "follower's share": shares[1] ?? NaN,
  });
  assert(Math.max(...times) < 1000, `the slowest answer took ${Math.max(...times)} ms`);
  const isMeasured = Deno.build.os === "linux";
  for (const share of shares) assert(!isMeasured || share < MAX_SHARE, `${share} of a core`);
  // A session that starts and one that leaves do so as well.
  await using newcomer = await FleetProcess.open({ port, stateDir });
  await until("it names the cause", () => newcomer.stderr.includes("Cannot use the journal"));
  const leftMs = await timeOf(() => follower.kill("SIGTERM"));
  assert(leftMs < 1500, `it left after ${leftMs} ms`);
  assert(!newcomer.stderr.includes("the port is held"), newcomer.stderr);
  mend();
  await until("posts are taken again", async () => await post(port, "after") !== 503);
  await until("the newcomer follows", () => newcomer.stderr.includes("Sharing"));
  await until(
    "tools work",
    async () => /^sent/.test(await owner.call("reply", { chat_id: "c", text: "hi" }) ?? ""),
  );
  const texts = readEvents(stateDir).map(({ content }) => content);
  assertEquals(new Set(texts), new Set(["before", "after"]));
}

Deno.test("processes answer while another program holds the journal, and go on after it [journal.starve] [journal.named]", async () => {
  const stateDir = createScratch("locked-");
  await withstand(stateDir, () => {
    const database = new DatabaseSync(journalPathOf(stateDir));
    database.exec("BEGIN EXCLUSIVE");
    return () => database.close();
  });
});

/** Mounts a disk of 2 MiB, which needs the rights of root. */
async function mountDisk(): Promise<string | undefined> {
  const folder = createScratch("disk-");
  const mounted = await runShell('mount -t tmpfs -o size=2m firm "$0"', folder);
  return mounted === undefined ? undefined : folder;
}

Deno.test("processes answer while the disk is full, and go on when there is room [journal.starve] [journal.named]", async () => {
  const disk = await mountDisk();
  if (disk === undefined) return printFigures({ "left out": "no disk can be mounted" });
  try {
    await withstand(`${disk}/state`, () => {
      // Pages of the log that were written once could be written again.
      using database = new DatabaseSync(journalPathOf(`${disk}/state`));
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      using file = Deno.openSync(`${disk}/rest`, { create: true, write: true });
      try {
        for (;;) file.writeSync(new Uint8Array(4096));
      } catch {
        // It is full now.
      }
      return () => Deno.removeSync(`${disk}/rest`);
    });
  } finally {
    await runShell('umount -l "$0"', disk);
  }
});

Deno.test("sessions enter a journal anew when the state folder goes, and posts are on disk there [journal.removed]", async () => {
  const stateDir = createScratch("removed-");
  const port = takeFreePort();
  await using owner = await FleetProcess.open({ port, stateDir });
  await until("the port opens", () => askPid(port));
  await using follower = await FleetProcess.open({ port, stateDir });
  await until("it follows", () => follower.stderr.includes("Sharing"));
  const removals = [
    () => Deno.removeSync(stateDir, { recursive: true }),
    () => {
      for (const ending of ["", "-wal", "-shm"]) {
        Deno.removeSync(journalPathOf(stateDir) + ending);
      }
    },
    () => Deno.renameSync(stateDir, `${stateDir}.moved`),
  ];
  for (const [index, remove] of removals.entries()) {
    assert(await post(port, `before ${index}`) < 300);
    const countGone = () => owner.stderr.split("Events that it held are gone").length - 1;
    remove();
    // Posts of the first second may still go into the old file; the log says that they are gone.
    await until("the owner notices", async () => {
      assert(await post(port, `probe ${index}`) < 300);
      return countGone() === index + 1;
    }, 3000);
    assert(await post(port, `after ${index}`) < 300);
    const texts = () => readEvents(stateDir).map(({ content }) => content);
    assert(texts().includes(`after ${index}`), `${texts()}`);
    assertEquals((Deno.statSync(stateDir).mode ?? 0) & 0o777, 0o700);
    const isShown = ({ shown }: FleetProcess) =>
      shown.some(({ content }) => content.includes(`after ${index}`));
    await until("a session shows it", () => isShown(owner) || isShown(follower));
    await until("both sessions are there", async () => {
      const response = await fetch(`http://127.0.0.1:${port}/healthz`);
      return (await response.json()).sessions === 2;
    });
    for (const session of [owner, follower]) {
      const answer = await session.call("reply", { chat_id: "c", text: `reply ${index}` });
      assertMatch(answer ?? "", /^sent/);
    }
    using database = new DatabaseSync(journalPathOf(stateDir), { timeout: 2000 });
    const replies = database.prepare("SELECT count(*) AS n FROM outbound WHERE data LIKE ?")
      .get(`%reply ${index}%`);
    assertEquals(replies?.n, 2);
  }
  const all = [owner, follower].flatMap(({ shown }) =>
    shown.flatMap(({ meta }) => meta.event_id ?? [])
  );
  assertEquals(new Set(all).size, all.length, "no event is shown twice");
});

Deno.test("nothing is claimed for a client that does not read, and all of it when it reads [stdio.unread]", async () => {
  const stateDir = createScratch("unread-");
  const port = takeFreePort();
  const flags = [...TRUSTING, "--redeliver-after", "1s"];
  await using process = new Process(port, serverCommand(port, { stateDir, flags }));
  await process.handshake();
  const text = "x".repeat(500_000);
  let posted = 0;
  await until("the queue is full", async () => {
    assert(await process.post(`${++posted} ${text}`) < 300);
    return process.stderr.includes("The client does not read");
  });
  for (let i = 0; i < 20; i++) assertEquals(await process.post(`${++posted} ${text}`), 202);
  using database = new DatabaseSync(journalPathOf(stateDir), { timeout: 2000 });
  const version = () => database.prepare("PRAGMA data_version").get()?.data_version;
  const before = version();
  // Longer than the time after which unseen events would be pushed again.
  await pace(2500);
  assertEquals(version(), before, "nothing was written meanwhile");
  const events = readEvents(stateDir);
  assertEquals(events.length, posted);
  const stored = events.filter(({ state }) => state === "stored");
  assert(stored.length >= 20);
  assertEquals(new Set(stored.map(({ attempts }) => attempts)), new Set([0]));
  assertEquals(new Set(events.map(({ attempts }) => attempts)), new Set([0, 1]));
  const reading = process.child.stdout.pipeTo(new WritableStream());
  const unwritten = database.prepare("SELECT count(*) AS n FROM events WHERE state <> 'pushed'");
  await until("all of it is written", () => unwritten.get()?.n === 0);
  await process.stdin.close();
  await reading;
});

Deno.test("a request for permission that is asked while the journal is locked reaches its approvers [permission.kept]", async () => {
  const stateDir = createScratch("kept-");
  await using session = await Session.start({ stateDir });
  assertEquals((await session.post("before")).status, 200);
  const database = new DatabaseSync(journalPathOf(stateDir));
  database.exec("BEGIN EXCLUSIVE");
  await session.ask("abcde");
  // Answered after the request was taken.
  assertEquals((await session.reply("c", "hello")).isError, true);
  database.close();
  await until("it is entered", async () => (await session.post("yes abcde")).status === 200);
});
