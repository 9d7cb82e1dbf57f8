/**
 * Pairing over HTTP: a device asks at `POST /pair`, shows its code, and asks at `GET /pair/<id>` until
 * the owner has approved the code at the terminal; then it gets its token, once.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { formatAccessToken } from "../../lib/access/token.ts";
import { createPairingCode } from "../../lib/access/pairing_code.ts";
import { claimPairing, requestPairing } from "../../lib/access/pairing.ts";
import type { AccessStore } from "../access/store.ts";
import type { AuditLog } from "../journal/audit_log.ts";
import type { BodyReader } from "./body_reader.ts";
import { hashToken } from "../runtime/crypto.ts";
import { answer, answerJson } from "./answer.ts";
import type { Logger } from "../runtime/log.ts";
import type { Peer } from "./peer.ts";
import { readFields } from "./read_fields.ts";

/** What pairing works with. */
export interface HttpPairingOptions {
  /** Who was let in, and who asks. */
  readonly access: Pick<AccessStore, "update">;
  /** Reads bodies within limits. */
  readonly bodies: Pick<BodyReader, "read">;
  /** Where it is written who has asked and who was let in. */
  readonly audit: Pick<AuditLog, "note">;
  /** Where codes are shown to the owner. */
  readonly log: Logger;
}

/** Answers what a device asks for. */
export interface HttpPairing {
  /** Takes the request of a device. */
  request(request: Request, peer: Peer): Promise<Response>;
  /** Tells a device what has become of it. */
  poll(pairingId: string, peer: Peer): Promise<Response>;
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Creates what answers devices. */
export function createPairing({ access, bodies, audit, log }: HttpPairingOptions): HttpPairing {
  return {
    async request(request, peer) {
      const fields = await readFields(request, { bodies, names: ["label"] });
      if (!fields.ok) return fields.response;
      const pairingId = randomBytes(16).toBase64({ alphabet: "base64url", omitPadding: true });
      const idSha256 = await hashToken(pairingId);
      const { address, network } = peer;
      const outcome = await access.update((access) =>
        requestPairing(access, {
          idSha256,
          code: createPairingCode(randomBytes(64)),
          label: fields.values.label ?? "",
          address,
          nowMs: Date.now(),
        })
      );
      if (!outcome.ok) {
        audit.note({ action: "refuse", actor: network, subject: "pair", detail: outcome.code });
        if (outcome.code === "policy") return answer(STATUS_CODE.Forbidden, outcome.message);
        const retryAfterMs = outcome.code === "address" ? outcome.retryAfterMs : 60_000;
        return answer(STATUS_CODE.TooManyRequests, outcome.message, {
          "Retry-After": String(Math.ceil(retryAfterMs / 1000)),
        });
      }
      const { code, label, expires_at } = outcome.pairing;
      audit.note({ action: "ask", actor: address, subject: "pair", detail: label });
      log.info(
        `Pairing code ${code} for "${label}" from ${address}. ` +
          `If that is you: deno-channel access pair ${code}`,
      );
      const body = { pairing_id: pairingId, code, label, expires_at: toTime(expires_at) };
      const response = answerJson(body, STATUS_CODE.Created);
      response.headers.set("Location", `/pair/${pairingId}`);
      return response;
    },
    async poll(pairingId, peer) {
      const idSha256 = await hashToken(pairingId);
      const token = formatAccessToken(randomBytes(32));
      const tokenSha256 = await hashToken(token);
      const outcome = await access.update((access) =>
        claimPairing(access, { idSha256, tokenSha256, nowMs: Date.now() })
      );
      if (!outcome.ok) return answer(STATUS_CODE.Gone, outcome.message);
      if (outcome.kind === "pending") return answerJson({ state: "pending" }, STATUS_CODE.Accepted);
      const { id, label, rights } = outcome.sender;
      audit.note({ action: "pair", actor: peer.address, subject: id, detail: rights.join(" ") });
      return answerJson({ state: "approved", sender: id, label, rights, token });
    },
  };
}
