/**
 * The owner: what the process that holds the port does for all sessions.
 *
 * @module
 */

import type { Allowlist } from "../lib/allowlist.ts";
import type { Verdict } from "../lib/parse_verdict.ts";
import { judgeVerdict } from "../lib/permission.ts";
import { BodyReader } from "./body_reader.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { SessionLink } from "./event_intake.ts";
import { EventStream } from "./event_stream.ts";
import { createNonce } from "./feed_proof.ts";
import { FeedServer } from "./feed_server.ts";
import { createHttpApp, type HttpApp } from "./http_app.ts";
import type { Settlement } from "./http_receiver.ts";
import type { JournalKeeper } from "./journal_keeper.ts";
import { JournalPruner } from "./journal_pruner.ts";
import type { Logger } from "./log.ts";

/** Options of an {@linkcode Owner}. */
export interface OwnerOptions {
  /** Where everything is kept. */
  readonly keeper: Pick<JournalKeeper, "use" | "isUsable" | "mayReplace">;
  /** Where problems are reported. */
  readonly log: Logger;
  /** Who may speak and approve. */
  readonly allowlist: Allowlist;
  /** Whether permission requests are relayed. */
  readonly relay: boolean;
  /** How many streams there may be. */
  readonly maxStreams: number;
  /** The session for events that name none, where several are open. */
  readonly defaultSession?: string | undefined;
  /** How long events are kept, in milliseconds. */
  readonly retainMs: number;
  /** How many bytes the journal may take. */
  readonly retainBytes: number;
  /** What `GET /healthz` tells of the process. */
  readonly health: Readonly<Record<string, string | number>>;
}

/** Serves senders and sessions at the port. */
export class Owner {
  readonly #options: OwnerOptions;
  readonly #dispatcher: Dispatcher;
  readonly #stream: EventStream;
  readonly #feeds: FeedServer;
  readonly #pruner: JournalPruner;
  readonly #bodies = new BodyReader();
  /** Answers the requests that come in at the port. */
  readonly app: HttpApp;

  /** Constructs a new instance, which does nothing before {@linkcode start}. */
  constructor(options: OwnerOptions) {
    const { keeper, log, allowlist, maxStreams } = options;
    this.#options = options;
    this.#dispatcher = new Dispatcher(options);
    this.#pruner = new JournalPruner(options);
    this.#stream = new EventStream({
      maxStreams,
      source: {
        lastId: () => keeper.use(({ outbound }) => outbound.lastId()),
        after: (id, limit) => keeper.use(({ outbound }) => outbound.after(id, limit)),
      },
    });
    this.#feeds = new FeedServer({
      secret: () => keeper.use((journal) => journal.secret(createNonce)),
      attach: (link) => this.attach(link),
      detach: (link) => this.#dispatcher.detach(link),
      lose: () => this.#dispatcher.endAbsent(),
      look: (sessionId) => this.look(sessionId),
    });
    this.app = createHttpApp({
      allowlist,
      bodies: this.#bodies,
      stream: this.#stream,
      feeds: this.#feeds,
      log,
      take: (event) => {
        this.#pruner.noteEvent();
        return this.#dispatcher.take(event);
      },
      settle: (verdict, sender) => this.#settle(verdict, sender),
      findEvent: (seq) => keeper.use(({ events }) => events.get(seq)),
      sessions: () => this.#dispatcher.sessions,
      health: () => ({
        ...options.health,
        journal: keeper.isUsable ? "ok" : "unusable",
        streams: this.#stream.size,
        sessions: this.#dispatcher.sessions.length,
        deaf_sessions: this.#dispatcher.sessions.filter(({ isDeaf }) => isDeaf).length,
      }),
    });
  }

  /** Begins: this process holds the port now. */
  start(): void {
    this.#options.keeper.mayReplace = true;
    this.#dispatcher.start();
  }

  /** Takes note of a session of this process, or of one that opened a feed. */
  attach(link: SessionLink): void {
    this.#dispatcher.attach(link);
  }

  /** Takes note that somebody has written to the journal; `0` when it was no session. */
  look(sessionId: number): void {
    this.#stream.pump();
    if (sessionId === 0) this.#dispatcher.dispatchStored();
    else this.#dispatcher.refresh(sessionId);
  }

  /** Ends streams and feeds. Safe to call twice. */
  async stop(): Promise<void> {
    this.#options.keeper.mayReplace = false;
    this.#dispatcher.stop();
    this.#feeds.close();
    this.#bodies.close();
    this.#pruner.close();
    await this.#stream.close();
  }

  /** Gives a request its verdict; a verdict that counts is an event, too, and answered with that. */
  #settle(verdict: Verdict, sender: string): Settlement {
    const { requestId, behavior } = verdict;
    const now = Date.now();
    const settlement = this.#options.keeper.use((journal) =>
      journal.transaction((): Settlement => {
        const asked = this.#options.relay ? journal.permissions.find(requestId) : [];
        const judgment = judgeVerdict(requestId, asked, now);
        if (!judgment.ok) return judgment;
        const { id, session } = judgment.record;
        journal.permissions.settle(id, behavior, sender, now);
        const outbound = { kind: "verdict", request_id: requestId, behavior, sender } as const;
        journal.outbound.insert(outbound, session, now);
        const seq = this.#dispatcher.nextSeq(journal);
        journal.events.insert({
          seq,
          state: "answered",
          session,
          storedAt: now,
          source: "verdict",
          sender,
          meta: JSON.stringify({ request_id: requestId, behavior }),
          content: "",
        });
        return { ok: true, seq, session };
      })
    );
    if (settlement.ok) {
      this.#dispatcher.wake(settlement.session);
      this.#stream.pump();
    }
    return settlement;
  }
}
