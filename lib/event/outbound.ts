/**
 * The messages to the listeners of the stream.
 *
 * @module
 */

import type { ChatScope } from "../access/access_file.ts";
import type { EventState } from "./event_state.ts";
import { formatPrompt } from "../permission/format_prompt.ts";
import { formatReply } from "./reply.ts";
import type { Behavior } from "../permission/verdict.ts";
import type { PermissionState } from "../permission/permission.ts";

/** A message to the listeners. */
export type Outbound =
  | {
    readonly kind: "reply";
    readonly chat_id: string;
    readonly text: string;
    readonly reply_to?: string;
  }
  | {
    readonly kind: "prompt";
    readonly request_id: string;
    readonly tool_name: string;
    readonly description: string;
    readonly input_preview: string;
    readonly expires_at: number;
  }
  | {
    readonly kind: "verdict";
    readonly request_id: string;
    readonly behavior: Behavior;
    readonly sender: string;
  }
  | { readonly kind: "status"; readonly event_id: string; readonly state: EventState }
  | { readonly kind: "status"; readonly request_id: string; readonly state: PermissionState };

/** A message of the journal. */
export interface OutboundMessage {
  /** The number after which a listener resumes. */
  readonly id: number;
  /** The time in milliseconds since the epoch. */
  readonly at: number;
  /** The sender whose event it is about, `null` for none. */
  readonly recipient: string | null;
  readonly outbound: Outbound;
}

/** A listener, with the rights that decide which messages it sees. */
export interface Audience {
  /** The sender that listens. */
  readonly id: string;
  /** `all` when it also sees messages to others. */
  readonly chats: ChatScope;
  /** `true` when it may answer permission requests, and so sees them. */
  readonly approves: boolean;
}

/** Returns whether a listener may see a message: prompts as an approver, others as their sender. */
export function isFor({ outbound, recipient }: OutboundMessage, audience: Audience): boolean {
  if ("request_id" in outbound) return audience.approves;
  return audience.chats === "all" || recipient === audience.id;
}

/** The format of the stream: `plain` for people, `json` for programs. */
export type StreamFormat = "plain" | "json";

/** A message of the stream: the fields of a server-sent event. */
interface StreamMessage {
  /** The kind; plain messages have none. */
  readonly event?: string;
  /** The number to resume after; plain messages have none. */
  readonly id?: number;
  /** The text. */
  readonly data: string;
}

/** Formats a message for people, who see replies and prompts only. */
function formatPlain(message: Outbound): string | undefined {
  if (message.kind === "reply") {
    return formatReply({ chatId: message.chat_id, text: message.text });
  }
  if (message.kind === "prompt") {
    return formatPrompt({
      requestId: message.request_id,
      toolName: message.tool_name,
      description: message.description,
      inputPreview: message.input_preview,
    });
  }
  return undefined;
}

/** Formats a message for the stream; `undefined` when this format does not show it. */
export function toStreamMessage(
  message: OutboundMessage,
  format: StreamFormat,
): StreamMessage | undefined {
  const { id, at, outbound } = message;
  if (format === "plain") {
    const data = formatPlain(outbound);
    return data === undefined ? undefined : { data };
  }
  const { kind, ...fields } = outbound;
  return { event: kind, id, data: JSON.stringify({ id, at, ...fields }) };
}
