import { assert } from "@std/assert";
import type { EventRecord } from "../../lib/event/event_record.ts";
import { BodyReader } from "../../server/http/body_reader.ts";
import type { IncomingEvent } from "../../server/event/types.ts";
import { EventIntake } from "../../server/event/intake.ts";
import type { Journal } from "../../server/journal/journal.ts";
import type { OwnerOptions } from "../../server/port/owner.ts";
import {
  createReceivers,
  type WebhookReceiver,
  type WebhookReceiverOptions,
} from "../../server/http/webhook_receiver.ts";
import { sourcesPathOf } from "../../server/state/folder.ts";
import {
  bytesOf,
  configOf,
  type DeliveryDraft,
  signedHeaders,
  type SourceDrafts,
} from "../_signed_delivery.ts";
import type { MemoryJournal } from "./_memory_journal.ts";
import { createPeer } from "./_peer.ts";
import { Port } from "./_port.ts";
import { createScratch } from "./_scratch.ts";

/** An answer as it is written in tests: `200 ok`. */
async function show(response: Response): Promise<string> {
  const isRepeated = response.headers.get("x-duplicate") === "true";
  return `${response.status} ${await response.text()}${isRepeated ? ", repeated" : ""}`;
}

/** An event with its body. */
export interface EventRow extends EventRecord {
  /** The body as it was sent, where it is kept. */
  readonly raw: Uint8Array | undefined;
}

/** The events of a journal, the oldest first. */
export function rowsOf({ events }: Journal): EventRow[] {
  return events.list({ limit: 1000 }).flatMap(({ seq }) => {
    const event = events.get(seq);
    return event === undefined ? [] : { ...event, raw: events.raw(seq) };
  }).reverse();
}

/** The port with sources. */
export class SourcePort extends Port {
  readonly #drafts: SourceDrafts;
  readonly #stateDir: string;

  constructor(drafts: SourceDrafts, options: Partial<OwnerOptions> = {}) {
    const stateDir = createScratch();
    super({ stateDir, ...options });
    this.#stateDir = stateDir;
    this.#drafts = drafts;
    this.configure(configOf(drafts));
  }

  /** Writes the configuration. */
  configure(text: string): void {
    Deno.writeTextFileSync(sourcesPathOf(this.#stateDir), text);
  }

  /** Delivers a body, signed, to the source of a name; returns the answer as text. */
  async deliver(name: string, body: unknown, draft: DeliveryDraft = {}): Promise<string> {
    const source = this.#drafts[name];
    assert(source !== undefined, name);
    const bytes = bytesOf(body);
    const headers = await signedHeaders(source, bytes, { secret: source.secrets?.[0], ...draft });
    return await this.sendTo(name, bytes, headers);
  }

  /** Sends bytes to the source of a name as they are. */
  async sendTo(
    name: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>>,
  ): Promise<string> {
    return await show(await this.send("POST", `/${name}`, headers, body));
  }

  /** Opens a session of a repository that is only woken; returns its number. */
  open(project: string, repository: string | null): number {
    const session = { key: crypto.randomUUID(), project, repository, pid: 1 };
    const sessionId = this.memory.journal.sessions.start(session, Date.now());
    this.owner.attach({ sessionId, sync() {}, syncVerdicts() {} });
    return sessionId;
  }

  /** The events of the journal, the oldest first. */
  rows(): EventRow[] {
    return rowsOf(this.memory.journal);
  }

  /** The states of the events with the rules that decided them, the oldest first. */
  outcomes(): string[] {
    return this.rows().map(({ state, rule }) => rule === null ? state : `${state}: ${rule}`);
  }
}

/** The receivers of sources without a session. */
export class LoneReceivers implements Disposable {
  readonly #bodies = new BodyReader();
  readonly #drafts: SourceDrafts;
  readonly #options: WebhookReceiverOptions;
  #receivers: ReadonlyMap<string, WebhookReceiver> = new Map();

  private constructor(
    drafts: SourceDrafts,
    { memory, now = Date.now }: { readonly memory: MemoryJournal; readonly now?: () => number },
  ) {
    this.#drafts = drafts;
    const intake = new EventIntake({ keeper: memory, now });
    const take = (event: IncomingEvent) => intake.take(event, undefined);
    this.#options = {
      bodies: this.#bodies,
      keeper: memory,
      take,
      bursts: { add: take },
      audit: { note() {} },
      now,
    };
  }

  /** Creates receivers on a journal, with a clock of their own. */
  static async open(
    drafts: SourceDrafts,
    options: { readonly memory: MemoryJournal; readonly now?: () => number },
  ): Promise<LoneReceivers> {
    const lone = new LoneReceivers(drafts, options);
    const result = await createReceivers(configOf(drafts), lone.#options);
    assert(result.ok);
    lone.#receivers = result.receivers;
    return lone;
  }

  /** Delivers a body, signed, to the source of a name; returns the answer as text. */
  async deliver(name: string, body: unknown, draft: DeliveryDraft = {}): Promise<string> {
    const source = this.#drafts[name];
    assert(source !== undefined, name);
    const bytes = bytesOf(body);
    const headers = await signedHeaders(source, bytes, draft);
    const request = new Request(`http://localhost/${name}`, {
      method: "POST",
      headers,
      body: bytes,
    });
    const receiver = this.#receivers.get(`/${name}`);
    assert(receiver !== undefined, name);
    return await show(await receiver.receive(request, createPeer()));
  }

  [Symbol.dispose](): void {
    this.#bodies.close();
  }
}
