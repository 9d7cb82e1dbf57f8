/**
 * The sessions, senders and the state folder of a chaos run, with a log of all that happens.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { formatEventId } from "../../../lib/event/event_id.ts";
import { journalPathOf } from "../../../server/state/folder.ts";
import { until } from "../../_until.ts";
import { askPid, FleetProcess, pace } from "../_fleet.ts";
import { createScratch, takeFreePort } from "../_session.ts";
import { excusedUntil, findLost, findShownTwice, type Span } from "./_checks.ts";
import { Guard } from "./_guard.ts";
import { Load } from "./_load.ts";
import { pick } from "./_plan.ts";
import { type Disk, limitFiles, mountDisk, wrapCommand } from "./_tools.ts";
import { UsageWatch, WINDOW_MS } from "./_usage.ts";

/** The longest time that a process has to leave after its client. */
const LEAVE_MS = 1000;
/** The time after which a process that does not leave is killed. */
const LATE_MS = 6000;
/** The time after the faults in which a process may be busy or large. */
const GRACE_MS = 2000;
const SAMPLE_MS = 250;
const MAX_CORE_SHARE = 0.2;
/** The share of a process that does nothing but retry; a start takes half of it at most. */
const SPIN_SHARE = 0.8;
const MAX_RSS_BYTES = 300 * 1024 * 1024;
/** The time in which a post must be answered after the faults. */
const RECOVER_MS = 15_000;
/** The posts that are answered after a round, before the journal is read. */
const RECOVERED_POSTS = 12;
const MAX_ACKED = 100;
/** The time between two calls of a client that is shown nothing. */
const CALL_MS = 200;

export interface WorldOptions {
  /** The way to fill the disk. */
  readonly disk: Disk | undefined;
  /** The library that fakes the clock. */
  readonly clock: string | undefined;
}

/** A process of the fleet, and what the run does with it. */
export interface Member {
  readonly process: FleetProcess;
  /** The number of faults that stop it now. */
  stops: number;
  /** The time of the last SIGCONT. */
  continuedAt: number;
}

export class World implements AsyncDisposable {
  readonly port: number = takeFreePort();
  readonly folder: string = createScratch("chaos-");
  readonly stateDir: string = `${this.folder}/disk/state`;
  readonly clockFile: string = `${this.folder}/clock`;
  readonly load: Load;
  /** All processes that ever were. */
  readonly members: Member[] = [];
  readonly log: string[] = [];
  readonly violations: string[] = [];
  /** The times of all faults, by their descriptions. */
  readonly spans: Span[] = [];
  /** The times at which the journal was removed. */
  readonly removals: number[] = [];
  readonly leaveMs: number[] = [];
  readonly usage: UsageWatch;
  maxCalmShare = 0;
  isDiskFull = false;
  readonly #start = performance.now();
  readonly #options: WorldOptions;
  readonly #guard: Guard;
  readonly #background: Promise<unknown>[] = [];
  readonly #lost = new Set<string>();

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.#guard = new Guard(options.disk === "tmpfs" ? `${this.folder}/disk` : undefined);
    this.load = new Load(this.port);
    this.usage = new UsageWatch({
      guard: this.#guard,
      pids: () => this.alive.map(({ process }) => process.pid),
      onMeasured: (pid, share, rssBytes) => this.#checkUsage(pid, share, rssBytes),
    });
  }

  static async create(options: WorldOptions, sessions: number): Promise<World> {
    const world = new World(options);
    try {
      Deno.writeTextFileSync(world.clockFile, "+0\n");
      Deno.mkdirSync(`${world.folder}/disk`);
      if (options.disk === "tmpfs" && !await mountDisk(`${world.folder}/disk`)) {
        throw new Error("Cannot mount a disk");
      }
      for (let count = 0; count < sessions; count++) world.open();
      await until("the port opens", () => askPid(world.port));
      await world.#recover();
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
    return world;
  }

  get alive(): Member[] {
    return this.members.filter(({ process }) => process.isAlive);
  }

  note(text: string): void {
    this.log.push(`${((performance.now() - this.#start) / 1000).toFixed(2)} s  ${text}`);
  }

  violate(invariant: string, text: string): void {
    this.note(`VIOLATED: ${invariant}: ${text}`);
    this.violations.push(`${invariant}: ${text}`);
  }

  /** Runs a fault and remembers its time. */
  async during(description: string, run: () => Promise<void>): Promise<void> {
    const span: Span = { from: performance.now(), to: Infinity };
    this.spans.push(span);
    this.note(description);
    try {
      await run();
    } finally {
      span.to = performance.now();
      this.note(`end of: ${description}`);
    }
  }

  /** Starts another session, whose client acknowledges and answers what it is shown. */
  open(): Member {
    const { clock } = this.#options;
    const process = new FleetProcess({
      port: this.port,
      stateDir: this.stateDir,
      wrap: (command) =>
        wrapCommand(
          command,
          clock === undefined ? clock : { library: clock, file: this.clockFile },
        ),
    });
    const member: Member = { process, stops: 0, continuedAt: -Infinity };
    this.members.push(member);
    this.note(`session ${process.pid} starts`);
    this.#background.push(
      process.handshake().then(() => this.#acknowledge(process)).catch(() => {}),
      process.exited.then(({ code, signal }) => {
        if (process.endedAt < Infinity) return;
        process.endedAt = performance.now();
        this.violate("a process lives as long as its client", `${process.pid}: ${signal ?? code}`);
      }),
    );
    if (this.isDiskFull && this.#options.disk === "limit") {
      this.#background.push(limitFiles(process.pid, true));
    }
    return member;
  }

  /**
   * Chooses a process that has started: the owner for the lower half of the numbers, otherwise any
   * other.
   */
  async choose(target: number): Promise<Member | undefined> {
    const owner = await askPid(this.port);
    const alive = this.alive.filter(({ process }) => process.answeredAt !== undefined);
    const found = alive.find(({ process }) => process.pid === owner);
    if (target < 0.5 && found !== undefined) return found;
    return pick(alive.filter((member) => member !== found), target * 2 % 1) ?? found;
  }

  stop(member: Member): void {
    if (member.stops++ === 0 && member.process.isAlive) member.process.signal("SIGSTOP");
  }

  goOn(member: Member): void {
    if (--member.stops > 0) return;
    member.continuedAt = performance.now();
    continueIfThere(member.process);
  }

  async kill(member: Member): Promise<void> {
    this.note(`session ${member.process.pid} is killed`);
    member.process.readOn();
    await member.process.kill("SIGKILL");
  }

  /** Ends a session as its client does, and checks that the process leaves in time. */
  async leave(member: Member, by: "stdin" | "SIGTERM"): Promise<void> {
    const { process } = member;
    if (!process.isAlive) return;
    const start = performance.now();
    this.note(`session ${process.pid} ends by ${by}`);
    const done = by === "stdin" ? process.leave() : process.kill("SIGTERM");
    let exitedAt: number | undefined;
    process.exited.then(() => exitedAt = performance.now());
    const begin = () => Math.max(start, member.continuedAt);
    const isLate = (ms: number) => member.stops === 0 && performance.now() - begin() > ms;
    while (exitedAt === undefined && !isLate(LATE_MS)) await pace(5);
    const ms = (exitedAt ?? performance.now()) - begin();
    this.leaveMs.push(Math.max(0, ms));
    if (ms > LEAVE_MS) {
      const end = exitedAt === undefined ? "it is killed" : "it leaves";
      this.violate(
        "a process leaves within 1 s of its client",
        `${process.pid} was told by ${by}, after ${Math.round(ms)} ms ${end}`,
      );
    }
    process.readOn();
    if (exitedAt === undefined) await process.kill("SIGKILL");
    await done;
  }

  /**
   * Waits until each process is calm and small, at most as long as it may take after the faults; then
   * senders post again, and what was answered must be in the journal.
   */
  async settle(): Promise<void> {
    const end = performance.now();
    this.load.pause();
    for (;;) {
      await pace(SAMPLE_MS);
      const at = performance.now();
      const faults = this.#findBusy(end);
      if (faults !== undefined && faults.length === 0) break;
      if (at - end > GRACE_MS + WINDOW_MS + SAMPLE_MS) {
        for (const fault of faults ?? ["a new process cannot be measured"]) {
          this.violate("processes calm down within 2 s", fault);
        }
        break;
      }
    }
    this.note(`calm after ${Math.round(performance.now() - end)} ms`);
    await this.#recover();
    this.#checkKept();
    this.#checkShownOnce();
  }

  /** Describes what is wrong with processes; `undefined` while a window since `end` is not full. */
  #findBusy(end: number): string[] | undefined {
    const faults: string[] = [];
    if (!this.usage.isMeasured) return performance.now() - end > GRACE_MS ? faults : undefined;
    for (const { process: { pid } } of this.alive) {
      const share = this.usage.shareOf(pid, end);
      if (share === undefined) return undefined;
      if (share > MAX_CORE_SHARE) {
        faults.push(`${pid} uses ${Math.round(share * 100)} % of a core`);
      } else this.maxCalmShare = Math.max(this.maxCalmShare, share);
    }
    return faults;
  }

  #checkUsage(pid: number, share: number, rssBytes: number): void {
    if (share > SPIN_SHARE) this.#violateOnce("no process spins, even while a fault lasts", pid);
    if (rssBytes > MAX_RSS_BYTES) {
      this.#violateOnce("no process grows, even while a fault lasts", pid);
    }
  }

  async #recover(): Promise<void> {
    const count = this.load.answered.length + RECOVERED_POSTS;
    const start = performance.now();
    this.load.resume();
    try {
      await until("posts are answered", () => this.load.answered.length >= count, RECOVER_MS);
      this.note(`posts are answered after ${Math.round(performance.now() - start)} ms`);
    } catch {
      this.violate("posts are answered after the faults", `none in ${RECOVER_MS} ms`);
    }
  }

  /** Ends the senders, then all sessions, and checks the journal a last time. */
  async finish(): Promise<void> {
    await this.load.end();
    this.#checkKept();
    for (const [index, member] of this.alive.entries()) {
      await this.leave(member, index % 2 === 0 ? "SIGTERM" : "stdin");
    }
    this.#checkKept();
    this.#checkShownOnce();
  }

  #readDeliveries(): Map<string, string> {
    try {
      const path = journalPathOf(this.stateDir);
      using database = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
      const rows = database.prepare(
        "SELECT seq, delivery FROM events WHERE state <> 'duplicate' AND delivery IS NOT NULL",
      ).all();
      return new Map(
        rows.map(({ seq, delivery }) => [formatEventId(Number(seq)), String(delivery)]),
      );
    } catch (error) {
      this.note(`the journal cannot be read: ${(error as Error).message}`);
      return new Map();
    }
  }

  #checkKept(): void {
    const answered = [...this.load.answered];
    const excused = Math.max(...this.removals.map((at) => excusedUntil(at, this.spans)));
    const lost = findLost(answered, this.#readDeliveries(), excused);
    const [first] = lost.filter(({ id }) => !this.#lost.has(id));
    for (const { id } of lost) this.#lost.add(id);
    if (first === undefined) return;
    const at = ((first.sentAt - this.#start) / 1000).toFixed(2);
    this.violate(
      "what was answered is kept",
      `${lost.length} of ${answered.length} are lost; ${first.delivery}, ${first.id}, was posted ` +
        `at ${at} s`,
    );
  }

  #checkShownOnce(): void {
    const attempts = new Map(this.load.answered.map((event) => [event.delivery, event.attempts]));
    for (const { process: { pid, shown } } of this.members) {
      for (const name of findShownTwice(shown, attempts)) {
        this.#violateOnce("nothing is shown twice", `${pid}: ${name}`);
      }
    }
  }

  #violateOnce(invariant: string, text: string | number): void {
    if (!this.violations.includes(`${invariant}: ${text}`)) this.violate(invariant, String(text));
  }

  /** Acknowledges and answers what a session is shown, and speaks unasked, until it ends. */
  async #acknowledge(session: FleetProcess): Promise<void> {
    let calledAt = 0;
    for (let count = 0; session.isAlive;) {
      const shown = session.shown.slice(count, count + MAX_ACKED);
      count += shown.length;
      const ids = shown.flatMap(({ meta }) => meta.event_id ?? []);
      if (ids.length > 0) await session.call("ack", { event_ids: ids });
      for (const { meta } of shown.filter((_, index) => index % 4 === 0)) {
        await session.call("reply", { chat_id: meta.chat_id ?? "1", text: "done" });
      }
      if (shown.some(({ meta }) => meta.digest !== undefined)) {
        await session.call("inbox", { limit: MAX_ACKED });
      }
      await pace(20);
      if (performance.now() - calledAt < CALL_MS) continue;
      calledAt = performance.now();
      await session.call("reply", { chat_id: "1", text: "still here" });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.load.end();
    for (const { process } of this.members) {
      process.readOn();
      await process[Symbol.asyncDispose]();
    }
    await Promise.all(this.#background);
    await this.usage[Symbol.asyncDispose]();
    await this.#guard.measure([]);
    await this.#guard[Symbol.asyncDispose]();
    Deno.removeSync(this.folder, { recursive: true });
  }
}

function continueIfThere(process: FleetProcess): void {
  try {
    process.signal("SIGCONT");
  } catch (error) {
    // It has been killed while it was stopped.
    if (!(error instanceof TypeError)) throw error;
  }
}
