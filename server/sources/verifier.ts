/**
 * Verifies deliveries with the secrets of their source.
 *
 * @module
 */

import { isEqualConstantTime } from "../../lib/access/constant_time.ts";
import {
  type Check,
  planVerification,
  type RawDelivery,
} from "../../lib/sources/proof/plan_verification.ts";
import { tryParseJson } from "../../lib/sources/body/parse_json.ts";
import { readBodyTime } from "../../lib/sources/body/read_delivery.ts";
import type { Proof, Refusal, Scheme } from "../../lib/sources/proof/scheme.ts";
import { tryReadSecretKey } from "../../lib/sources/proof/secret_key.ts";
import { validateTime } from "../../lib/sources/proof/signed_content.ts";
import { sha256 } from "../runtime/crypto.ts";

type Verification =
  | {
    readonly ok: true;
    /** The index of the secret that fits. */
    readonly secretIndex: number;
    /** The delivery id, where it is signed. */
    readonly deliveryId: string | undefined;
    /**
     * The signature in hexadecimal digits, where it signs the body alone. An attacker without the
     * secret can only send the body again with the same signature.
     */
    readonly bodySignature: string | undefined;
  }
  | VerificationRefusal;

export interface VerificationRefusal {
  readonly ok: false;
  readonly code: Refusal["code"] | "bad_signature";
  /** A message without a secret and without anything that was sent. */
  readonly message: string;
}

interface WebhookVerifierOptions {
  readonly scheme: Scheme;
  /** At least one secret. Each is accepted, which lets people replace them one by one. */
  readonly secrets: readonly string[];
}

/** Tells whether a check holds with one secret. */
type Prover = (check: Check) => Promise<boolean>;

const DECODER = new TextDecoder();
const NO_BODY = new Uint8Array(0);

const BAD_SIGNATURE: VerificationRefusal = {
  ok: false,
  code: "bad_signature",
  message: "no secret of the source fits",
};

async function createProver(proof: Proof, key: Uint8Array<ArrayBuffer>): Promise<Prover> {
  if (proof.type === "token") {
    // Digests have one length: the time of a comparison says nothing about the token's length.
    const expected = await sha256(key);
    return async (check) =>
      check.type === "token" && isEqualConstantTime(await sha256(check.token), expected);
  }
  const algorithm = proof.type === "hmac"
    ? { name: "HMAC", hash: proof.hash }
    : { name: "Ed25519" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["verify"]);
  return async (check) =>
    check.type === "signature" &&
    await crypto.subtle.verify(algorithm.name, imported, check.signature, check.content);
}

/** Verifies the deliveries of one source. */
export class WebhookVerifier {
  readonly #scheme: Scheme;
  readonly #provers: readonly (() => Promise<Prover>)[];

  /** @throws {TypeError} When there is no secret, or when one is empty or of the wrong form. */
  constructor({ scheme, secrets }: WebhookVerifierOptions) {
    const { proof } = scheme;
    if (secrets.length === 0) {
      throw new TypeError("Cannot verify deliveries: expected at least one secret");
    }
    this.#scheme = scheme;
    this.#provers = secrets.map((secret) => {
      const read = tryReadSecretKey(scheme, secret);
      if (!read.ok) throw new TypeError(read.message);
      // The first delivery imports the key, once.
      let prover: Promise<Prover> | undefined;
      return () => prover ??= createProver(proof, read.key);
    });
  }

  /** Finds what refuses a delivery whatever its body is: a header, the signed time, or a wrong token. */
  async precheck(delivery: Omit<RawDelivery, "body">): Promise<VerificationRefusal | undefined> {
    const plan = planVerification(this.#scheme, { ...delivery, body: NO_BODY });
    if (!plan.ok) return plan;
    if (this.#scheme.proof.type !== "token") return undefined;
    return await this.#prove(plan.checks) === undefined ? BAD_SIGNATURE : undefined;
  }

  /** Verifies a delivery, whose body must be the bytes that came in. */
  async verify(delivery: RawDelivery): Promise<Verification> {
    const plan = planVerification(this.#scheme, delivery);
    if (!plan.ok) return plan;
    const proven = await this.#prove(plan.checks);
    if (proven === undefined) return BAD_SIGNATURE;
    const { secretIndex, check } = proven;
    const { bodyTime } = this.#scheme;
    if (bodyTime !== undefined) {
      const timestampMs = plan.timestampMs ??
        readBodyTime(this.#scheme, tryParseJson(DECODER.decode(delivery.body))?.payload);
      const refusal = timestampMs === undefined
        ? undefined
        : validateTime(timestampMs, { ...bodyTime, nowMs: delivery.nowMs });
      if (refusal !== undefined) return refusal;
    }
    const bodySignature = check.type === "signature" && check.content === delivery.body
      ? check.signature.toHex()
      : undefined;
    return { ok: true, secretIndex, deliveryId: plan.deliveryId, bodySignature };
  }

  /** Finds a check that holds, and the secret that proves it. */
  async #prove(
    checks: readonly Check[],
  ): Promise<{ readonly secretIndex: number; readonly check: Check } | undefined> {
    for (const [secretIndex, getProver] of this.#provers.entries()) {
      const holds = await getProver();
      for (const check of checks) {
        if (await holds(check)) return { secretIndex, check };
      }
    }
    return undefined;
  }
}
