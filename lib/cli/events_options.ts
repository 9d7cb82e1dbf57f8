import { EVENT_STATES, type EventState, isOpen } from "../event/event_state.ts";
import { JSON_OUTPUT, LIMIT, OWNER_PORT, STATE_DIR } from "./common_flags.ts";
import { argument, choice, toggle } from "./flags.ts";
import { type Commands, type OptionsOf, type Parsed, readCommand } from "./read_command.ts";

const VIEW_FLAGS = { json: JSON_OUTPUT, stateDir: STATE_DIR };

const ID = argument("id", "The id of an event");

export const EVENTS_COMMANDS = {
  list: {
    isDefault: true,
    summary: "list events, the newest first",
    flags: {
      state: choice("state", {
        value: "state",
        help: `only events in a state: open (${EVENT_STATES.filter(isOpen).join(" or ")}) or ` +
          EVENT_STATES.join(", "),
        choices: ["open", ...EVENT_STATES],
      }),
      limit: LIMIT,
      follow: toggle("follow", "go on with the events that come in and their changes of state"),
      ...VIEW_FLAGS,
    },
  },
  show: { summary: "show all of an event", args: { id: ID }, flags: VIEW_FLAGS },
  replay: {
    summary: "push an event again, as a new one",
    args: { id: ID },
    flags: { port: OWNER_PORT, ...VIEW_FLAGS },
  },
} satisfies Commands;

type Kind = keyof typeof EVENTS_COMMANDS;

export type EventsOptions<K extends Kind = Kind> = OptionsOf<typeof EVENTS_COMMANDS, K>;

/** The states that `--state` means; `undefined` for all of them. */
export function statesOf(
  state: "open" | EventState | undefined,
): readonly EventState[] | undefined {
  if (state === undefined) return undefined;
  return state === "open" ? EVENT_STATES.filter(isOpen) : [state];
}

export function readEventsOptions(args: readonly string[]): Parsed<EventsOptions> {
  return readCommand("events", EVENTS_COMMANDS, args);
}
