/**
 * The owner: what the process that holds the port does for all sessions.
 *
 * @module
 */

import { noteUse } from "../../lib/access/changes.ts";
import type { Allowlist } from "../../lib/access/allowlist.ts";
import type { Verdict } from "../../lib/permission/verdict.ts";
import { judgeVerdict } from "../../lib/permission/permission.ts";
import { AccessFileError, type AccessStore } from "../access/store.ts";
import { AuditLog } from "../journal/audit_log.ts";
import { BodyReader } from "../http/body_reader.ts";
import { type Caller, Credentials } from "../access/credentials.ts";
import { Dispatcher } from "../event/dispatcher.ts";
import type { IncomingEvent, SessionLink } from "../event/types.ts";
import { EventStream } from "../http/event_stream.ts";
import { createNonce } from "../feed/proof.ts";
import { FeedServer } from "../feed/server.ts";
import { Gatekeeper } from "../http/gatekeeper.ts";
import { createHttpApp, type HttpApp } from "../http/app.ts";
import type { Poster, Settlement } from "../http/receiver.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import { JournalPruner } from "../journal/pruner.ts";
import type { Logger } from "../runtime/log.ts";
import { formatOrigin } from "../http/peer.ts";
import { SourceBursts } from "../sources/bursts.ts";
import { WebhookRoutes } from "../http/webhook_routes.ts";

/** Options of an {@linkcode Owner}. */
export interface OwnerOptions {
  /** Where everything is kept. */
  readonly keeper: Pick<JournalKeeper, "use" | "isUsable" | "onReplaced">;
  /** The state folder. */
  readonly stateDir: string;
  /** Where problems are reported. */
  readonly log: Logger;
  /** Who was let in. */
  readonly access: Pick<AccessStore, "read" | "update">;
  /** The senders whose `X-Sender` header is trusted, and what they may do. */
  readonly allowlist: Allowlist;
  /** Further names by which the `Host` header may call the server. */
  readonly allowedHosts: readonly string[];
  /** How many posts a minute one sender may make, or one address without a sender; `0` for any. */
  readonly rateLimitPerMinute: number;
  /** Whether permission requests are relayed. */
  readonly relay: boolean;
  /** How many streams there may be. */
  readonly maxStreams: number;
  /** How many of them one sender may have. */
  readonly maxStreamsPerSender: number;
  /** The session for events that name none, where several are open. */
  readonly defaultSession?: string | undefined;
  /** How long events are kept, in milliseconds. */
  readonly retainMs: number;
  /** How many bytes the journal may take. */
  readonly retainBytes: number;
  /** What `GET /healthz` tells of the process. */
  readonly health: Readonly<Record<string, string | number>>;
}

/** How many permission requests are listed. */
const MAX_PERMISSIONS = 50;

/** How often it is written down that a sender was there, in milliseconds. */
const USE_MS = 10 * 60_000;

/** Serves senders and sessions at the port. */
export class Owner {
  readonly #options: OwnerOptions;
  readonly #dispatcher: Dispatcher;
  readonly #credentials: Credentials;
  readonly #audit: AuditLog;
  readonly #stream: EventStream<Caller>;
  readonly #feeds: FeedServer;
  readonly #pruner: JournalPruner;
  readonly #bursts: SourceBursts;
  readonly #bodies = new BodyReader();
  /** Answers the requests that come in at the port. */
  readonly app: HttpApp;

  /** Constructs a new instance, which does nothing before {@linkcode start}. */
  constructor(options: OwnerOptions) {
    const { keeper, log } = options;
    this.#options = options;
    this.#audit = new AuditLog(options);
    this.#credentials = new Credentials(options);
    const gatekeeper = new Gatekeeper({
      credentials: this.#credentials,
      rateLimitPerMinute: options.rateLimitPerMinute,
      audit: this.#audit,
      onUse: (senderId) => this.#noteUse(senderId),
    });
    this.#dispatcher = new Dispatcher(options);
    this.#pruner = new JournalPruner(options);
    this.#stream = new EventStream({
      maxStreams: options.maxStreams,
      maxStreamsPerSender: options.maxStreamsPerSender,
      review: (caller) => this.#credentials.review(caller),
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
    const take = (event: IncomingEvent) => {
      this.#pruner.noteEvent();
      return this.#dispatcher.take(event);
    };
    this.#bursts = new SourceBursts({
      take,
      release: (seqs) => this.#dispatcher.release(seqs),
      withhold: (seqs) => this.#dispatcher.withhold(seqs),
    });
    this.app = createHttpApp({
      access: this.#createAccess(),
      allowedHosts: options.allowedHosts,
      audit: this.#audit,
      gatekeeper,
      sources: new WebhookRoutes({
        ...options,
        bodies: this.#bodies,
        audit: this.#audit,
        take,
        bursts: this.#bursts,
      }),
      bodies: this.#bodies,
      stream: this.#stream,
      feeds: this.#feeds,
      log,
      take,
      settle: (verdict, poster) => this.#settle(verdict, poster),
      permissions: () => keeper.use(({ permissions }) => permissions.list(MAX_PERMISSIONS)),
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
    this.#options.keeper.onReplaced = () => this.#beginAnew();
    this.#dispatcher.start();
    this.#pruner.start();
  }

  /** Takes note of a session of this process, or of one that opened a feed. */
  attach(link: SessionLink): void {
    this.#dispatcher.attach(link);
  }

  /** Takes note that somebody has written to the journal; `0` when it was no session. */
  look(sessionId: number): void {
    this.#stream.pump();
    if (sessionId === 0) {
      this.#credentials.refresh();
      this.#stream.review();
      this.#dispatcher.dispatchStored();
    } else this.#dispatcher.refresh(sessionId);
  }

  /** Ends streams and feeds. Safe to call twice. */
  async stop(): Promise<void> {
    this.#options.keeper.onReplaced = undefined;
    this.#dispatcher.stop();
    this.#feeds.close();
    this.#bodies.close();
    this.#pruner.close();
    this.#bursts.close();
    this.#audit.close();
    await this.#stream.close();
  }

  /** Another journal begins, which knows no session: all of them come again and enter it. */
  #beginAnew(): void {
    this.#feeds.close();
    this.#dispatcher.detachAll();
  }

  /** The access file, such that whoever signs in, or out, is known to have done so at once. */
  #createAccess(): Pick<AccessStore, "read" | "update"> {
    const { access } = this.#options;
    return {
      read: () => access.read(),
      update: async (change) => {
        const outcome = await access.update(change);
        this.#credentials.refresh();
        return outcome;
      },
    };
  }

  /** Gives a request its verdict; a verdict that counts is an event, too, and answered with that. */
  #settle(verdict: Verdict, poster: Poster): Settlement {
    const { requestId, behavior } = verdict;
    const { id: sender, way, peer } = poster;
    const from = formatOrigin(way, peer);
    const now = Date.now();
    const settlement = this.#options.keeper.use((journal) =>
      journal.transaction((): Settlement => {
        const asked = this.#options.relay ? journal.permissions.find(requestId) : [];
        const judgment = judgeVerdict(requestId, asked, now);
        if (!judgment.ok) return judgment;
        const { id, session } = judgment.record;
        if (!journal.permissions.settle(id, { behavior, sender, from, nowMs: now })) {
          return { ok: false, code: "answered", message: `request "${requestId}" was answered` };
        }
        const outbound = { kind: "verdict", request_id: requestId, behavior, sender } as const;
        journal.outbound.insert(outbound, { session, recipient: sender, nowMs: now });
        const entry = { action: "verdict", actor: sender, subject: requestId };
        journal.audit.insert({ ...entry, detail: `${behavior}, ${from}` }, now);
        const seq = this.#dispatcher.nextSeq(journal);
        journal.events.insert({
          seq,
          state: "stored",
          session,
          storedAt: now,
          source: "verdict",
          sender,
          meta: JSON.stringify({ request_id: requestId, behavior }),
          content: "",
        });
        journal.events.change(seq, "answer", now);
        return { ok: true, seq, session };
      })
    );
    if (settlement.ok) {
      this.#dispatcher.wake(settlement.session);
      this.#stream.pump();
    }
    return settlement;
  }

  /** Writes down that a sender is there: not at every post, for each is a new file. */
  #noteUse(id: string): void {
    const state = this.#credentials.access;
    const sender = state.ok ? state.access.senders.find((sender) => sender.id === id) : undefined;
    const nowMs = Date.now();
    if (sender === undefined || nowMs - (sender.last_used_at ?? 0) < USE_MS) return;
    this.#options.access.update((access) => noteUse(access, { id, nowMs })).catch((error) => {
      if (!(error instanceof AccessFileError)) throw error;
      // It can be used all the same; what is wrong with it is said when it is read.
    });
  }
}
