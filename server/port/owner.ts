import { noteUse } from "../../lib/access/changes.ts";
import type { Allowlist } from "../../lib/access/allowlist.ts";
import { AccessFileError, type AccessStore } from "../access/store.ts";
import { AuditLog } from "../journal/audit_log.ts";
import { BodyReader } from "../http/body_reader.ts";
import type { Caller } from "../access/credentials.ts";
import { Dispatcher } from "../event/dispatcher.ts";
import { settleVerdict } from "../event/settle_verdict.ts";
import type { IncomingEvent, SessionLink } from "../event/types.ts";
import { EventStream } from "../http/event_stream.ts";
import { createNonce } from "../feed/proof.ts";
import { FeedServer } from "../feed/server.ts";
import { Gatekeeper } from "../http/gatekeeper.ts";
import { createHttpApp, type HttpApp } from "../http/app.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import { HOSTNAME } from "../../lib/http/loopback.ts";
import { JournalPruner } from "../journal/pruner.ts";
import type { Logger } from "../runtime/log.ts";
import { formatOrigin } from "../http/peer.ts";
import { SourceBursts } from "../sources/bursts.ts";
import { WebhookRoutes } from "../http/webhook_routes.ts";

/** Options of an {@linkcode Owner}. */
export interface OwnerOptions {
  readonly keeper: Pick<
    JournalKeeper,
    "read" | "write" | "secret" | "refresh" | "isUsable" | "onReplaced"
  >;
  readonly stateDir: string;
  /** The port on 127.0.0.1. */
  readonly port: number;
  readonly log: Logger;
  readonly access: Pick<AccessStore, "read" | "update">;
  /** The senders whose `X-Sender` header is trusted, and their rights. */
  readonly allowlist: Allowlist;
  /** Further names by which the `Host` header may call the server. */
  readonly allowedHosts: readonly string[];
  /** The most posts a minute of one sender, or of one address without a sender; `0` for any. */
  readonly rateLimitPerMinute: number;
  /** `false` where permission requests are not relayed. */
  readonly relay: boolean;
  readonly maxStreams: number;
  readonly maxStreamsPerSender: number;
  /** The session for events that name none, where several are open. */
  readonly defaultSession?: string | undefined;
  /** The age of the oldest events, in milliseconds. */
  readonly retainMs: number;
  /** The size of the journal, in bytes. */
  readonly retainBytes: number;
  /** The facts about the process in the answer of `GET /healthz`. */
  readonly health: Readonly<Record<string, string | number>>;
}

/** The most permission requests that are listed. */
const MAX_PERMISSIONS = 50;

/** The least time between two updates of a sender's `last_used_at`, in milliseconds. */
const USE_MS = 10 * 60_000;

/** Serves senders and sessions in the process that owns the port. */
export class Owner {
  readonly #options: OwnerOptions;
  readonly #dispatcher: Dispatcher;
  readonly #gatekeeper: Gatekeeper;
  readonly #audit: AuditLog;
  readonly #stream: EventStream<Caller>;
  readonly #feeds: FeedServer;
  readonly #pruner: JournalPruner;
  readonly #bursts: SourceBursts;
  readonly #bodies = new BodyReader();
  readonly app: HttpApp;
  #hasMetEarlierVersion = false;

  constructor(options: OwnerOptions) {
    const { keeper, log } = options;
    this.#options = options;
    this.#audit = new AuditLog(options);
    this.#gatekeeper = new Gatekeeper({
      access: options.access,
      allowlist: options.allowlist,
      rateLimitPerMinute: options.rateLimitPerMinute,
      audit: this.#audit,
      onUse: (senderId) => this.#noteUse(senderId),
    });
    this.#dispatcher = new Dispatcher(options);
    this.#pruner = new JournalPruner(options);
    this.#stream = new EventStream({
      maxStreams: options.maxStreams,
      maxStreamsPerSender: options.maxStreamsPerSender,
      review: (caller) => this.#gatekeeper.review(caller),
      source: {
        lastId: () => keeper.read(({ outbound }) => outbound.lastId()),
        after: (id, limit) => keeper.read(({ outbound }) => outbound.after(id, limit)),
      },
    });
    this.#feeds = new FeedServer({
      secret: () => {
        // A session that has entered another file knows another secret.
        keeper.refresh();
        return keeper.secret(createNonce);
      },
      address: `${HOSTNAME}:${options.port}`,
      attach: (link) => this.attach(link),
      detach: (link) => this.#dispatcher.detach(link),
      lose: () => this.#dispatcher.endAbsent(),
      sync: (sessionId) => this.sync(sessionId),
      noteEarlierVersion: () => this.#noteEarlierVersion(),
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
      gatekeeper: this.#gatekeeper,
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
      settle: (verdict, { id: sender, way, peer }) => {
        const given = { ...verdict, sender, from: formatOrigin(way, peer) };
        const { relay } = options;
        const settlement = settleVerdict(given, { keeper, dispatcher: this.#dispatcher, relay });
        if (settlement.ok) this.#stream.pump();
        return settlement;
      },
      permissions: () => keeper.read(({ permissions }) => permissions.list(MAX_PERMISSIONS)),
      findEvent: (seq) => keeper.read(({ events }) => events.get(seq)),
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

  /** Begins once this process has the port. */
  start(): void {
    this.#options.keeper.onReplaced = () => this.#beginAnew();
    this.#dispatcher.start();
    this.#pruner.start();
  }

  /** Attaches a session of this process, or one that opened a feed. */
  attach(link: SessionLink): void {
    this.#dispatcher.attach(link);
  }

  /** Reads the journal again after a session has written to it, or, with `0`, another process. */
  sync(sessionId: number): void {
    this.#stream.pump();
    if (sessionId === 0) {
      this.#gatekeeper.refresh();
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

  /** Makes all sessions come again and enter the new journal, which knows none of them. */
  #beginAnew(): void {
    this.#feeds.close();
    this.#dispatcher.detachAll();
  }

  /** Logs once that a session of an earlier version gets no news, since it might ask for ever. */
  #noteEarlierVersion(): void {
    if (this.#hasMetEarlierVersion) return;
    this.#hasMetEarlierVersion = true;
    this.#options.log.warn(
      "A session of an earlier version is open and gets no events from this one: " +
        "open it again. Its events stay stored",
    );
  }

  /** Hands out the access file such that a sender that signs in or out is known at once. */
  #createAccess(): Pick<AccessStore, "read" | "update"> {
    const { access } = this.#options;
    return {
      read: () => access.read(),
      update: async (change) => {
        const outcome = await access.update(change);
        this.#gatekeeper.refresh();
        return outcome;
      },
    };
  }

  /** Updates `last_used_at` at most every 10 min, because each update rewrites the file. */
  #noteUse(id: string): void {
    const state = this.#gatekeeper.access;
    const sender = state.ok ? state.access.senders.find((sender) => sender.id === id) : undefined;
    const nowMs = Date.now();
    if (sender === undefined || nowMs - (sender.last_used_at ?? 0) < USE_MS) return;
    this.#options.access.update((access) => noteUse(access, { id, nowMs })).catch((error) => {
      if (!(error instanceof AccessFileError)) throw error;
      // The sender gets in all the same; the fault of the file is reported when it is read.
    });
  }
}
