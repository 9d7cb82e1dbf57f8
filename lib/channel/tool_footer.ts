import type { ChannelTool } from "./define_tool.ts";
import { formatEventId } from "../event/event_id.ts";

/** What is still to do, as the last lines of every tool result say it. */
export interface OpenEvents {
  /** How many events are open; more than `maxCount` are not counted. */
  readonly count: number;
  /** The most that are counted. */
  readonly maxCount: number;
  /** The sequence numbers of the oldest of them. */
  readonly oldest: readonly number[];
  /** How many events were pushed to a session that has shown none seen, if that is many; or 0. */
  readonly unheard: number;
}

/** Formats what is still to do, as no line, one or two. */
export function formatFooter({ count, maxCount, oldest, unheard }: OpenEvents): string[] {
  const ids = [...oldest.map(formatEventId), ...(count > oldest.length ? ["…"] : [])].join(", ");
  const number = count >= maxCount ? `${maxCount} or more` : String(count);
  const open = `${number} event${count === 1 ? "" : "s"} unanswered: ${ids}`;
  const deaf = `None of the ${unheard} events that were pushed to this session was shown to be ` +
    "seen. Use inbox to list them";
  return [...(count > 0 ? [open] : []), ...(unheard > 0 ? [deaf] : [])];
}

/**
 * Ends every result of a tool with what is still to do.
 *
 * @param tool The tool.
 * @param footer The lines, asked for after each call; where it throws, the result stays as it is.
 */
export function withFooter(tool: ChannelTool, footer: () => readonly string[]): ChannelTool {
  return {
    ...tool,
    async call(args) {
      const result = await tool.call(args);
      try {
        return { ...result, text: [result.text, ...footer()].join("\n") };
      } catch {
        // What the call did is done: an error would have the model do it again.
        return result;
      }
    },
  };
}
