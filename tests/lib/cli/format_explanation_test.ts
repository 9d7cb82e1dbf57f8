import { assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import type { EventRecord } from "../../../lib/event/event_record.ts";
import { formatExplanation } from "../../../lib/cli/format_explanation.ts";
import { recordOf } from "../_events.ts";
import { hostileText } from "../_texts.ts";

const META = { source_name: "ci", event: "push", verified: "true" };

function explain(fields: Partial<EventRecord>): string[] {
  const event = recordOf(7, { source: "github", meta: META, ...fields });
  return formatExplanation(event, (text) => `*${text}*`);
}

/** The explanation of the decider and of its rule. */
function decisionOf(fields: Partial<EventRecord>): string[] {
  return explain(fields).flatMap((line) => /^ {2}(?:decided by|rule) +(.+)$/.exec(line)?.[1] ?? []);
}

Deno.test("formatExplanation() says what an event is and what decided [cli.source]", () => {
  assertEquals(explain({ state: "filtered", rule: "push: only the default branch" }), [
    "*evt_00000000007*",
    "  source      ci",
    "  kind        github",
    "  event       push",
    "  check       it was proven with a secret of the source",
    "  state       filtered",
    "  decided by  the default filter of github",
    "  rule        push: only the default branch",
  ]);
});

Deno.test("formatExplanation() tells the rules of the configuration from those of the kind [cli.source]", () => {
  const cases: [Partial<EventRecord>, string[]][] = [
    [{ rule: "push: all" }, ["the default filter of github", "push: all"]],
    [{ rule: 'events.deny "push"' }, ["the events of the configuration", 'events.deny "push"']],
    [{ rule: 'events.allow "p*"' }, ["the events of the configuration", 'events.allow "p*"']],
    [{ rule: "filter: a equals 1" }, ["the filter of the configuration", "filter: a equals 1"]],
    [{ rule: "good state without a bad one before" }, [
      "the state that was shown before",
      "good state without a bad one before",
    ]],
    [{ rule: "gathered in evt_00000000008" }, [
      "a burst: another event includes it",
      "gathered in evt_00000000008",
    ]],
    [{ state: "duplicate", duplicateOf: "evt_00000000001" }, [
      "the check for repetitions",
      "it repeats evt_00000000001, which came within 15 minutes before",
    ]],
    [{ rule: null }, ["the default filter of github", "not kept"]],
  ];
  for (const [fields, decision] of cases) assertEquals(decisionOf(fields), decision);
});

Deno.test("formatExplanation() tells what was made here from what was delivered [cli.source]", () => {
  const lines = explain({ source: "notice", meta: { source_name: "ci", event: "held_back" } });
  assertEquals(lines.slice(1), [
    "  source  ci",
    "  kind    notice",
    "  event   held_back",
    "  check   none: it was made here",
    "  state   stored",
  ]);
});

Deno.test("formatExplanation() moves no cursor, whatever an event says [cli.source]", () => {
  fc.assert(fc.property(hostileText, (text) => {
    const lines = explain({ rule: text, meta: { ...META, event: text } });
    assertFalse(lines.some((line) => /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.test(line)));
  }));
});
