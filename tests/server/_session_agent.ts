import type { ChannelEvent } from "../../lib/event/format_channel_tag.ts";
import {
  type AgentChannel,
  SessionAgent,
  type SessionAgentOptions,
} from "../../server/session/agent.ts";
import { MemoryJournal } from "./_memory_journal.ts";

/** A permission request. */
export const REQUEST = {
  requestId: "abcde",
  toolName: "Bash",
  description: "d",
  inputPreview: "{}",
};

/** An agent in a journal in memory, whose client reads unless it is told not to. */
export function createFixture(options: Partial<SessionAgentOptions> = {}) {
  const memory = new MemoryJournal();
  const { journal } = memory;
  const written: ChannelEvent[] = [];
  const verdicts: string[] = [];
  const logged: string[] = [];
  const client = { reads: true, isWaiting: false, notified: 0, onRefused: () => {} };
  /** Takes what is sent, or refuses it. */
  const take = (keep: () => void): boolean => {
    const { reads } = client;
    if (reads) keep();
    else client.onRefused();
    return reads;
  };
  const channel: AgentChannel = {
    get isWaiting() {
      return client.isWaiting;
    },
    tryPushCleaned: (event) => take(() => written.push(event)),
    tryPermit: (requestId, behavior) => take(() => verdicts.push(`${behavior} ${requestId}`)),
  };
  const agent = new SessionAgent({
    keeper: memory,
    identify: () => ({ key: "key", project: "web", repository: null, pid: 1 }),
    log: { info: (line) => void logged.push(line), warn: (line) => void logged.push(line) },
    notifyOwner: () => void client.notified++,
    permissionExpiryMs: 60_000,
    ...options,
  });
  let seq = 0;
  return {
    memory,
    journal,
    agent,
    begin: () => agent.begin(channel),
    client,
    written,
    verdicts,
    logged,
    store(count: number, storedAt = Date.now() + 1000, session = agent.sessionId) {
      const base = { source: "text", sender: "dev", meta: '{"path":"/"}' };
      for (let i = 0; i < count; i++) {
        const content = `event ${++seq}`;
        journal.events.insert({ ...base, seq, state: "stored", session, storedAt, content });
      }
    },
    /** Allows what the session has asked. */
    allow(requestId: string) {
      const [found] = journal.permissions.find(requestId);
      const verdict = {
        behavior: "allow",
        sender: "dev",
        from: "token from ::1",
        nowMs: 1,
      } as const;
      journal.permissions.settle(found?.id ?? 0, verdict);
    },
    contents: () => written.map(({ content }) => content.split("\n")[0]),
    [Symbol.dispose]() {
      agent.close();
      memory[Symbol.dispose]();
    },
  };
}
