import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { tryParseEventId } from "../../lib/event_id.ts";
import { until } from "../_until.ts";
import {
  askPid,
  type FleetOptions,
  FleetProcess,
  medianOf,
  pace,
  printFigures,
  takeQuietPort,
} from "./_fleet.ts";
import { createScratch } from "./_session.ts";

const LOAD_MS = 20_000;
/** Shorter and longer than the time that sessions have to come back after a handover. */
const KILL_AFTER_MS: readonly number[] = [1000, 3000];
const CONNECTIONS = 8;

/** Posts events with delivery ids of their own, each until it is answered. */
class Load {
  /** The id of the event that each delivery became, as it was answered. */
  readonly answered = new Map<string, string>();
  /** How often a request was not answered, or with a failure of the server. */
  repeats = 0;
  #isOver = false;
  readonly #url: string;
  readonly #done: Promise<unknown>;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}/load`;
    this.#done = Promise.all(
      Array.from({ length: CONNECTIONS }, (_, index) => this.#run(index)),
    );
  }

  /** Posts nothing more; settles when everything is answered. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #run(index: number): Promise<void> {
    for (let count = 0; !this.#isOver; count++) {
      const delivery = `delivery-${index}-${count}`;
      let id = await this.#post(delivery);
      while (id === undefined) {
        this.repeats++;
        await pace(5);
        id = await this.#post(delivery);
      }
      this.answered.set(delivery, id);
    }
  }

  /** Posts once; `undefined` when it is not known what became of it. */
  async #post(delivery: string): Promise<string | undefined> {
    let status: number;
    let id: string | null;
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        body: `text of ${delivery}`,
        headers: { "x-sender": "dev", "x-delivery-id": delivery },
      });
      await response.text();
      status = response.status;
      id = response.headers.get("x-event-id");
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
    if (status >= 500) return undefined;
    assert(status === 200 || status === 202, `${delivery} was answered ${status}`);
    assert(id !== null, `${delivery} was answered without an id`);
    return id;
  }
}

interface Row {
  readonly seq: number;
  readonly state: string;
  readonly session: number | null;
  readonly delivery: string | null;
}

/** What the journal says, in the end and meanwhile. */
class JournalReader implements Disposable {
  readonly #database: DatabaseSync;

  constructor(stateDir: string) {
    this.#database = new DatabaseSync(`${stateDir}/journal.db`, { timeout: 2000 });
  }

  /** The numbers in the journal of processes that were sessions. */
  sessionsByPid(): Map<number, number> {
    const rows = this.#database.prepare("SELECT pid, id FROM sessions").all();
    return new Map(rows.map(({ pid, id }) => [Number(pid), Number(id)]));
  }

  /** How many open events there are, by their state and session, such as `pushed 7`. */
  countOpen(): Map<string, number> {
    const rows = this.#database.prepare(
      `SELECT state, session, count(*) AS count FROM events WHERE state IN ('stored', 'pushed')
       GROUP BY state, session`,
    ).all();
    return new Map(
      rows.map(({ state, session, count }) => [`${state} ${session}`, Number(count)]),
    );
  }

  /** All events but repetitions. */
  events(): Row[] {
    return this.#database.prepare(
      "SELECT seq, state, session, delivery FROM events WHERE state <> 'duplicate'",
    ).all().map((row) => ({ ...row }) as unknown as Row);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** How many events a process has shown: those that came singly, and those that digests count. */
function countShown({ shown }: FleetProcess): number {
  return shown.reduce((sum, { meta }) => sum + Number(meta.digest ?? 1), 0);
}

/** The processes that have shown each event by its id, singly or in the list of a digest. */
function findShowings(processes: readonly FleetProcess[]) {
  const showings = new Map<string, { readonly process: FleetProcess; readonly at: number }[]>();
  for (const process of processes) {
    for (const { at, content, meta } of process.shown) {
      const ids = meta.event_id === undefined
        ? Array.from(content.matchAll(/^evt_[0-9a-v]{11}(?= \()/gm), ([id]) => id)
        : [meta.event_id];
      for (const id of ids) showings.getOrInsertComputed(id, () => []).push({ process, at });
    }
  }
  return showings;
}

/**
 * Kills the process that holds the port; returns how long nobody served. Another one starts only after
 * that, so that it is one of the others that takes the port over.
 */
async function replaceOwner(processes: FleetProcess[], options: FleetOptions): Promise<number> {
  const pid = await until("somebody holds the port", () => askPid(options.port));
  const owner = processes.find((process) => process.pid === pid);
  assert(owner !== undefined, `process ${pid} holds the port`);
  const start = performance.now();
  const ended = owner.kill("SIGKILL");
  for (;;) {
    const found = await askPid(options.port);
    if (found !== undefined && found !== pid) break;
    await pace(2);
  }
  const downMs = performance.now() - start;
  processes.push(await FleetProcess.open(options));
  await ended;
  return downMs;
}

/** Waits until each event is `pushed` to a session that is open, which has shown it. */
async function settle(journal: JournalReader, alive: readonly FleetProcess[]): Promise<void> {
  await until("all events are shown", async () => {
    const sessions = journal.sessionsByPid();
    const open = journal.countOpen();
    const expected = alive.map((process): [string, number] => [
      `pushed ${sessions.get(process.pid)}`,
      countShown(process),
    ]).filter(([, count]) => count > 0);
    const isSettled = open.size === expected.length &&
      expected.every(([name, count]) => open.get(name) === count);
    if (!isSettled) await pace(50);
    return isSettled;
  }, 15_000);
}

Deno.test("no event is lost or doubled while its server is killed again and again [journal.crash] [owner.handover]", async () => {
  const options = { port: takeQuietPort(), stateDir: createScratch("crash-") };
  const processes: FleetProcess[] = [];
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
  });
  for (let count = 0; count < 3; count++) processes.push(await FleetProcess.open(options));
  await until("the port opens", () => askPid(options.port));

  const load = new Load(options.port);
  const downs: number[] = [];
  const end = performance.now() + LOAD_MS;
  while (performance.now() < end) {
    for (const ms of KILL_AFTER_MS) {
      await pace(ms);
      downs.push(await replaceOwner(processes, options));
    }
  }
  await load.end();

  using journal = new JournalReader(options.stateDir);
  await settle(journal, processes.filter(({ isAlive }) => isAlive));
  const rows = journal.events();
  const showings = findShowings(processes);
  printFigures({
    answered: load.answered.size,
    repeats: load.repeats,
    handovers: downs.length,
    "shown by id": showings.size,
    "shown again": showings.values().filter(({ length }) => length > 1).toArray().length,
    "down ms p50": medianOf(downs),
    "down ms max": Math.max(...downs),
  });

  const seqs = new Map(rows.map(({ delivery, seq }) => [delivery, seq]));
  assertEquals(rows.length, load.answered.size, "there is one row for each delivery");
  for (const [delivery, id] of load.answered) {
    assertEquals(seqs.get(delivery), tryParseEventId(id), delivery);
  }
  for (const [id, places] of showings) {
    const inOrder = places.toSorted((a, b) => a.process.endedAt - b.process.endedAt);
    for (const [index, { at }] of inOrder.entries()) {
      const before = inOrder[index - 1];
      if (before === undefined) continue;
      assert(before.process.endedAt < at, `${id} was shown by two sessions that were open at once`);
    }
  }
  assert(medianOf(downs) <= 300, `the port was down for ${downs}`);
  assert(Math.max(...downs) <= 1500, `the port was down for ${downs}`);
});
