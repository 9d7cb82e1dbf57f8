import { assert } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { seqAt } from "../../lib/event/event_id.ts";
import { Journal } from "../../server/journal/journal.ts";
import { journalPathOf } from "../../server/state/folder.ts";
import { until } from "../_until.ts";
import { type FleetOptions, FleetProcess, medianOf, printFigures } from "./_fleet.ts";
import { createScratch, takeFreePort } from "./_session.ts";

const EVENTS = 1_000_000;
/** One event in so many is open, which makes 2,000. */
const OPEN_EVERY = 500;
const ENDED_SESSIONS = 40;
const BATCH = 100_000;
const MIN_STARTS = 5;
const MAX_STARTS = 20;
const POSTS = 300;
const ROUNDS = 3;
const MAX_RATIO = 1.2;
const HOUR_MS = 3_600_000;

/** Puts a million events into a journal: 2,000 are open, and belong to sessions that ended or to none. */
function fill(database: DatabaseSync): void {
  const now = Date.now();
  const values = {
    firstSeq: seqAt(now - HOUR_MS),
    firstTime: now - HOUR_MS,
    sessions: ENDED_SESSIONS,
    openEvery: OPEN_EVERY,
  };
  database.prepare(
    `WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < ?)
     INSERT INTO sessions (key, project, pid, started_at, active_at, offered_at, ended_at)
     SELECT 'key-' || i, 'project', i, 1, 1, 1, 2 FROM number`,
  ).run(ENDED_SESSIONS);
  const insert = database.prepare(
    `WITH RECURSIVE number (i) AS (SELECT :from UNION ALL SELECT i + 1 FROM number WHERE i < :to)
     INSERT INTO events (seq, state, session, attempts, stored_at, pushed_at, source, sender,
       delivery, meta, content)
     SELECT :firstSeq + i * 4,
       CASE WHEN i % :openEvery <> 0 THEN iif(i % 3 = 0, 'answered', 'seen')
         ELSE iif(i / :openEvery % 2 = 0, 'stored', 'pushed') END,
       iif(i % (:openEvery * 8) = 0, NULL, 1 + i / :openEvery % :sessions),
       1, :firstTime + i, :firstTime + i, 'text', 'dev', 'old-' || i, '{"path":"/"}',
       'Line ' || i || ' of what was sent in before this test began'
     FROM number`,
  );
  for (let from = 1; from <= EVENTS; from += BATCH) {
    insert.run({ ...values, from, to: from + BATCH - 1 });
  }
}

/** A state folder with a journal. */
function createState(prefix: string, prepare: (database: DatabaseSync) => void): FleetOptions {
  const stateDir = createScratch(prefix);
  const path = journalPathOf(stateDir);
  Journal.open(path, { durability: "normal" }).close();
  using database = new DatabaseSync(path);
  database.exec("PRAGMA synchronous = OFF");
  prepare(database);
  return { port: takeFreePort(), stateDir, flags: ["--retain-size", "4096"] };
}

/** The time from the start of a session's process until its port is open, in milliseconds. */
async function measureStart(options: FleetOptions): Promise<number> {
  const start = performance.now();
  await using session = await FleetProcess.open(options);
  const openedAt = await until("the port opens", () => session.openedAt);
  await session.leave();
  return openedAt - start;
}

/** The time of one request after another, alternating between servers, in milliseconds. */
async function measurePosts(ports: readonly number[], prefix: string): Promise<number[][]> {
  const times = ports.map((): number[] => []);
  for (let count = 0; count < POSTS; count++) {
    for (const [index, port] of ports.entries()) {
      const start = performance.now();
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        method: "POST",
        body: "a line of text",
        headers: { "x-sender": "dev", "x-delivery-id": `${prefix}-${count}` },
      });
      await response.text();
      times[index]?.push(performance.now() - start);
      assert(response.status === 200, `answered ${response.status}`);
    }
  }
  return times;
}

/** Divides the second by the first. */
function ratioOf([small = NaN, large = NaN]: readonly number[]): number {
  return large / small;
}

Deno.test("a million events slow neither the start nor a request [journal.large]", async () => {
  const start = performance.now();
  const small = createState("empty-", () => {});
  const large = createState("large-", fill);
  const both = [small, large];
  const fillMs = performance.now() - start;

  const starts = both.map((): number[] => []);
  let fastestMs: number[] = [];
  // Whatever else the machine does only adds to a start: the more there are, the less of it is left.
  for (let count = 1; count <= MAX_STARTS; count++) {
    for (const [index, options] of both.entries()) {
      starts[index]?.push(await measureStart(options));
    }
    fastestMs = starts.map((values) => Math.min(...values));
    if (count >= MIN_STARTS && ratioOf(fastestMs) <= MAX_RATIO) break;
  }
  const startMs = starts.map(medianOf);

  await using stack = new AsyncDisposableStack();
  for (const options of both) {
    const session = stack.use(await FleetProcess.open(options));
    await until("the port opens", () => session.openedAt);
    if (options === large) {
      await until("what has waited is shown", () => session.shown[0]?.meta.digest);
    }
  }
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const times = await measurePosts(both.map(({ port }) => port), `round-${round}`);
    rounds.push(times.map(medianOf));
  }
  const best = rounds.toSorted((a, b) => ratioOf(a) - ratioOf(b))[0] ?? [];
  printFigures({
    "fill s": fillMs / 1000,
    "start ms": startMs.map((ms) => ms.toFixed(1)).join(" and "),
    "at best": fastestMs.map((ms) => ms.toFixed(1)).join(" and "),
    "request ms": rounds.map((round) => round.map((ms) => ms.toFixed(3)).join(" and ")).join("; "),
    "s in all": (performance.now() - start) / 1000,
  });
  assert(ratioOf(fastestMs) <= MAX_RATIO, `the start takes ${starts.join(" and ")}`);
  assert(ratioOf(best) <= MAX_RATIO, `a request takes ${best}`);
});
