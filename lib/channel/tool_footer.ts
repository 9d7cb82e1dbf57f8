import type { ChannelTool } from "./define_tool.ts";
import { formatEventId } from "../event/event_id.ts";

/** The open events, as the last lines of every tool result tell them. */
export interface OpenEvents {
  /** The number of open events, up to `maxCount`. */
  readonly count: number;
  readonly maxCount: number;
  /** The sequence numbers of the oldest of them. */
  readonly oldest: readonly number[];
  /** The number of events that a deaf session was pushed; 0 for a session that hears. */
  readonly unheard: number;
}

/** Formats the open events as no line, one or two. */
export function formatFooter({ count, maxCount, oldest, unheard }: OpenEvents): string[] {
  const ids = [...oldest.map(formatEventId), ...(count > oldest.length ? ["…"] : [])].join(", ");
  const number = count >= maxCount ? `${maxCount} or more` : String(count);
  const open = `${number} event${count === 1 ? "" : "s"} unanswered: ${ids}`;
  const deaf = `None of the ${unheard} events that were pushed to this session was shown to be ` +
    "seen. Use inbox to list them";
  return [...(count > 0 ? [open] : []), ...(unheard > 0 ? [deaf] : [])];
}

/**
 * Adds lines to every result of a tool.
 *
 * @param footer Creates the lines after each call; where it throws, the result stays as it is.
 */
export function withFooter(tool: ChannelTool, footer: () => readonly string[]): ChannelTool {
  return {
    ...tool,
    async call(args) {
      const result = await tool.call(args);
      try {
        return { ...result, text: [result.text, ...footer()].join("\n") };
      } catch {
        // The call has had its effect: an error would make the model repeat it.
        return result;
      }
    },
  };
}
