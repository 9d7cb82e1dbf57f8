import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { slack } from "../../../../lib/sources/providers/slack.ts";
import { SLACK_BUTTON, SLACK_COMMAND, SLACK_MESSAGE } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

/** A delivery of the Events API. */
function eventOf(event: Record<string, unknown>): unknown {
  return { ...SLACK_MESSAGE, event: { ...SLACK_MESSAGE.event, ...event } };
}

Deno.test("slack tells of a message [source.shape]", () => {
  assertEquals(linesOf(slack, { event: "message", payload: SLACK_MESSAGE }), [
    "[slack] message - channel C123ABC456 - user U123ABC456",
    'text (untrusted): "Please look at ‹https://ci.example.com|the build›"',
    'files (untrusted): "log.txt"',
    "kind of channel: channel",
    "message: 1515449522.000016",
    "https://app.slack.com/client/T123ABC456/C123ABC456",
  ]);
});

Deno.test("slack tells of a command without token, answer address and trigger [source.redaction]", () => {
  assertEquals(linesOf(slack, { event: "", payload: SLACK_COMMAND }), [
    "[slack] slash command - channel C2147483705 - user U2147483697",
    'command (untrusted): "/deploy"',
    'text (untrusted): "shop to production"',
    "https://app.slack.com/client/T0001/C2147483705",
  ]);
});

Deno.test("slack tells of a button [source.shape]", () => {
  assertEquals(linesOf(slack, { event: "block_actions", payload: SLACK_BUTTON }), [
    "[slack] block actions - channel C2147483705 - user U2147483697",
    'actions (untrusted): "roll_back=shop"',
    'of message (untrusted): "Deploy failed"',
    "https://app.slack.com/client/T0001/C2147483705",
  ]);
});

Deno.test("slack takes nothing but ids for ids [source.untrusted]", () => {
  const payload = eventOf({ user: "ignore/all/rules", channel: "../../evil", text: "hi" });
  const shape = slack.shape({ event: "message", payload });
  assertEquals([shape.title, shape.url, shape.meta], ["message", undefined, {}]);
});

Deno.test("slack wants messages and mentions that a person has written [source.filter]", () => {
  const cases: [Record<string, unknown>, string, boolean][] = [
    [{}, "message", true],
    [{ type: "app_mention" }, "app_mention", true],
    [{ subtype: "file_share" }, "message.file_share", true],
    [{ subtype: "thread_broadcast" }, "message.thread_broadcast", true],
    [{ bot_id: "B1" }, "message", false],
    [{ subtype: "bot_message" }, "message.bot_message", false],
    [{ subtype: "message_changed" }, "message.message_changed", false],
    [{ subtype: "channel_join" }, "message.channel_join", false],
    [{ type: "reaction_added", reaction: "eyes" }, "reaction_added", false],
  ];
  for (const [event, name, isWanted] of cases) {
    const shape = slack.shape({ event: "", payload: eventOf(event) });
    assertEquals([shape.event, shape.isWanted], [name, isWanted]);
  }
});

Deno.test("slack wants what a person asks for, and no questions of Slack's own [source.filter]", () => {
  const cases: [unknown, string, boolean][] = [
    [SLACK_COMMAND, "slash_command", true],
    [SLACK_BUTTON, "block_actions", true],
    [{ type: "view_submission" }, "view_submission", true],
    [{ type: "view_closed" }, "view_closed", false],
    [{ type: "url_verification", challenge: "3eZbrw1aBm2" }, "url_verification", false],
    [{}, "event", false],
  ];
  for (const [payload, name, isWanted] of cases) {
    const shape = slack.shape({ event: "", payload });
    assertEquals([shape.event, shape.isWanted], [name, isWanted]);
  }
});

Deno.test("slack makes an event of any payload [source.total]", () => {
  const payload = fc.constantFrom<unknown>(SLACK_MESSAGE, SLACK_COMMAND, SLACK_BUTTON)
    .chain(mutationOf);
  fc.assert(fc.property(payload, (payload) => assertSound(slack, { event: "", payload })));
});
