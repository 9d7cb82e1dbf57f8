/**
 * Receives the deliveries of a source.
 *
 * The way of a delivery: check the headers → read → verify, on the bytes as they came → parse → answer
 * a challenge → detect a duplicate → filter → shape → journal → answer. A delivery without a valid
 * proof is not parsed.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { answerChallenge } from "../../lib/sources/body/answer_challenge.ts";
import { type EventJudgment, judgeEvent } from "../../lib/sources/filter/event_rules.ts";
import { tryIdentifier } from "../../lib/sources/shape/identifier.ts";
import { judgeTracked } from "../../lib/sources/filter/judge_tracked.ts";
import { PROVIDERS } from "../../lib/sources/providers/kinds.ts";
import { parseBody } from "../../lib/sources/body/parse_body.ts";
import { type DeliveryNote, readDelivery } from "../../lib/sources/body/read_delivery.ts";
import type { Shape } from "../../lib/sources/shape/shape.ts";
import type { AuditLog } from "../journal/audit_log.ts";
import type { BodyReader } from "./body_reader.ts";
import { compileSources, type Source } from "../sources/compile_sources.ts";
import type { Taken } from "../event/dispatcher.ts";
import { findRepeated } from "../event/intake.ts";
import type { IncomingEvent } from "../event/types.ts";
import { hashToken, sha256 } from "../runtime/crypto.ts";
import { answer, refuseBody } from "./answer.ts";
import { answerTaken } from "./answer_taken.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import type { Peer } from "./peer.ts";
import type { SourceBursts } from "../sources/bursts.ts";
import type { VerificationRefusal } from "../sources/verifier.ts";

/** Options of a {@linkcode WebhookReceiver}. */
export interface WebhookReceiverOptions {
  readonly bodies: Pick<BodyReader, "readUnproven">;
  readonly keeper: Pick<JournalKeeper, "read">;
  /** Takes in an event that no session is shown. */
  readonly take: (event: IncomingEvent) => Promise<Taken>;
  /** Takes in an event that is shown, alone or with others. */
  readonly bursts: Pick<SourceBursts, "add">;
  readonly audit: Pick<AuditLog, "note">;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A longer delivery id is replaced by its SHA-256. */
const MAX_ID_LENGTH = 255;

/** A delivery with a valid proof. */
interface Delivery {
  readonly note: DeliveryNote;
  readonly payload: unknown;
  readonly shape: Shape;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Detects a duplicate where the id alone does not. */
  readonly digest: string | undefined;
}

interface Judged {
  readonly judgment: EventJudgment;
  /** A subject that is broken from then on, or works again. */
  readonly track?: IncomingEvent["track"];
  /** `true` where the state of the subject filters the event, which other rules would not change. */
  readonly isStale: boolean;
}

/** Judges an event by the rules of its source and by what was shown of its subject before. */
function judge(
  { name, rules }: Source,
  { shape, payload }: Delivery,
  hadFailed: boolean,
): Judged {
  const judgment = judgeEvent(shape, { rules, payload });
  const { track } = shape;
  if (track === undefined) return { judgment, isStale: false };
  const { hasFailed, ...tracked } = judgeTracked(track, { judgment, hasFailed: hadFailed });
  return {
    judgment: tracked,
    track: hasFailed === hadFailed
      ? undefined
      : { source: name, subject: track.subject, hasFailed },
    isStale: judgment.isWanted,
  };
}

/** Receives the deliveries of one source. */
export class WebhookReceiver {
  readonly #source: Source;
  readonly #options: WebhookReceiverOptions;
  readonly #now: () => number;

  constructor(source: Source, options: WebhookReceiverOptions) {
    this.#source = source;
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Answers a delivery. */
  async receive(request: Request, peer: Peer): Promise<Response> {
    const source = this.#source;
    const { headers } = request;
    const nowMs = this.#now();
    // A delivery that no body can prove is refused before its body is read.
    const refusal = await source.verifier.precheck({ headers, nowMs });
    if (refusal !== undefined) return this.#refuse(refusal, peer);
    const read = await this.#options.bodies.readUnproven(request, async (bytes) => ({
      bytes,
      verified: await source.verifier.verify({ headers, body: bytes, nowMs: this.#now() }),
    }));
    if (!read.ok) return refuseBody(read);
    const { bytes, verified } = read.value;
    if (!verified.ok) return this.#refuse(verified, peer);
    const parsed = parseBody(bytes, headers.get("content-type"));
    if (!parsed.ok) return answer(STATUS_CODE.BadRequest, parsed.message);
    const isData = parsed.format === "json" || parsed.format === "form";
    if (!isData && source.entry.kind !== "generic") {
      return answer(STATUS_CODE.UnsupportedMediaType, "expected JSON or a form");
    }
    const payload = parsed.format === "binary"
      ? { byteLength: bytes.length, sha256: await sha256(bytes) }
      : parsed.payload;
    const parts = { headers, payload, signedId: verified.deliveryId };
    const note = readDelivery(source.scheme, parts);
    const { event } = note;
    const challenge = answerChallenge(source.scheme, { event, payload });
    if (challenge !== undefined) {
      const { status, contentType, body } = challenge;
      const type = contentType === undefined ? {} : { "Content-Type": contentType };
      return new Response(status === 204 ? null : body, { status, headers: type });
    }
    const shape = PROVIDERS[source.entry.kind].shape({ event, payload });
    // Two deliveries may well have one body: where the id is as good as the delivery, it alone tells.
    const digest = note.isIdProven ? undefined : verified.bodySignature ?? await sha256(bytes);
    return await this.#take({ note, payload, shape, bytes, digest });
  }

  #refuse({ code: detail, message }: VerificationRefusal, { network: actor }: Peer): Response {
    const subject = `source:${this.#source.name}`;
    this.#options.audit.note({ action: "refuse", actor, subject, detail });
    return answer(STATUS_CODE.Unauthorized, `unauthorized: ${message}`);
  }

  async #take(delivery: Delivery): Promise<Response> {
    const { note: { deliveryId }, payload, shape, bytes, digest } = delivery;
    const { name, entry, format } = this.#source;
    const sender = `source:${name}`;
    const isLong = deliveryId !== undefined && deliveryId.length > MAX_ID_LENGTH;
    const keys = { delivery: isLong ? await hashToken(deliveryId) : deliveryId, digest };
    // The intake relies on this look: nothing is awaited from here until it has the event.
    const { duplicateOf, hadFailed } = this.#options.keeper.read((journal) => ({
      duplicateOf: findRepeated(journal, { sender, ...keys }, this.#now()) ?? null,
      hadFailed: shape.track !== undefined &&
        journal.failures.has({ source: name, subject: shape.track.subject }),
    }));
    const { text, meta } = format(shape, payload);
    const id = tryIdentifier(deliveryId);
    const incoming: IncomingEvent = {
      source: entry.kind,
      sender,
      content: text,
      meta: { ...meta, ...(id !== undefined && { delivery_id: id }), verified: "true" },
      raw: bytes,
      target: entry.session,
      mayWait: true,
      repository: shape.repo ?? entry.repository,
      ...keys,
      duplicateOf,
    };
    if (duplicateOf !== null) return answerTaken(await this.#options.take(incoming));
    const { judgment, track, isStale } = judge(this.#source, delivery, hadFailed);
    const { isWanted, rule } = judgment;
    if (isWanted) {
      const place = { sourceName: name, key: shape.burstKey };
      return answerTaken(await this.#options.bursts.add({ ...incoming, rule, track }, place));
    }
    const key = digest ?? keys.delivery;
    // The rules may be others when it is delivered again: then it is none of what was filtered.
    const ownKeys = {
      delivery: undefined,
      digest: key && `filtered ${key}`,
      duplicateOf: undefined,
    };
    const filtered = { ...incoming, ...(isStale ? {} : ownKeys), track, filteredBy: rule };
    const taken = await this.#options.take(filtered);
    return answerTaken(taken, taken.kind === "filtered" ? { text: `filtered: ${rule}` } : {});
  }
}

/** Receivers by the paths of their sources, or what is wrong with the configuration. */
type ReceiversResult =
  | { readonly ok: true; readonly receivers: ReadonlyMap<string, WebhookReceiver> }
  | { readonly ok: false; readonly message: string };

/** Creates the receivers of all sources of a configuration. */
export async function createReceivers(
  text: string,
  options: WebhookReceiverOptions,
): Promise<ReceiversResult> {
  const result = await compileSources(text);
  if (!result.ok) return result;
  const receivers = new Map<string, WebhookReceiver>();
  for (const [path, source] of result.sources) {
    receivers.set(path, new WebhookReceiver(source, options));
  }
  return { ok: true, receivers };
}
