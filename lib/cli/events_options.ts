import { EVENT_STATES, type EventState, isOpen } from "../event/event_state.ts";
import {
  DEFAULT_PORT,
  type FlagValue,
  readLimitFlag,
  readPortFlag,
  refuseFlagValue,
} from "./flag_value.ts";
import { type FlagSpec, readFlags } from "./read_flags.ts";
import { type JournalViewOptions, STATE_DIR_FLAG } from "./common_flags.ts";

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

const VIEW_FLAGS = {
  "json": { help: "print one JSON object per line" },
  ...STATE_DIR_FLAG,
} as const satisfies Record<string, FlagSpec>;

/** What `--state` takes. */
const LISTED_STATES = ["open", ...EVENT_STATES] as const;

const LIST_FLAGS = {
  "state": {
    value: "state",
    help: `only events in a state: open (stored or pushed) or ${EVENT_STATES.join(", ")}`,
  },
  "limit": {
    value: "number",
    help: "how many events are listed, the newest (default 50, at most 1000)",
  },
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

/** The states that `--state` means; `undefined` for all of them. */
export function statesOf(
  state: "open" | EventState | undefined,
): readonly EventState[] | undefined {
  if (state === undefined) return undefined;
  return state === "open" ? EVENT_STATES.filter(isOpen) : [state];
}

function readList(args: readonly string[]): FlagValue<ListEventsOptions> {
  const parsed = readFlags(args, LIST_FLAGS);
  if (!parsed.ok) return parsed;
  const { flags } = parsed;
  const state = LISTED_STATES.find((name) => name === flags.state);
  if (flags.state !== undefined && state === undefined) {
    const expected = `one of ${LISTED_STATES.join(", ")}`;
    return refuseFlagValue(flags.state, { flag: "state", expected });
  }
  const limit = readLimitFlag(flags.limit);
  if (!limit.ok) return limit;
  return {
    ok: true,
    value: {
      kind: "list",
      state,
      limit: limit.value,
      follow: flags.follow === true,
      json: flags.json === true,
      stateDir: flags["state-dir"],
    },
  };
}

function readShow(id: string, args: readonly string[]): FlagValue<ShowEventOptions> {
  const parsed = readFlags(args, VIEW_FLAGS);
  if (!parsed.ok) return parsed;
  const { json, "state-dir": stateDir } = parsed.flags;
  return { ok: true, value: { kind: "show", id, json: json === true, stateDir } };
}

function readReplay(id: string, args: readonly string[]): FlagValue<ReplayEventOptions> {
  const parsed = readFlags(args, REPLAY_FLAGS);
  if (!parsed.ok) return parsed;
  const { json, "state-dir": stateDir } = parsed.flags;
  const port = readPortFlag(parsed.flags.port);
  if (!port.ok) return port;
  return {
    ok: true,
    value: { kind: "replay", id, port: port.value, json: json === true, stateDir },
  };
}

/**
 * Reads the command line of `events`, `events show <id>` and `events replay <id>`; flags come last.
 *
 * @param args The arguments after the command's name.
 */
export function readEventsOptions(args: readonly string[]): FlagValue<EventsOptions> {
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
