/**
 * The plan of a chaos run: the faults of each round, drawn from a seed.
 *
 * @module
 */

/** The kinds of faults, each with its shortest and its longest duration in milliseconds. */
const DURATIONS_MS = {
  /** The disk of the state folder is full. */
  disk: [500, 3000],
  /** Another process holds the journal's lock. */
  lock: [500, 4000],
  /** The state folder or its journal is removed. */
  remove: [0, 0],
  /** A process is killed. */
  kill: [0, 0],
  /** A process is stopped and goes on. */
  stop: [1000, 6000],
  /** A client reads nothing from its server. */
  unread: [1000, 5000],
  /** The wall clock jumps, and back. */
  clock: [1500, 4000],
  /** The wall clock is behind by more than the age at which events are removed. */
  past: [1500, 4000],
  /** A hostile program has the port between two owners. */
  holder: [1000, 4000],
} as const;

export type FaultKind = keyof typeof DURATIONS_MS;

export const FAULT_KINDS = Object.keys(DURATIONS_MS) as FaultKind[];

export interface Fault {
  readonly kind: FaultKind;
  /** The time from the start of the round. */
  readonly atMs: number;
  readonly forMs: number;
  /** Chooses among the variants of the kind; from 0 to 1. */
  readonly variant: number;
  /** Chooses the process; from 0 to 1. */
  readonly target: number;
}

/** The end of a session by its client, amid the faults of a round. */
interface Departure {
  readonly atMs: number;
  readonly by: "stdin" | "SIGTERM";
  readonly target: number;
}

export interface Round {
  readonly faults: readonly Fault[];
  readonly departure: Departure | undefined;
}

export interface Plan {
  readonly sessions: number;
  readonly rounds: readonly Round[];
}

/** The expected time between the faults of two rounds, in which everything calms down. */
const CALM_MS = 2000;

/** The share of rounds in which a session ends. */
const DEPARTURES = 0.6;

/** A run that is shorter than this has short faults, and two of them in each round. */
const SHORT_RUN_MS = 40_000;
const SHORT_FAULT_MS = 2500;

/** Creates a generator of numbers from 0 to 1: Mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(values: readonly T[], random: number): T | undefined {
  return values[Math.floor(random * values.length)];
}

/** Plans rounds that fill a time. Each kind comes once before one comes again. */
export function planRun(seed: number, lengthMs: number, kinds: readonly FaultKind[]): Plan {
  const random = createRandom(seed);
  const isShort = lengthMs < SHORT_RUN_MS;
  const sessions = 2 + Math.floor(random() * 3);
  const rounds: Round[] = [];
  const bag: FaultKind[] = [];

  function draw(): FaultKind {
    if (bag.length === 0) {
      const ranked = kinds.map((kind) => ({ kind, rank: random() }));
      bag.push(...ranked.sort((a, b) => a.rank - b.rank).map(({ kind }) => kind));
    }
    return bag.pop()!;
  }

  for (let plannedMs = 0; plannedMs < lengthMs;) {
    const count = isShort ? 2 : 1 + Math.floor(random() * 3);
    const drawn = new Set(Array.from({ length: count }, draw));
    const faults = Array.from(drawn, (kind): Fault => {
      const [minMs, maxMs] = DURATIONS_MS[kind];
      const forMs = minMs + random() * (maxMs - minMs);
      return {
        kind,
        atMs: Math.round(random() * 1000),
        forMs: Math.round(isShort ? Math.min(forMs, SHORT_FAULT_MS) : forMs),
        variant: random(),
        target: random(),
      };
    });
    const endMs = Math.max(1000, ...faults.map(({ atMs, forMs }) => atMs + forMs));
    // Early in a fault, which then lasts for longer than the process may take to leave.
    const { atMs, forMs } = pick(faults, random())!;
    const departure: Departure = {
      atMs: Math.round(atMs + (0.1 + random() * 0.4) * forMs),
      by: random() < 0.5 ? "stdin" : "SIGTERM",
      target: random(),
    };
    rounds.push({ faults, departure: random() < DEPARTURES ? departure : undefined });
    plannedMs += endMs + CALM_MS;
  }
  return { sessions, rounds };
}
