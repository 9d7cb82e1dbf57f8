/**
 * Slack: its Events API, slash commands and interactive components. The last two come as forms.
 *
 * The token, the response URL and the trigger id, which answer in the name of the app, are never
 * shown.
 *
 * Source of the rules: https://docs.slack.dev/apis/events-api/ and the pages on interactivity.
 *
 * @module
 */

import { createHmacProof, TOLERANCE_MS } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_TEXT } from "../provider.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { type EventFacts, eventShape } from "../shape/event_shape.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { field, joinPresent, listed, quoted } from "../shape/lines.ts";
import { at, list, text } from "../shape/payload.ts";
import type { Shape } from "../shape/shape.ts";

const MAX_MESSAGE_CODE_POINTS = 800;

const MAX_ACTIONS = 5;

/** The ids of workspaces, channels and users. */
const ID_REGEXP = /^[A-Z0-9]{2,30}$/;

/** Subtypes of messages that a person has written. */
const WRITTEN: ReadonlySet<string> = new Set(["file_share", "thread_broadcast", "me_message"]);

/** Types of interactive payloads that a person has caused. */
const INTERACTIONS: ReadonlySet<string> = new Set([
  "block_actions",
  "interactive_message",
  "message_action",
  "shortcut",
  "view_submission",
]);

interface SlackPlace {
  readonly team: string | undefined;
  readonly channel: string | undefined;
  readonly user: string | undefined;
}

type SlackFacts = Pick<EventFacts, "type" | "action" | "lines" | "rule" | "isWanted">;

function tryId(value: string | undefined): string | undefined {
  return value !== undefined && ID_REGEXP.test(value) ? value : undefined;
}

function shapeOf({ team, channel, user }: SlackPlace, facts: SlackFacts): Shape {
  const what = [facts.type, facts.action].join(" ").trim().replaceAll("_", " ");
  return eventShape({
    title: [what, channel && `channel ${channel}`, user && `user ${user}`],
    url: team && channel && cleanUrl(`https://app.slack.com/client/${team}/${channel}`),
    actor: user,
    ...facts,
  });
}

function shapeEvent(payload: unknown): Shape {
  const event = at(payload, "event");
  const type = tryIdentifier(text(event, "type")) ?? "event";
  const subtype = tryIdentifier(text(event, "subtype"));
  const isMessage = type === "message" || type === "app_mention";
  const isByBot = text(event, "bot_id") !== undefined || subtype === "bot_message";
  const isWritten = subtype === undefined || WRITTEN.has(subtype);
  const place = {
    team: tryId(text(payload, "team_id")),
    channel: tryId(text(event, "channel") ?? text(event, "item.channel")),
    user: tryId(text(event, "user")),
  };
  const files = list(event, "files").map((file) => text(file, "name"));
  return shapeOf(place, {
    lines: [
      ...quoted("text", text(event, "text"), MAX_MESSAGE_CODE_POINTS),
      ...listed("files", files, 3),
      ...field("kind of channel", tryIdentifier(text(event, "channel_type"))),
      ...quoted("reaction", text(event, "reaction")),
      ...field("thread", tryIdentifier(text(event, "thread_ts"))),
      ...field("message", tryIdentifier(text(event, "ts"))),
      ...field("by a bot", isByBot ? "yes" : undefined),
    ],
    type,
    action: subtype,
    rule: "only messages and mentions that a person has written",
    isWanted: isMessage && isWritten && !isByBot,
  });
}

function shapeCommand(payload: unknown): Shape {
  const place = {
    team: tryId(text(payload, "team_id")),
    channel: tryId(text(payload, "channel_id")),
    user: tryId(text(payload, "user_id")),
  };
  return shapeOf(place, {
    lines: [
      ...quoted("command", text(payload, "command")),
      ...quoted("text", text(payload, "text"), MAX_MESSAGE_CODE_POINTS),
    ],
    type: "slash_command",
    rule: "all",
    isWanted: true,
  });
}

function formatAction(action: unknown): string {
  const value = text(action, "value") ?? text(action, "selected_option.value");
  return joinPresent([text(action, "action_id") ?? text(action, "name"), value], "=");
}

function shapeInteraction(payload: unknown, type: string): Shape {
  const place = {
    team: tryId(text(payload, "team.id")),
    channel: tryId(text(payload, "channel.id")),
    user: tryId(text(payload, "user.id")),
  };
  return shapeOf(place, {
    lines: [
      ...listed("actions", list(payload, "actions").map(formatAction), MAX_ACTIONS),
      ...quoted("callback", text(payload, "callback_id") ?? text(payload, "view.callback_id")),
      ...quoted("of message", text(payload, "message.text")),
    ],
    type,
    rule: "only interactions that ask for something",
    isWanted: INTERACTIONS.has(type),
  });
}

export const slack: Provider<"slack"> = {
  name: "slack",
  scheme: {
    proof: createHmacProof("x-slack-signature", {
      headers: [{ signature: "x-slack-signature", timestamp: "x-slack-request-timestamp" }],
      prefix: "v0=",
      content: "v0:{timestamp}:{body}",
      toleranceMs: TOLERANCE_MS,
    }),
    id: { path: "event_id" },
    event: { paths: ["event.type", "type"] },
    challenge: "slack",
  },
  setup: {
    where: "api.slack.com/apps > your app > Event Subscriptions",
    urlField: "Request URL",
    secretField: "Signing secret",
    isSecretTheirs: true,
  },
  sample: ({ nowMs }) => {
    const seconds = Math.floor(nowMs / 1000);
    return {
      event: "",
      payload: {
        type: "event_callback",
        team_id: "T0TEST",
        event_id: `Ev${nowMs}`,
        event_time: seconds,
        event: {
          type: "app_mention",
          channel: "C0TEST",
          user: "U0TEST",
          text: SAMPLE_TEXT,
          ts: `${seconds}.000100`,
        },
      },
    };
  },
  shape({ event, payload }) {
    if (typeof at(payload, "event") === "object") return shapeEvent(payload);
    if (text(payload, "command") !== undefined) return shapeCommand(payload);
    return shapeInteraction(payload, tryIdentifier(text(payload, "type") ?? event) ?? "event");
  },
  events: ["message", "app_mention", "reaction_added", "slash_command", ...INTERACTIONS],
};
