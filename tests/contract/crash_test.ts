import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { formatEventId } from "../../lib/event/event_id.ts";
import { journalPathOf } from "../../server/state/folder.ts";
import { until } from "../_until.ts";
import { askPid, type FleetOptions, FleetProcess, medianOf, pace, printFigures } from "./_fleet.ts";
import { createScratch, takeFreePort } from "./_session.ts";

const LOAD_MS = 20_000;
/** Shorter and longer than the time that sessions have to come back after a handover. */
const KILL_AFTER_MS: readonly number[] = [1000, 3000];
const CONNECTIONS = 8;
const MAX_ACKED = 100;

/** Posts events with delivery ids of their own, each until it is answered. */
class Load {
  /** The id of the event that each delivery became, as it was answered. */
  readonly answered = new Map<string, string>();
  /** The number of requests without an answer, or with a failure of the server. */
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

class JournalReader implements Disposable {
  readonly #database: DatabaseSync;

  constructor(stateDir: string) {
    this.#database = new DatabaseSync(journalPathOf(stateDir), { timeout: 2000 });
  }

  /** Counts the events that no session has seen. */
  countOpen(): number {
    const row = this.#database.prepare(
      `SELECT (SELECT count(*) FROM events WHERE state = 'stored') +
         (SELECT count(*) FROM events WHERE state = 'pushed') AS count`,
    ).get();
    return Number(row?.count);
  }

  /** The states of all events but repetitions, and how many there are of each. */
  countStates(): Record<string, number> {
    const rows = this.#database.prepare(
      "SELECT state, count(*) AS count FROM events WHERE state <> 'duplicate' GROUP BY state",
    ).all();
    return Object.fromEntries(rows.map(({ state, count }) => [String(state), Number(count)]));
  }

  /** The ids of all events but repetitions, by their deliveries. */
  deliveries(): Map<string, string> {
    const rows = this.#database.prepare(
      "SELECT seq, delivery FROM events WHERE state <> 'duplicate'",
    ).all();
    return new Map(
      rows.map(({ seq, delivery }) => [String(delivery), formatEventId(Number(seq))]),
    );
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** The ids of the events in a list, as it stands in digests and in what `inbox` returns. */
function readList(text: string): string[] {
  return Array.from(text.matchAll(/^evt_[0-9a-v]{11}(?= \()/gm), ([id]) => id);
}

/** Goes through the inbox of a session and acknowledges what is there. */
async function emptyInbox(session: FleetProcess, before?: string): Promise<void> {
  const ids = readList(await session.call("inbox", { limit: MAX_ACKED, before }) ?? "");
  if (ids.length === 0) return;
  await session.call("ack", { event_ids: ids });
  await emptyInbox(session, ids.at(-1));
}

/** Acknowledges what a session is shown, as its instructions ask for, until it ends. */
async function acknowledge(session: FleetProcess): Promise<void> {
  for (let count = 0; session.isAlive;) {
    const shown = session.shown.slice(count, count + MAX_ACKED);
    count += shown.length;
    const ids = shown.flatMap(({ meta }) => meta.event_id ?? []);
    if (ids.length > 0) await session.call("ack", { event_ids: ids });
    if (shown.some(({ meta }) => meta.digest !== undefined)) await emptyInbox(session);
    if (shown.length === 0) await pace(1);
  }
}

/** The processes that have shown each event by its id, singly or in the list of a digest. */
function findShowings(processes: readonly FleetProcess[]) {
  const showings = new Map<string, { readonly process: FleetProcess; readonly at: number }[]>();
  for (const process of processes) {
    for (const { at, content, meta } of process.shown) {
      const ids = meta.event_id === undefined ? readList(content) : [meta.event_id];
      for (const id of ids) showings.getOrInsertComputed(id, () => []).push({ process, at });
    }
  }
  return showings;
}

/** Sessions whose client acknowledges what it is shown, and which are killed one after the other. */
class Fleet implements AsyncDisposable {
  /** All that ever were. */
  readonly processes: FleetProcess[] = [];
  readonly #options: FleetOptions;
  readonly #acknowledged: Promise<void>[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Opens another session. */
  async open(): Promise<void> {
    const process = await FleetProcess.open(this.#options);
    this.processes.push(process);
    this.#acknowledged.push(acknowledge(process));
  }

  /**
   * Kills the process that holds the port; returns the time without a server, in milliseconds.
   * Its replacement starts after that, so another running process takes the port over.
   */
  async replaceOwner(): Promise<number> {
    const { port } = this.#options;
    const pid = await until("a process holds the port", () => askPid(port));
    const owner = this.processes.find((process) => process.pid === pid);
    assert(owner !== undefined, `process ${pid} holds the port`);
    const start = performance.now();
    const ended = owner.kill("SIGKILL");
    for (;;) {
      const found = await askPid(port);
      if (found !== undefined && found !== pid) break;
      await pace(2);
    }
    const downMs = performance.now() - start;
    await this.open();
    await ended;
    return downMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process[Symbol.asyncDispose]()));
    await Promise.all(this.#acknowledged);
  }
}

Deno.test("no event is lost or doubled while its server is killed again and again [journal.crash] [owner.handover]", async () => {
  const options = { port: takeFreePort(), stateDir: createScratch("crash-") };
  await using fleet = new Fleet(options);
  for (let count = 0; count < 3; count++) await fleet.open();
  await until("the port opens", () => askPid(options.port));

  const load = new Load(options.port);
  const downs: number[] = [];
  const end = performance.now() + LOAD_MS;
  while (performance.now() < end) {
    for (const ms of KILL_AFTER_MS) {
      await pace(ms);
      downs.push(await fleet.replaceOwner());
    }
  }
  await load.end();

  using journal = new JournalReader(options.stateDir);
  await until("all events are seen", () => journal.countOpen() === 0, 15_000);
  const showings = findShowings(fleet.processes);
  printFigures({
    answered: load.answered.size,
    repeats: load.repeats,
    handovers: downs.length,
    shown: showings.size,
    "shown again": showings.values().filter(({ length }) => length > 1).toArray().length,
    "down ms p50": medianOf(downs),
    "down ms max": Math.max(...downs),
  });

  assertEquals(journal.countStates(), { seen: load.answered.size });
  const deliveries = journal.deliveries();
  for (const [delivery, id] of load.answered) assertEquals(deliveries.get(delivery), id, delivery);
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
