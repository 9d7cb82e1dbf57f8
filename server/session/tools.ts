import { createAckTool } from "../../lib/channel/ack_tool.ts";
import type { ChannelTool } from "../../lib/channel/define_tool.ts";
import { formatEventId, tryParseChatId } from "../../lib/event/event_id.ts";
import type { EventRecord } from "../../lib/event/event_record.ts";
import { createInboxTool, type InboxQuery } from "../../lib/channel/inbox_tool.ts";
import { createReadEventTool } from "../../lib/channel/read_event_tool.ts";
import type { Outbound } from "../../lib/event/outbound.ts";
import type { Reply } from "../../lib/event/reply.ts";
import { createReplyTool } from "../../lib/channel/reply_tool.ts";
import { formatFooter, withFooter } from "../../lib/channel/tool_footer.ts";
import { MAX_OPEN_COUNT } from "../journal/event_table.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import type { OutboundContext } from "../journal/outbound_table.ts";
import type { SessionAgent } from "./agent.ts";

/** Options of {@linkcode createSessionTools}. */
interface SessionToolsOptions {
  readonly keeper: Pick<JournalKeeper, "read" | "write">;
  readonly agent: Pick<SessionAgent, "sessionId" | "noteCall" | "isDeaf" | "pushedUnseen">;
  /** Tells the owner of the port that the journal has news. */
  readonly notifyOwner: () => void;
}

/** The most open events that the end of a result names. */
const NAMED_EVENTS = 5;

/** The most ended sessions whose events the inbox lists. */
const MAX_SESSIONS = 50;

/** Lists the chats and events that the arguments of a call name. */
function idsOf(args: unknown): string[] {
  const { chat_id, event_id, event_ids } = Object(args) as Record<string, unknown>;
  return [chat_id, event_id, ...(Array.isArray(event_ids) ? event_ids : [])]
    .filter((id) => typeof id === "string");
}

/** Creates the tools `reply`, `inbox`, `read_event` and `ack` of a session, which work on the journal. */
export function createSessionTools(options: SessionToolsOptions): ChannelTool[] {
  const { keeper, agent, notifyOwner } = options;

  function tell(journal: Journal, outbound: Outbound, context: Omit<OutboundContext, "session">) {
    journal.outbound.insert(outbound, { ...context, session: agent.sessionId });
  }

  /** Changes an event and tells the listeners; returns whether there is such an event. */
  function close(journal: Journal, seq: number, change: "see" | "answer", nowMs: number): boolean {
    const recipient = journal.events.senderOf(seq);
    if (recipient !== undefined && journal.events.change(seq, change, nowMs)) {
      const state = change === "see" ? "seen" : "answered";
      const status = { kind: "status", event_id: formatEventId(seq), state } as const;
      tell(journal, status, { recipient, nowMs });
    }
    return recipient !== undefined;
  }

  /** Closes the request of this call: one that waited for approval was approved at the terminal. */
  function closePermission(name: string, args: unknown): void {
    const nowMs = Date.now();
    const call = { session: agent.sessionId, name, ids: idsOf(args), nowMs };
    try {
      // Most calls have no request. They only read, because a write would wait for other writers.
      const asked = keeper.read(({ permissions }) => permissions.findCalled(call));
      if (asked === undefined) return;
      const state = "answered elsewhere";
      act((journal) => {
        if (!journal.permissions.close(asked.id, nowMs)) return;
        const status = { kind: "status", request_id: asked.requestId, state } as const;
        tell(journal, status, { recipient: null, nowMs });
      });
    } catch {
      // The keeper has reported it; the call itself fails, too, where it needs the journal.
    }
  }

  /** Runs a call as one transaction, and tells the owner of the port. */
  function act<T>(run: (journal: Journal, now: number) => T): T {
    const result = keeper.write((journal) => journal.transaction(() => run(journal, Date.now())));
    notifyOwner();
    return result;
  }

  function reply({ chatId, text, replyTo }: Reply): void {
    act((journal, now) => {
      const answered = [tryParseChatId(chatId), replyTo].filter((seq) => seq !== undefined);
      const data = { chat_id: chatId, text };
      const to = replyTo === undefined ? {} : { reply_to: formatEventId(replyTo) };
      const [chat] = answered;
      const recipient = chat === undefined ? null : journal.events.senderOf(chat) ?? null;
      tell(journal, { kind: "reply", ...data, ...to }, { recipient, nowMs: now });
      const isKnown = answered.map((seq) => close(journal, seq, "answer", now)).includes(true);
      agent.noteCall(journal, isKnown);
    });
  }

  /** Lists this session, `null` for none, and the newest of the ended sessions that left such events. */
  function sessionsOfInbox(journal: Journal, { states }: InboxQuery): (number | null)[] {
    const always = new Set([agent.sessionId, null]);
    const left = new Set(states.flatMap((state) => journal.events.sessionsOf(state)));
    const ended = [...left].filter((id) => id !== null)
      .sort((a, b) => b - a)
      .values()
      .filter((id) => !always.has(id) && journal.sessions.get(id)?.endedAt !== null)
      .take(MAX_SESSIONS);
    return [...always, ...ended];
  }

  function list(query: InboxQuery) {
    return act((journal) => {
      agent.noteCall(journal, false);
      return journal.events.list({ ...query, sessions: sessionsOfInbox(journal, query) });
    });
  }

  function read(seq: number): EventRecord | undefined {
    return act((journal, now) => {
      agent.noteCall(journal, close(journal, seq, "see", now));
      return journal.events.get(seq);
    });
  }

  function acknowledge(seq: number, note: string | undefined): boolean {
    return act((journal, now) => {
      const isKnown = close(journal, seq, "see", now);
      if (isKnown && note !== undefined) journal.events.annotate(seq, note);
      agent.noteCall(journal, isKnown);
      return isKnown;
    });
  }

  function footer(): string[] {
    const { count, oldest } = keeper.read(({ events }) =>
      events.open(agent.sessionId, NAMED_EVENTS)
    );
    const unheard = agent.isDeaf ? agent.pushedUnseen : 0;
    return formatFooter({ count, maxCount: MAX_OPEN_COUNT, oldest, unheard });
  }

  const tools = [
    createReplyTool(reply),
    createInboxTool({ list, now: Date.now }),
    createReadEventTool({ read, readRaw: (seq) => keeper.read(({ events }) => events.raw(seq)) }),
    createAckTool({ close: acknowledge }),
  ];
  return tools.map((tool) => withFooter(tool, footer)).map((tool) => ({
    ...tool,
    call(args) {
      closePermission(tool.name, args);
      return tool.call(args);
    },
  }));
}
