import { Allowlist } from "../../lib/access/allowlist.ts";
import type { PermissionRequest } from "../../lib/permission/permission.ts";
import type { DeliverableEvent } from "../../lib/event/pushed_event.ts";
import type { AuditEntry } from "../../server/journal/audit_table.ts";
import type { SessionLink } from "../../server/event/types.ts";
import { Owner, type OwnerOptions } from "../../server/port/owner.ts";
import { MemoryAccess } from "./_memory_access.ts";
import { MemoryJournal } from "./_memory_journal.ts";
import { createPeer, type FakePeerOptions } from "./_peer.ts";
import { createScratch } from "./_scratch.ts";

/** A permission request of a session. */
export const REQUEST: PermissionRequest = {
  requestId: "abcde",
  toolName: "Bash",
  description: "d",
  inputPreview: "{}",
};

/** Senders whose header is trusted: with both rights, with each one, and with none. */
export const TRUSTED: Allowlist = new Allowlist([
  ["dev", { speak: true, approve: true }],
  ["ci", { speak: true, approve: false }],
  ["approver", { speak: false, approve: true }],
]);

/** The headers of a sender with both rights where {@linkcode TRUSTED} holds. */
export const DEV = { "x-sender": "dev" };

/** The port as it is served, with an access file and a journal in memory, and nothing limited. */
export class Port implements AsyncDisposable {
  /** The journal. */
  readonly memory = new MemoryJournal();
  readonly access = new MemoryAccess();
  /** The lines of the log. */
  readonly logged: string[] = [];
  /** The events that {@linkcode attach} was pushed. */
  readonly pushed: DeliverableEvent[] = [];
  /** The session that {@linkcode attach} has attached. */
  readonly session = { id: 0, reads: true, syncs: 0, verdictSyncs: 0 };
  /** The other end of requests. */
  peer: FakePeerOptions = {};
  readonly owner: Owner;

  /** Constructs a new instance. */
  constructor(options: Partial<OwnerOptions> = {}) {
    const write = (line: string) => void this.logged.push(line);
    this.owner = new Owner({
      keeper: this.memory,
      stateDir: createScratch(),
      port: 8788,
      access: this.access,
      log: { info: write, warn: write },
      allowlist: TRUSTED,
      allowedHosts: [],
      rateLimitPerMinute: 0,
      relay: true,
      maxStreams: 16,
      maxStreamsPerSender: 8,
      retainMs: 1e12,
      retainBytes: 1e12,
      health: { name: "deno-channel", pid: 42 },
      ...options,
    });
    this.owner.start();
  }

  /** Opens a session whose client reads unless it is told not to. */
  attach(): void {
    const { session, pushed } = this;
    session.id = this.memory.startSession();
    const link: SessionLink = {
      sessionId: session.id,
      sync: () => void session.syncs++,
      syncVerdicts: () => void session.verdictSyncs++,
      direct: {
        isReady: true,
        hasRefused: false,
        tryPush(event) {
          if (session.reads) pushed.push(event);
          return session.reads;
        },
      },
    };
    this.owner.attach(link);
  }

  /** Sends a request. */
  async send(
    method: string,
    target: string,
    headers: Readonly<Record<string, string>> = {},
    body: BodyInit | null = null,
  ): Promise<Response> {
    const request = new Request(`http://localhost:8788${target}`, {
      method,
      body,
      headers: { host: "localhost:8788", ...headers },
    });
    return await this.owner.app(request, createPeer({ request, ...this.peer }));
  }

  /** Asks for something. */
  async get(target: string, headers: Readonly<Record<string, string>> = DEV): Promise<Response> {
    return await this.send("GET", target, headers);
  }

  /** Posts a text. */
  async post(
    body: string,
    headers: Readonly<Record<string, string>> = DEV,
    target = "/",
  ): Promise<Response> {
    return await this.send("POST", target, headers, body);
  }

  /** The status of an answer whose body is of no interest. */
  async statusOf(response: Promise<Response>): Promise<number> {
    const { status, body } = await response;
    await body?.cancel();
    return status;
  }

  /** Enters a permission request of the session. */
  ask(request: Partial<PermissionRequest> = {}, ttlMs = 60_000): void {
    const now = Date.now();
    const asked = { ...REQUEST, ...request };
    this.memory.journal.permissions.open(asked, this.session.id, now, now + ttlMs);
  }

  /** The verdicts on what the session has asked, the oldest request first. */
  verdicts(): string[] {
    return this.memory.journal.permissions.list(99)
      .filter(({ session, behavior }) => session === this.session.id && behavior !== undefined)
      .map(({ requestId, behavior }) => `${behavior} ${requestId}`)
      .reverse();
  }

  /** The rows of the audit, the oldest first, without their times. */
  audit(): Required<AuditEntry>[] {
    return this.memory.journal.audit.list(1000).map(({ at: _, ...entry }) => entry).reverse();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.owner.stop();
    this.memory[Symbol.dispose]();
  }
}

/** The status and the text of an answer. */
export async function textOf(response: Response): Promise<[number, string]> {
  return [response.status, await response.text()];
}
