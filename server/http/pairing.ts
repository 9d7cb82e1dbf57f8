/**
 * Pairing over HTTP: a device asks at `POST /pair`, shows its code, and asks at `GET /pair/<id>` until
 * the owner has approved the code at the terminal; then it gets its token, once.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { formatAccessToken } from "../../lib/access/token.ts";
import { createPairingCode } from "../../lib/access/pairing_code.ts";
import { claimPairing, requestPairing as addPairing } from "../../lib/access/pairing.ts";
import { createRandomBytes, createRandomId } from "../access/random.ts";
import type { AccessStore } from "../access/store.ts";
import type { AuditLog } from "../journal/audit_log.ts";
import type { BodyReader } from "./body_reader.ts";
import { hashToken } from "../runtime/crypto.ts";
import { answer, answerJson } from "./answer.ts";
import { refuseUnknown } from "./api.ts";
import type { Logger } from "../runtime/log.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { readFields } from "./read_fields.ts";
import type { Exchange } from "./router.ts";

/** The parts that pairing works with. */
export interface PairingContext {
  readonly access: Pick<AccessStore, "update">;
  readonly gatekeeper: Pick<Gatekeeper, "identify" | "admitStranger">;
  readonly bodies: Pick<BodyReader, "readUnprovenText">;
  readonly audit: Pick<AuditLog, "note">;
  /** Shows codes to the owner. */
  readonly log: Logger;
}

const PAIRING_ID_REGEXP = /^[A-Za-z0-9_-]{22}$/;

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Answers `POST /pair`: takes the request of a device. */
export async function requestPairing(
  { request, peer }: Exchange,
  { access, gatekeeper, bodies, audit, log }: PairingContext,
): Promise<Response> {
  const refusal = gatekeeper.admitStranger(peer);
  if (refusal !== undefined) return refusal;
  const fields = await readFields(request, {
    read: (request) => bodies.readUnprovenText(request),
    names: ["label"],
  });
  if (!fields.ok) return fields.response;
  const pairingId = createRandomId(16);
  const idSha256 = await hashToken(pairingId);
  const { address, network } = peer;
  const outcome = await access.update((access) =>
    addPairing(access, {
      idSha256,
      code: createPairingCode(createRandomBytes(64)),
      label: fields.values.label ?? "",
      address,
      networkOf: (address) => peer.networkOf(address),
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
}

/** Answers `GET /pair/<pairing id>`: tells a device what became of its request. */
export async function pollPairing(
  exchange: Exchange,
  { access, gatekeeper, audit }: Pick<PairingContext, "access" | "gatekeeper" | "audit">,
): Promise<Response> {
  const { peer, id: pairingId } = exchange;
  if (!PAIRING_ID_REGEXP.test(pairingId)) return await refuseUnknown(exchange, { gatekeeper });
  const refusal = gatekeeper.admitStranger(peer);
  if (refusal !== undefined) return refusal;
  const idSha256 = await hashToken(pairingId);
  const token = formatAccessToken(createRandomBytes(32));
  const tokenSha256 = await hashToken(token);
  const outcome = await access.update((access) =>
    claimPairing(access, { idSha256, tokenSha256, nowMs: Date.now() })
  );
  if (!outcome.ok) return answer(STATUS_CODE.Gone, outcome.message);
  if (outcome.kind === "pending") return answerJson({ state: "pending" }, STATUS_CODE.Accepted);
  const { id, label, rights } = outcome.sender;
  audit.note({ action: "pair", actor: peer.address, subject: id, detail: rights.join(" ") });
  return answerJson({ state: "approved", sender: id, label, rights, token });
}
