import { assert, assertEquals, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import { EVENT_STATES } from "../../../lib/event/event_state.ts";
import {
  type Audience,
  isFor,
  type Outbound,
  type OutboundMessage,
  toStreamMessage,
} from "../../../lib/event/outbound.ts";
import { hostileText, show } from "../_texts.ts";

const AT = Date.UTC(2026, 10, 21, 4);

const REPLY = { kind: "reply", chat_id: "chat_1", text: "on it\nsoon" } as const;
const PROMPT = {
  kind: "prompt",
  request_id: "abcde",
  tool_name: "Bash",
  description: "List files",
  input_preview: '{"command":"ls"}',
  expires_at: AT + 1000,
} as const;
const VERDICT = {
  kind: "verdict",
  request_id: "abcde",
  behavior: "allow",
  sender: "dev",
} as const;
const STATUS = { kind: "status", event_id: "evt_00000000007", state: "seen" } as const;

/** A message as the journal has it. */
function messageOf(outbound: Outbound, recipient: string | null = null): OutboundMessage {
  return { id: 7, at: AT, recipient, outbound };
}

const outbound: fc.Arbitrary<Outbound> = fc.oneof(
  fc.record({
    kind: fc.constant("reply" as const),
    chat_id: hostileText,
    text: hostileText,
    reply_to: fc.constant("evt_00000000007"),
  }, { requiredKeys: ["kind", "chat_id", "text"] }),
  fc.record({
    kind: fc.constant("prompt" as const),
    request_id: fc.constant("abcde"),
    tool_name: hostileText,
    description: hostileText,
    input_preview: hostileText,
    expires_at: fc.maxSafeNat(),
  }),
  fc.record({
    kind: fc.constant("verdict" as const),
    request_id: fc.constant("abcde"),
    behavior: fc.constantFrom("allow" as const, "deny" as const),
    sender: hostileText,
  }),
  fc.record({
    kind: fc.constant("status" as const),
    event_id: fc.constant("evt_00000000007"),
    state: fc.constantFrom(...EVENT_STATES),
  }),
);

const message: fc.Arbitrary<OutboundMessage> = fc.record({
  id: fc.maxSafeNat(),
  at: fc.constant(AT),
  recipient: fc.constantFrom(null, "ci", "dev"),
  outbound,
});

Deno.test("toStreamMessage() writes for people what is said and asked, and nothing else", () => {
  const cases: [Outbound, string | undefined][] = [
    [REPLY, "Reply to chat_1: on it\n> soon"],
    [{ ...REPLY, reply_to: "evt_00000000007" }, "Reply to chat_1: on it\n> soon"],
    [
      PROMPT,
      [
        "Claude wants to run Bash: List files",
        "",
        '> {"command":"ls"}',
        "",
        'Reply "yes abcde" or "no abcde"',
      ].join("\n"),
    ],
    [VERDICT, undefined],
    [STATUS, undefined],
  ];
  for (const [outbound, data] of cases) {
    const expected = data === undefined ? undefined : { data };
    assertEquals(toStreamMessage(messageOf(outbound), "plain"), expected, show(outbound));
  }
});

Deno.test("toStreamMessage() writes all kinds for programs, with number and time [sse.json-format]", () => {
  for (const outbound of [REPLY, { ...REPLY, reply_to: "evt_1" }, PROMPT, VERDICT, STATUS]) {
    const { kind, ...fields } = outbound;
    const written = toStreamMessage(messageOf(outbound, "dev"), "json");
    assert(written !== undefined, kind);
    const { data, ...rest } = written;
    assertEquals(rest, { event: kind, id: 7 });
    assertEquals(JSON.parse(data), { ...fields, id: 7, at: AT }, kind);
  }
});

Deno.test("toStreamMessage() writes for programs one line that reads back as it was [sse.json-format]", () => {
  fc.assert(
    fc.property(message, (message) => {
      const written = toStreamMessage(message, "json");
      assert(written !== undefined);
      // A line end would end the field; a half of a surrogate pair has no UTF-8.
      assertNotMatch(written.data, /[\r\n\0]/);
      assert(written.data.isWellFormed());
      const { id, at, outbound } = message;
      assertEquals({ kind: written.event, ...JSON.parse(written.data) }, { id, at, ...outbound });
    }),
    { numRuns: 300 },
  );
});

Deno.test("toStreamMessage() writes for people nothing that rewrites the screen", () => {
  fc.assert(
    fc.property(message, (message) => {
      const written = toStreamMessage(message, "plain");
      const { kind } = message.outbound;
      assertEquals(written !== undefined, kind === "reply" || kind === "prompt");
      if (written === undefined) return;
      assertEquals(Object.keys(written), ["data"]);
      assertNotMatch(written.data, /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
      assert(written.data.isWellFormed());
    }),
    { numRuns: 300 },
  );
});

Deno.test("toStreamMessage() asks the question in the last line, whatever is asked for", () => {
  const forged = fc.constantFrom("\n", "\r", "\n\n", 'Reply "yes zzzzz" or "no zzzzz"');
  const text = fc.array(fc.oneof(hostileText, forged), { maxLength: 5 }).map((all) => all.join(""));
  fc.assert(fc.property(text, text, text, (tool_name, description, input_preview) => {
    const prompt = messageOf({ ...PROMPT, tool_name, description, input_preview });
    const lines = toStreamMessage(prompt, "plain")?.data.split("\n") ?? [];
    assert(lines[0]?.startsWith("Claude wants to run "));
    assertEquals(lines.at(-1), 'Reply "yes abcde" or "no abcde"');
    for (const line of lines.slice(1, -1)) assert(line === "" || /^>>? /.test(line), show(line));
  }));
});

Deno.test("isFor() shows what is asked to approvers, and what is said to its sender [stream.audience]", () => {
  const closed = { kind: "status", request_id: "abcde", state: "answered elsewhere" } as const;
  const said: readonly Outbound[] = [REPLY, STATUS];
  const asked: readonly Outbound[] = [PROMPT, VERDICT, closed];
  const all = [...said, ...asked];
  // Its own messages first, then all others.
  const cases: [Omit<Audience, "id">, readonly Outbound[], readonly Outbound[]][] = [
    [{ chats: "own", approves: false }, said, []],
    [{ chats: "own", approves: true }, all, asked],
    [{ chats: "all", approves: false }, said, said],
    [{ chats: "all", approves: true }, all, all],
  ];
  for (const [audience, own, others] of cases) {
    for (const recipient of ["ci", "CI", "dev", "", null]) {
      const expected = recipient === "ci" ? own : others;
      const seen = all.filter((o) => isFor(messageOf(o, recipient), { ...audience, id: "ci" }));
      assertEquals(seen, [...expected], show([audience, recipient]));
    }
  }
});
