import { createTokenProof } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_TEXT } from "../provider.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { eventShape } from "../shape/event_shape.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { field, quoted } from "../shape/lines.ts";
import { at, text } from "../shape/payload.ts";

/** The longest message in code points; Telegram allows 4,096. */
const MAX_MESSAGE_CODE_POINTS = 800;

/** Updates that are messages to the bot. */
const WANTED: ReadonlySet<string> = new Set([
  "message",
  "channel_post",
  "business_message",
  "callback_query",
]);

/**
 * Contents of a message besides text. Only their kind is shown, because a contact or a place is
 * private.
 */
const ATTACHMENTS: readonly string[] = [
  "animation",
  "audio",
  "contact",
  "dice",
  "document",
  "location",
  "photo",
  "poll",
  "sticker",
  "video",
  "video_note",
  "voice",
];

const ID_REGEXP = /^-?\d{1,20}$/;

/** The names that Telegram itself gives out. */
const USERNAME_REGEXP = /^[A-Za-z0-9_]{4,32}$/;

/** The ids of supergroups and channels in the Bot API; addresses have the digits in parentheses. */
const SUPERGROUP_REGEXP = /^-100(\d{5,15})$/;

function matching(value: string | undefined, pattern: RegExp): string | undefined {
  return value !== undefined && pattern.test(value) ? value : undefined;
}

/** Returns the address of a message; private chats and small groups have none. */
function urlOf(message: unknown): string | undefined {
  const id = matching(text(message, "message_id"), ID_REGEXP);
  const [, supergroup] = SUPERGROUP_REGEXP.exec(text(message, "chat.id") ?? "") ?? [];
  if (id === undefined || supergroup === undefined) return undefined;
  const name = matching(text(message, "chat.username"), USERNAME_REGEXP) ?? `c/${supergroup}`;
  return cleanUrl(`https://t.me/${name}/${id}`);
}

/**
 * Telegram bots.
 *
 * Source of the rules: https://core.telegram.org/bots/api#update
 */
export const telegram: Provider<"telegram"> = {
  name: "telegram",
  scheme: {
    proof: createTokenProof("x-telegram-bot-api-secret-token"),
    id: { path: "update_id" },
    event: {},
  },
  setup: {
    where: "A call of the method setWebhook of the Bot API",
    urlField: "url",
    secretField: "secret_token",
  },
  sample: ({ nowMs }) => ({
    event: "",
    payload: {
      update_id: nowMs,
      message: {
        message_id: 1,
        date: Math.floor(nowMs / 1000),
        chat: { id: 1, type: "private" },
        from: { id: 1, is_bot: false, first_name: "Test" },
        text: SAMPLE_TEXT,
      },
    },
  }),
  shape({ payload }) {
    const keys = typeof payload === "object" && payload !== null ? Object.keys(payload) : [];
    const key = keys.find((name) => name !== "update_id") ?? "";
    const event = tryIdentifier(key) ?? "update";
    const update = at(payload, key);
    const message = event === "callback_query" ? at(update, "message") : update;
    const sender = at(update, "from");
    const chat = matching(text(message, "chat.id"), ID_REGEXP);
    const actor = matching(text(sender, "id"), ID_REGEXP);
    const name = [text(sender, "first_name"), text(sender, "last_name")].filter(Boolean).join(" ");
    const isByBot = at(sender, "is_bot") === true;
    const attachments = ATTACHMENTS.filter((kind) => at(message, kind) !== undefined);
    const said = text(update, "text") ?? text(update, "caption");
    return eventShape({
      type: event,
      title: [event.replaceAll("_", " "), chat && `chat ${chat}`, actor && `user ${actor}`],
      lines: [
        ...quoted("text", said, MAX_MESSAGE_CODE_POINTS),
        ...quoted("data", text(update, "data")),
        ...field("with", attachments.join(", ")),
        ...quoted("from", name),
        ...quoted("user name", text(sender, "username")),
        ...quoted("chat", text(message, "chat.title")),
        ...field("message", matching(text(message, "message_id"), ID_REGEXP)),
        ...quoted("answers", text(message, "reply_to_message.text")),
      ],
      url: urlOf(message),
      actor,
      rule: "only messages, posts and buttons, of people",
      isWanted: WANTED.has(event) && !isByBot,
    });
  },
  events: [...WANTED, "edited_message"],
};
