/**
 * Discord: interactions with an app, and the events that an app subscribes to. The token of an
 * interaction, which answers in the name of the app, is never shown.
 *
 * Source of the rules: https://docs.discord.com/developers/interactions/receiving-and-responding
 * and https://docs.discord.com/developers/events/webhook-events
 *
 * @module
 */

import { type Provider, SAMPLE_TEXT } from "../provider.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { eventShape } from "../shape/event_shape.ts";
import { shapeGeneric } from "../shape/shape_generic.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { field, joinPresent, joinTitle, listed, quoted } from "../shape/lines.ts";
import { at, list, number, text } from "../shape/payload.ts";
import type { Delivery, Shape } from "../shape/shape.ts";

const MAX_OPTIONS = 8;

const MAX_MESSAGE_CODE_POINTS = 500;

/** Options of a command stand in subcommands and groups of them, no deeper. */
const MAX_OPTION_DEPTH = 3;

const INTERACTIONS: ReadonlyMap<number, string> = new Map([
  [1, "ping"],
  [2, "application_command"],
  [3, "message_component"],
  [4, "autocomplete"],
  [5, "modal_submit"],
]);

/** Interactions that come while a person still types, or that say nothing. */
const UNWANTED: ReadonlySet<string> = new Set(["ping", "autocomplete", "unknown"]);

const SNOWFLAKE_REGEXP = /^\d{15,20}$/;

function tryId(value: string | undefined): string | undefined {
  return value !== undefined && SNOWFLAKE_REGEXP.test(value) ? value : undefined;
}

/** Formats `name=value` of the options of a command; a subcommand stands before its own. */
function formatOptions(options: readonly unknown[], depth = 0): string[] {
  if (depth === MAX_OPTION_DEPTH) return [];
  return options.flatMap((option) => {
    const name = text(option, "name") ?? "?";
    const value = text(option, "value");
    if (value !== undefined) return [`${name}=${value}`];
    return [name, ...formatOptions(list(option, "options"), depth + 1)];
  });
}

/** Formats `id=value` of the fields of a form. */
function formatFields(data: unknown): string[] {
  return list(data, "components").flatMap((row) => {
    const inner = at(row, "component");
    const components = inner === undefined ? list(row, "components") : [inner];
    return components.map((component) =>
      `${text(component, "custom_id")}=${text(component, "value") ?? ""}`
    );
  });
}

function shapeInteraction(payload: unknown): Shape {
  const type = INTERACTIONS.get(number(payload, "type") ?? 0) ?? "unknown";
  const data = at(payload, "data");
  const guild = tryId(text(payload, "guild_id"));
  const channel = tryId(text(payload, "channel_id") ?? text(payload, "channel.id"));
  const message = tryId(text(payload, "message.id"));
  const user = at(payload, "member.user") ?? at(payload, "user");
  const actor = tryId(text(user, "id"));
  const path = joinPresent([guild ?? "@me", channel, message], "/");
  return eventShape({
    type: "interaction",
    action: type,
    title: [type.replace("_", " "), channel && `channel ${channel}`, actor && `user ${actor}`],
    lines: [
      ...quoted("command", text(data, "name")),
      ...listed("options", formatOptions(list(data, "options")), MAX_OPTIONS),
      ...quoted("component", text(data, "custom_id")),
      ...listed("chosen", list(data, "values").map((value) => text(value, "")), MAX_OPTIONS),
      ...listed("fields", formatFields(data), MAX_OPTIONS),
      ...quoted("of message", text(payload, "message.content")),
      ...quoted("user name", text(user, "username")),
      ...field("server", guild),
    ],
    url: channel && cleanUrl(`https://discord.com/channels/${path}`),
    actor,
    rule: "only commands, components and forms",
    isWanted: !UNWANTED.has(type),
  });
}

/** Shapes an event such as `APPLICATION_AUTHORIZED`. */
function shapeEvent({ payload }: Delivery): Shape {
  const event = tryIdentifier(text(payload, "event.type"))?.toLowerCase() ?? "event";
  const data = at(payload, "event.data");
  const actor = tryId(text(data, "user.id") ?? text(data, "user_id") ?? text(data, "author.id"));
  const { url: _, ...shape } = shapeGeneric(
    { event, payload: data },
    { rule: "discord: all events" },
  );
  return {
    ...shape,
    title: joinTitle([event.replaceAll("_", " "), actor && `user ${actor}`]),
    lines: [
      ...quoted("text", text(data, "content"), MAX_MESSAGE_CODE_POINTS),
      ...shape.lines.filter(({ key }) => key !== "content"),
    ],
    meta: actor === undefined ? {} : { actor },
  };
}

export const discord: Provider<"discord"> = {
  name: "discord",
  scheme: {
    // Discord signs a timestamp and gives no tolerance for it. Nothing stands between it and the
    // body, so only letters and digits pass for a timestamp.
    proof: {
      type: "ed25519",
      headers: [{ signature: "x-signature-ed25519", timestamp: "x-signature-timestamp" }],
      layout: "whole",
      prefix: "",
      encoding: "hex",
      content: "{timestamp}{body}",
    },
    id: { path: "id" },
    event: {},
    challenge: "discord",
  },
  setup: {
    where: "discord.com/developers > your application > Webhooks",
    urlField: "Endpoint URL",
    secretField: "Public key",
    isSecretTheirs: true,
  },
  sample: ({ nowMs }) => ({
    event: "",
    payload: {
      id: `1000${nowMs}`,
      type: 2,
      channel_id: "100000000000000001",
      data: { name: "test", options: [{ name: "text", value: SAMPLE_TEXT }] },
      user: { id: "100000000000000002", username: "test" },
    },
  }),
  shape(delivery) {
    const isEvent = typeof at(delivery.payload, "event") === "object";
    return isEvent ? shapeEvent(delivery) : shapeInteraction(delivery.payload);
  },
  events: [
    "interaction",
    "application_authorized",
    "application_deauthorized",
    "entitlement_create",
  ],
};
