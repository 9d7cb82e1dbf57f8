import { assertEquals, assertStringIncludes } from "@std/assert";
import { EVENT_STATES } from "../../../lib/event/event_state.ts";
import {
  type EventsOptions,
  readEventsOptions,
  statesOf,
} from "../../../lib/cli/events_options.ts";
import { readSessionsOptions } from "../../../lib/cli/sessions_options.ts";
import { show } from "../_texts.ts";
import { messageOf as formatMessage } from "./_message_of.ts";

const LIST: EventsOptions<"list"> = {
  kind: "list",
  state: undefined,
  limit: 50,
  follow: false,
  json: false,
  stateDir: undefined,
};

function messageOf(args: readonly string[]): string {
  return formatMessage(readEventsOptions(args));
}

Deno.test("readEventsOptions() reads each flag of a list", () => {
  const cases: [string[], Partial<EventsOptions<"list">>][] = [
    [[], {}],
    [["--state", "open"], { state: "open" }],
    [["--limit=1000"], { limit: 1000 }],
    [["--follow"], { follow: true }],
    [["list", "--follow"], { follow: true }],
    [["--json", "--state-dir", "/s"], { json: true, stateDir: "/s" }],
    ...EVENT_STATES.map((state): [string[], Partial<EventsOptions<"list">>] => [
      [`--state=${state}`],
      { state },
    ]),
  ];
  for (const [args, options] of cases) {
    assertEquals(readEventsOptions(args), { ok: true, value: { ...LIST, ...options } });
  }
});

Deno.test("readEventsOptions() reads the id of an event to show or to replay, and flags anywhere", () => {
  const flags = { json: false, stateDir: undefined };
  assertEquals(readEventsOptions(["show", "evt_1"]), {
    ok: true,
    value: { kind: "show", id: "evt_1", ...flags },
  });
  assertEquals(readEventsOptions(["show", "evt_1", "--json", "--state-dir=/s"]), {
    ok: true,
    value: { kind: "show", id: "evt_1", json: true, stateDir: "/s" },
  });
  assertEquals(readEventsOptions(["--json", "show", "--state-dir", "/s", "evt_1"]), {
    ok: true,
    value: { kind: "show", id: "evt_1", json: true, stateDir: "/s" },
  });
  assertEquals(readEventsOptions(["replay", "x"]), {
    ok: true,
    value: { kind: "replay", id: "x", port: 8788, ...flags },
  });
  assertEquals(readEventsOptions(["replay", "x", "--port", "9000", "--json"]), {
    ok: true,
    value: { kind: "replay", id: "x", port: 9000, ...flags, json: true },
  });
});

Deno.test("readEventsOptions() says what is wrong, and what is allowed", () => {
  const cases: [string[], string][] = [
    [["dance"], 'Unknown command "events dance": expected one of list, show, replay'],
    [[""], 'Unknown command "events "'],
    [["show"], "The id of an event is missing: expected events show <id>"],
    [["show", "--json"], "The id of an event is missing"],
    [["replay"], "The id of an event is missing: expected events replay <id>"],
    [["show", "evt_1", "evt_2"], 'Unknown argument "evt_2"'],
    [["replay", "evt_1", "now"], 'Unknown argument "now"'],
    [["show", "evt_1", "--follow"], 'Unknown flag "--follow": allowed flags are --json'],
    [["--port", "9000"], 'Unknown flag "--port"'],
    [["replay", "evt_1", "--port", "0"], 'Invalid value "0" for --port'],
    [["--state", "Open"], 'Invalid value "Open" for --state: expected one of open, stored, pushed'],
    [["--state="], 'Invalid value "" for --state'],
    [["--limit", "0"], 'Invalid value "0" for --limit: expected a whole number from 1 to 1000'],
    [["--limit", "1001"], 'Invalid value "1001" for --limit'],
  ];
  for (const [args, part] of cases) assertStringIncludes(messageOf(args), part, show(args));
});

Deno.test("statesOf() knows what is open", () => {
  assertEquals(statesOf(undefined), undefined);
  assertEquals(statesOf("open"), ["stored", "pushed", "held", "withheld"]);
  assertEquals(statesOf("seen"), ["seen"]);
});

Deno.test("readSessionsOptions() reads its flags and refuses arguments", () => {
  const defaults = { kind: "list", all: false, json: false, stateDir: undefined } as const;
  assertEquals(readSessionsOptions([]), { ok: true, value: defaults });
  assertEquals(readSessionsOptions(["list"]), { ok: true, value: defaults });
  assertEquals(readSessionsOptions(["--all", "--json", "--state-dir", "/s"]), {
    ok: true,
    value: { ...defaults, all: true, json: true, stateDir: "/s" },
  });
  assertEquals(
    formatMessage(readSessionsOptions(["web"])),
    'Unknown command "sessions web": expected one of list',
  );
});
