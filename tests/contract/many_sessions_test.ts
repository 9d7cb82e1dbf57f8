import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { readServeOptions } from "../../lib/cli/serve_options.ts";
import { serve } from "../../server/serve.ts";
import { MemoryClient, type Message } from "../server/_memory_client.ts";
import { until } from "../_until.ts";
import { askPid, type FleetOptions, FleetProcess, pace, printFigures } from "./_fleet.ts";
import { createScratch, takeFreePort } from "./_session.ts";

const SESSIONS = 200;
const MOST_AT_ONCE = 30;
/** The number of sessions that come or go at the same moment. */
const DOORS = 4;
/** One session in so many is a process of its own, which is killed. */
const PROCESS_EVERY = 25;

/** A session that comes and goes. */
interface Guest {
  /** The ids of the events that it was shown. */
  eventIds(): (string | undefined)[];
  /** Sends a message to its server. */
  send(message: object): Promise<void>;
  /** Ends it. */
  leave(): Promise<void>;
}

/** Random numbers from 0 to 1 that are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A session whose server runs in this process. */
async function openHere({ port, stateDir }: FleetOptions): Promise<Guest> {
  const parsed = readServeOptions(["--port", String(port), "--state-dir", stateDir]);
  assert(parsed.ok);
  const client = new MemoryClient();
  const messages: Message[] = [];
  const { log, streams } = client;
  const ended = serve(parsed.value, {
    stateDir,
    log,
    streams,
    terminated: Promise.withResolvers<void>().promise,
    settleMs: 1,
  });
  await client.handshake();
  await until("it shares the port", () => client.logged.some((line) => line.includes("Sharing")));
  const read = async () => {
    for (;;) messages.push(await client.take());
  };
  read();
  return {
    eventIds: () => messages.map(({ params }) => Object(params?.meta).event_id),
    send: (message) => client.send(message),
    leave: async () => {
      await client.end();
      await ended;
    },
  };
}

/** A session whose server is a process, which is killed. */
async function openProcess(options: FleetOptions): Promise<Guest> {
  const process = await FleetProcess.open(options);
  await until("it shares the port", () => process.stderr.includes("Sharing"));
  return {
    eventIds: () => process.shown.map(({ meta }) => meta.event_id),
    send: (message) => process.send(message),
    leave: () => process.kill("SIGKILL"),
  };
}

async function countListed(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/sessions`, {
    headers: { "x-sender": "dev" },
  });
  return (await response.json()).length;
}

/** The memory of a process, in KiB. */
async function readMemoryKiB(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `ps -o rss= -p ${pid}`] })
    .output();
  return Number(new TextDecoder().decode(stdout));
}

/** Guests that come and go at random. */
class Guests implements AsyncDisposable {
  readonly present: Guest[] = [];
  /** All guests, also those that have left. */
  readonly all: Guest[] = [];
  readonly #options: FleetOptions;
  readonly #random = createRandom(7);
  #admitted = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Lets guests come and go until so many have come. */
  async receive(count: number): Promise<void> {
    const serveDoor = async () => {
      while (this.#admitted < count) {
        if (this.#random() < 0.45) await this.#dismiss();
        else if (this.present.length < MOST_AT_ONCE) await this.#admit();
      }
    };
    await Promise.all(Array.from({ length: DOORS }, serveDoor));
    await this.settle();
  }

  /** Lets all guests go. */
  async dismissAll(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await this.settle();
  }

  /** Waits until the server knows who is there. */
  async settle(): Promise<void> {
    const { port } = this.#options;
    await until(
      `${this.present.length} sessions are listed`,
      async () => await countListed(port) === this.present.length,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.present.splice(0).map((guest) => guest.leave()));
  }

  async #admit(): Promise<void> {
    const isProcess = ++this.#admitted % PROCESS_EVERY === 0;
    const guest = await (isProcess ? openProcess : openHere)(this.#options);
    this.present.push(guest);
    this.all.push(guest);
  }

  async #dismiss(): Promise<void> {
    const index = Math.floor(this.#random() * this.present.length);
    await this.present.splice(index, 1)[0]?.leave();
  }
}

/** Asks again and again who serves the port, until it is told to stop. */
class Watch {
  readonly #pids: (number | undefined)[] = [];
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(port: number) {
    this.#done = this.#run(port);
  }

  /** Stops; returns who served the port, each answer in order. */
  async end(): Promise<readonly (number | undefined)[]> {
    this.#isOver = true;
    await this.#done;
    return this.#pids;
  }

  async #run(port: number): Promise<void> {
    while (!this.#isOver) {
      this.#pids.push(await askPid(port, 2000));
      await pace(10);
    }
  }
}

/** Posts an event, has the session that is shown it answer it, and returns its id. */
async function postAndAnswer(port: number, guests: Guests): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    body: "who takes this?",
    headers: { "x-sender": "dev" },
  });
  assertEquals([response.status, await response.text()], [200, "ok"]);
  const id = response.headers.get("x-event-id") ?? "";
  const taker = await until(
    "a session is shown the event",
    () => guests.present.find((guest) => guest.eventIds().includes(id)),
  );
  await taker.send({
    id: 1,
    method: "tools/call",
    params: { name: "reply", arguments: { chat_id: id.replace("evt_", "chat_"), text: "I do" } },
  });
  await until("the event is answered", async () => {
    const status = await fetch(`http://127.0.0.1:${port}/api/events/${id}`, {
      headers: { "x-sender": "dev" },
    });
    return (await status.json()).state === "answered";
  });
  return id;
}

Deno.test("200 sessions come and go, and none is left over [owner.many-sessions]", async () => {
  const options = { port: takeFreePort(), stateDir: createScratch("many-") };
  const { port } = options;
  await using owner = new FleetProcess({ ...options, command: "gateway" });
  await until("the port opens", () => owner.openedAt);
  const start = performance.now();
  const watch = new Watch(port);
  await using guests = new Guests(options);

  await guests.receive(SESSIONS / 2);
  const middle = guests.present.length;
  const id = await postAndAnswer(port, guests);
  await guests.dismissAll();
  const halfKiB = await readMemoryKiB(owner.pid);
  await guests.receive(SESSIONS);
  const last = guests.present.length;
  await guests.dismissAll();
  const endKiB = await readMemoryKiB(owner.pid);
  const pids = await watch.end();
  printFigures({
    sessions: guests.all.length,
    "present in the middle": middle,
    "present at last": last,
    "answers of the owner": pids.length,
    "MiB after the first half": halfKiB / 1024,
    "MiB after the second": endKiB / 1024,
    seconds: (performance.now() - start) / 1000,
  });

  assertEquals(new Set(pids), new Set([owner.pid]), "the port was served without a break");
  const takers = guests.all.filter((guest) => guest.eventIds().includes(id));
  assertEquals(takers.length, 1, "the event went to one session");
  using database = new DatabaseSync(`${options.stateDir}/journal.db`);
  const counts = database.prepare(
    "SELECT count(*) AS sessions, count(ended_at) AS ended FROM sessions",
  ).get();
  assertEquals({ ...counts }, { sessions: SESSIONS, ended: SESSIONS });
  assert(endKiB <= halfKiB * 1.15 + 5 * 1024, `the memory grew from ${halfKiB} to ${endKiB} KiB`);
});
