/**
 * The source desk: takes the deliveries of sources.
 *
 * The way of a delivery: read → verify, on the bytes as they came → parse → answer a challenge →
 * deduplicate → filter → shape → journal → answer. Nothing of a delivery whose proof does not hold is
 * parsed.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { answerChallenge } from "../../lib/sources/body/answer_challenge.ts";
import { type EventJudgment, judgeEvent } from "../../lib/sources/filter/event_rules.ts";
import { tryIdentifier } from "../../lib/sources/shape/identifier.ts";
import { judgeTracked } from "../../lib/sources/filter/judge_tracked.ts";
import { SOURCE_KINDS } from "../../lib/sources/providers/kinds.ts";
import { parseBody } from "../../lib/sources/body/parse_body.ts";
import { type DeliveryNote, readDelivery } from "../../lib/sources/body/read_delivery.ts";
import type { Shape } from "../../lib/sources/shape/shape.ts";
import type { AuditLog } from "../journal/audit_log.ts";
import type { BodyReader } from "./body_reader.ts";
import { compileSources, type Source } from "../sources/compile_sources.ts";
import type { Taken } from "../event/dispatcher.ts";
import { DELIVERY_WINDOW_MS, type IncomingEvent, MAX_RAW_BYTES } from "../event/types.ts";
import { hashToken, sha256 } from "../runtime/crypto.ts";
import { answer } from "./answer.ts";
import { answerTaken } from "./answer_taken.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import type { Peer } from "./peer.ts";
import type { SourceBursts } from "../sources/bursts.ts";

/** What the desk works with. */
export interface SourceDeskOptions {
  /** Reads bodies within limits. */
  readonly bodies: Pick<BodyReader, "readBytes">;
  /** Where deliveries and failures are remembered. */
  readonly keeper: Pick<JournalKeeper, "use">;
  /** Takes in an event that is not shown. */
  readonly take: (event: IncomingEvent) => Promise<Taken>;
  /** Takes in an event that is. */
  readonly bursts: Pick<SourceBursts, "add">;
  /** Where refusals are written down. */
  readonly audit: Pick<AuditLog, "note">;
}

/** The longest delivery id that is kept as it is; of a longer one, its SHA-256 is. */
const MAX_ID_LENGTH = 255;

/** What is to become of an event. */
interface Judged {
  readonly judgment: EventJudgment;
  /** What is broken from then on, or works again. */
  readonly track?: IncomingEvent["track"];
  /** Whether other rules would change nothing: where it is not wanted, that is for what was before. */
  readonly isStale: boolean;
}

/** Takes deliveries. */
export class SourceDesk {
  readonly #options: SourceDeskOptions;
  #sources: ReadonlyMap<string, Source> = new Map();

  /** Constructs a new instance, which has no source. */
  constructor(options: SourceDeskOptions) {
    this.#options = options;
  }

  /**
   * Takes another configuration. One that is wrong changes nothing.
   *
   * @param text The text of `config.json`.
   * @returns What is wrong with it, or nothing.
   */
  async configure(text: string): Promise<string | undefined> {
    const result = await compileSources(text);
    if (!result.ok) return result.message;
    this.#sources = result.sources;
    return undefined;
  }

  /** Whether there is a source at a path. */
  has(path: string): boolean {
    return this.#sources.has(path);
  }

  /**
   * Answers a delivery.
   *
   * @param request The request.
   * @param path Its path, which has a source.
   * @param peer Who has sent it.
   */
  async receive(request: Request, path: string, peer: Peer): Promise<Response> {
    const source = this.#sources.get(path);
    if (source === undefined) return answer(STATUS_CODE.NotFound, "not found");
    const { headers } = request;
    const body = await this.#options.bodies.readBytes(request);
    if (!body.ok) return answer(body.status, body.message, { Connection: "close" });
    const { bytes } = body;
    const verified = await source.verifier.verify({ headers, body: bytes, nowMs: Date.now() });
    if (!verified.ok) {
      const { code: detail, message } = verified;
      const subject = `source:${source.name}`;
      this.#options.audit.note({ action: "refuse", actor: peer.network, subject, detail });
      return answer(STATUS_CODE.Unauthorized, `unauthorized: ${message}`);
    }
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
    const shape = SOURCE_KINDS[source.entry.kind].shape({ event, payload });
    // Two deliveries may well have one body: where the id is as good as the delivery, it alone tells.
    const digest = note.isIdProven ? undefined : verified.bodySignature ?? await sha256(bytes);
    return await this.#takeIn(source, { shape, payload, note, digest, bytes });
  }

  async #takeIn(
    source: Source,
    { shape, payload, note, digest, bytes }: {
      readonly shape: Shape;
      readonly payload: unknown;
      readonly note: DeliveryNote;
      readonly digest: string | undefined;
      readonly bytes: Uint8Array<ArrayBuffer>;
    },
  ): Promise<Response> {
    const { name, entry } = source;
    const { deliveryId } = note;
    const sender = `source:${name}`;
    const isLong = deliveryId !== undefined && deliveryId.length > MAX_ID_LENGTH;
    const delivery = isLong ? await hashToken(deliveryId) : deliveryId;
    const isRepeated = this.#isRepeated(sender, delivery, digest);
    const { judgment, track, isStale } = isRepeated
      ? { judgment: { isWanted: false, rule: "" }, isStale: true }
      : this.#judge(source, { shape, payload });
    const { text, meta } = source.format(shape, payload);
    const id = tryIdentifier(deliveryId);
    const incoming: IncomingEvent = {
      source: entry.kind,
      sender,
      content: text,
      meta: { ...meta, ...(id !== undefined && { delivery_id: id }), verified: "true" },
      raw: bytes.subarray(0, MAX_RAW_BYTES),
      target: entry.session,
      mayWait: true,
      repository: shape.repo ?? entry.repository,
      delivery,
      digest,
      track,
    };
    if (!judgment.isWanted) {
      const filteredBy = isRepeated ? undefined : judgment.rule;
      const key = digest ?? delivery;
      // The rules may be others when it is delivered again: then it is none of what was filtered.
      const keys = isStale ? {} : { delivery: undefined, digest: key && `filtered ${key}` };
      const taken = await this.#options.take({ ...incoming, ...keys, filteredBy, isHeld: true });
      return taken.kind === "filtered"
        ? answerTaken(taken, { text: `filtered: ${judgment.rule}` })
        : answerTaken(taken);
    }
    const place = { sourceName: name, key: shape.burstKey };
    return answerTaken(await this.#options.bursts.add({ ...incoming, rule: judgment.rule }, place));
  }

  #isRepeated(
    sender: string,
    delivery: string | undefined,
    digest: string | undefined,
  ): boolean {
    const sinceMs = Date.now() - DELIVERY_WINDOW_MS;
    return this.#options.keeper.use(({ events }) =>
      (delivery !== undefined && events.findDelivery(sender, delivery, sinceMs) !== undefined) ||
      (digest !== undefined && events.findDigest(sender, digest, sinceMs) !== undefined)
    );
  }

  /** Judges an event by the rules of its source, and by what was shown of its subject before. */
  #judge(
    { name, rules }: Source,
    { shape, payload }: { readonly shape: Shape; readonly payload: unknown },
  ): Judged {
    const judgment = judgeEvent(shape, { rules, payload });
    const { track } = shape;
    if (track === undefined) return { judgment, isStale: false };
    const failure = { source: name, subject: track.subject };
    const hadFailed = this.#options.keeper.use(({ failures }) => failures.has(failure));
    const { hasFailed, ...tracked } = judgeTracked(track, { judgment, hasFailed: hadFailed });
    return {
      judgment: tracked,
      track: hasFailed === hadFailed ? undefined : { ...failure, hasFailed },
      isStale: judgment.isWanted,
    };
  }
}
