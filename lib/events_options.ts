import { EVENT_STATES, type EventState, isOpen } from "./event_state.ts";
import { type FlagSpec, readFlags } from "./read_flags.ts";
import {
  DEFAULT_PORT,
  type OptionsResult,
  readNumberFlag,
  STATE_DIR_FLAG,
} from "./serve_options.ts";

/** What every command that reads the journal is asked for on the command line. */
export interface JournalViewOptions {
  /** The folder of the journal; `undefined` for the usual one. */
  readonly stateDir: string | undefined;
  /** Whether the output is for programs: one JSON object per line. */
  readonly json: boolean;
}

/** What `events` is asked for. */
export interface ListEventsOptions extends JournalViewOptions {
  /** Tells it from the other commands about events. */
  readonly kind: "list";
  /** `open` or the name of a state; `undefined` for all events. */
  readonly state: "open" | EventState | undefined;
  /** How many events are listed, the newest. */
  readonly limit: number;
  /** Whether to go on with what comes in and what changes. */
  readonly follow: boolean;
}

/** What `events show` is asked for. */
export interface ShowEventOptions extends JournalViewOptions {
  /** Tells it from the other commands about events. */
  readonly kind: "show";
  /** The id that was given, whatever it is. */
  readonly id: string;
}

/** What `events replay` is asked for. */
export interface ReplayEventOptions extends JournalViewOptions {
  /** Tells it from the other commands about events. */
  readonly kind: "replay";
  /** The id that was given, whatever it is. */
  readonly id: string;
  /** The port whose holder is told. */
  readonly port: number;
}

/** What the command line of `events` asks for. */
export type EventsOptions = ListEventsOptions | ShowEventOptions | ReplayEventOptions;

const JSON_FLAG = {
  "json": { help: "print one JSON object per line" },
} as const satisfies Record<string, FlagSpec>;

const VIEW_FLAGS = { ...JSON_FLAG, ...STATE_DIR_FLAG };

const LIST_FLAGS = {
  "state": {
    value: "state",
    help: `only events in a state: open (stored or pushed) or ${EVENT_STATES.join(", ")}`,
  },
  "limit": { value: "number", help: "how many events are listed, the newest (default 50)" },
  "follow": { help: "go on with the events that come in and their changes of state" },
  ...VIEW_FLAGS,
} as const satisfies Record<string, FlagSpec>;

const REPLAY_FLAGS = {
  "port": {
    value: "number",
    help: `events replay: the port whose holder is told (default ${DEFAULT_PORT})`,
  },
  ...VIEW_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** The flags of `events`, `events show` and `events replay`. */
export const EVENTS_FLAGS = {
  "state": LIST_FLAGS.state,
  "limit": LIST_FLAGS.limit,
  "follow": LIST_FLAGS.follow,
  "port": REPLAY_FLAGS.port,
  ...VIEW_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** The most events that are listed. */
const MAX_LIMIT = 1000;

/** The states that `--state` means; `undefined` for all of them. */
export function statesOf(
  state: "open" | EventState | undefined,
): readonly EventState[] | undefined {
  if (state === undefined) return undefined;
  return state === "open" ? EVENT_STATES.filter(isOpen) : [state];
}

function readList(args: readonly string[]): OptionsResult<ListEventsOptions> {
  const parsed = readFlags(args, LIST_FLAGS);
  if (!parsed.ok) return parsed;
  const { flags } = parsed;
  const state = ["open", ...EVENT_STATES].find((name) => name === flags.state);
  if (flags.state !== undefined && state === undefined) {
    const expected = ["open", ...EVENT_STATES].join(", ");
    return {
      ok: false,
      message: `Invalid value "${flags.state}" for --state: expected one of ${expected}`,
    };
  }
  const limit = readNumberFlag(flags.limit ?? "50", { flag: "limit", min: 1, max: MAX_LIMIT });
  if (!limit.ok) return limit;
  return {
    ok: true,
    options: {
      kind: "list",
      state: state as "open" | EventState | undefined,
      limit: limit.value,
      follow: flags.follow === true,
      json: flags.json === true,
      stateDir: flags["state-dir"],
    },
  };
}

function readShow(id: string, args: readonly string[]): OptionsResult<ShowEventOptions> {
  const parsed = readFlags(args, VIEW_FLAGS);
  if (!parsed.ok) return parsed;
  const { json, "state-dir": stateDir } = parsed.flags;
  return { ok: true, options: { kind: "show", id, json: json === true, stateDir } };
}

function readReplay(id: string, args: readonly string[]): OptionsResult<ReplayEventOptions> {
  const parsed = readFlags(args, REPLAY_FLAGS);
  if (!parsed.ok) return parsed;
  const { json, "state-dir": stateDir, port: text = String(DEFAULT_PORT) } = parsed.flags;
  const port = readNumberFlag(text, { flag: "port", min: 1, max: 65535 });
  if (!port.ok) return port;
  return {
    ok: true,
    options: { kind: "replay", id, port: port.value, json: json === true, stateDir },
  };
}

/**
 * Reads the command line of `events`, `events show <id>` and `events replay <id>`; flags come last.
 *
 * @param args The arguments after the command's name.
 */
export function readEventsOptions(args: readonly string[]): OptionsResult<EventsOptions> {
  const [command, id, ...rest] = args;
  if (command === undefined || command.startsWith("-")) return readList(args);
  if (command !== "show" && command !== "replay") {
    return {
      ok: false,
      message: `Unknown command "events ${command}": ` +
        "expected events, events show <id> or events replay <id>",
    };
  }
  if (id === undefined || id.startsWith("-")) {
    return {
      ok: false,
      message: `The command "events ${command}" needs an event id: ` +
        `expected events ${command} <id>`,
    };
  }
  return command === "show" ? readShow(id, rest) : readReplay(id, rest);
}
