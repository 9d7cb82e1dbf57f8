/** The parameters of a `notifications/claude/channel` notification. */
export interface ChannelEvent {
  /** The body of the tag. */
  readonly content: string;
  /** The attributes of the tag. */
  readonly meta?: Readonly<Record<string, string>>;
}

/**
 * Formats an event as Claude sees it.
 *
 * @param source The name under which the client knows the server.
 * @param event The event as it was sent, cleaned and sanitized.
 *
 * @example Usage
 * ```ts
 * import { formatChannelTag } from "@deno-channel/deno-channel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatChannelTag("webhook", { content: "build failed", meta: { severity: "high" } }),
 *   '<channel source="webhook" severity="high">build failed</channel>',
 * );
 * ```
 */
export function formatChannelTag(source: string, event: ChannelEvent): string {
  const attributes = Object.entries(event.meta ?? {})
    .map(([key, value]) => ` ${key}="${value}"`)
    .join("");
  return `<channel source="${source}"${attributes}>${event.content}</channel>`;
}
