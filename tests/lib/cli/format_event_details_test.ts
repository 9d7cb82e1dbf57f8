import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatEventDetails } from "../../../lib/cli/format_event_details.ts";
import { recordOf, STORED_AT } from "../_events.ts";
import { hostileText } from "../_texts.ts";

const OPTIONS = { session: undefined, raw: undefined, title: (text: string) => text };

Deno.test("formatEventDetails() shows all there is of an event, its text last", () => {
  const event = recordOf(1, {
    state: "answered",
    attempts: 1,
    pushedAt: STORED_AT + 1,
    answeredAt: STORED_AT + 2,
    target: "web",
    repository: "a/b",
    delivery: "d-1",
    meta: { sender: "ci", run_id: "1234" },
    content: "build failed\n  on main",
  });
  const options = { ...OPTIONS, session: "web (1a2b3c4d)", raw: new Uint8Array(7) };
  assertEquals(formatEventDetails(event, options), [
    "evt_00000000001",
    "  state       answered",
    "  sender      ci",
    "  source      text",
    "  session     web (1a2b3c4d)",
    "  target      web",
    "  repository  a/b",
    "  delivery    d-1",
    "  chat        chat_00000000001",
    "  body        7 bytes as they were sent are kept as well",
    "attributes",
    "  sender  ci",
    "  run_id  1234",
    "history",
    "  2026-11-21T04:00:00.000Z stored",
    "  2026-11-21T04:00:00.001Z pushed",
    "  2026-11-21T04:00:00.002Z answered",
    "text",
    "build failed",
    "  on main",
  ]);
});

Deno.test("formatEventDetails() leaves out what an event does not have", () => {
  const lines = formatEventDetails(recordOf(1, { meta: {}, content: "" }), OPTIONS);
  assertEquals(lines, [
    "evt_00000000001",
    "  state   stored",
    "  sender  ci",
    "  source  text",
    "  chat    chat_00000000001",
    "history",
    "  2026-11-21T04:00:00.000Z stored",
    "text",
    "",
  ]);
});

Deno.test("formatEventDetails() lets nothing through that moves a terminal's cursor", () => {
  fc.assert(fc.property(fc.array(hostileText, { minLength: 7, maxLength: 7 }), (texts) => {
    const [content = "", sender = "", target = "", delivery = "", note = "", key = "", value = ""] =
      texts;
    const event = recordOf(1, { content, sender, target, delivery, note, meta: { [key]: value } });
    for (const line of formatEventDetails(event, { ...OPTIONS, session: value })) {
      assertEquals(/[^\P{Cc}\t]|[\p{Cs}\u202a-\u202e\u2066-\u2069]/u.exec(line), null, line);
    }
  }));
});
