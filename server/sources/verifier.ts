/**
 * Proves what a delivery claims, with the secrets of its source.
 *
 * @module
 */

import { isEqualConstantTime } from "../../lib/access/constant_time.ts";
import {
  type Check,
  planVerification,
  type RawDelivery,
} from "../../lib/sources/proof/plan_verification.ts";
import { readBodyTime } from "../../lib/sources/body/read_delivery.ts";
import type { Proof, Refusal, Scheme } from "../../lib/sources/proof/scheme.ts";
import { tryReadSecretKey } from "../../lib/sources/proof/secret_key.ts";
import { validateTime } from "../../lib/sources/proof/signed_content.ts";
import { sha256 } from "../runtime/crypto.ts";

/** What {@linkcode WebhookVerifier.verify} returns. */
export type Verification =
  | {
    readonly ok: true;
    /** Which of the secrets fits, counted from 0. */
    readonly secretIndex: number;
    /** The delivery id, where it is part of what is signed. */
    readonly deliveryId: string | undefined;
    /** The time that is signed, in milliseconds since the epoch, where the scheme asks for one. */
    readonly timestampMs: number | undefined;
    /**
     * The signature in hexadecimal digits, where the body alone is signed: whoever has no secret can
     * send the body again only with the same one.
     */
    readonly bodySignature: string | undefined;
  }
  | {
    readonly ok: false;
    /** What is wrong, for a program. */
    readonly code: Refusal["code"] | "bad_signature";
    /** What is wrong, for a person; without a secret and without anything that was sent. */
    readonly message: string;
  };

/** Options of a {@linkcode WebhookVerifier}. */
export interface WebhookVerifierOptions {
  /** How the source proves where its deliveries come from. */
  readonly scheme: Scheme;
  /** The secrets, at least one; each of them is accepted, so that they can be changed one by one. */
  readonly secrets: readonly string[];
}

/** Tells whether a check holds with one secret. */
type Prover = (check: Check) => Promise<boolean>;

const DECODER = new TextDecoder();

async function createProver(proof: Proof, key: Uint8Array<ArrayBuffer>): Promise<Prover> {
  if (proof.type === "token") {
    // Digests have one length, so that the time of a comparison says nothing of the token's.
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

function tryParseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(DECODER.decode(body));
  } catch {
    return undefined;
  }
}

/** Verifies the deliveries of one source. */
export class WebhookVerifier {
  readonly #scheme: Scheme;
  readonly #provers: readonly (() => Promise<Prover>)[];

  /**
   * Constructs a new instance.
   *
   * @throws {TypeError} When there is no secret, or when one is empty or of the wrong form.
   */
  constructor({ scheme, secrets }: WebhookVerifierOptions) {
    const { kind, proof } = scheme;
    if (secrets.length === 0) {
      throw new TypeError(`Cannot verify the deliveries of ${kind}: expected at least one secret`);
    }
    this.#scheme = scheme;
    this.#provers = secrets.map((secret) => {
      const read = tryReadSecretKey(scheme, secret);
      if (!read.ok) throw new TypeError(read.message);
      // The key is imported once, and not before a delivery needs it.
      let prover: Promise<Prover> | undefined;
      return () => prover ??= createProver(proof, read.key);
    });
  }

  /**
   * Verifies a delivery. Its body must not have been parsed and written anew.
   *
   * @param delivery The delivery as it came in.
   * @returns Which secret fits, or why the delivery is refused.
   */
  async verify(delivery: RawDelivery): Promise<Verification> {
    const plan = planVerification(this.#scheme, delivery);
    if (!plan.ok) return plan;
    const proven = await this.#prove(plan.checks);
    if (proven === undefined) {
      return { ok: false, code: "bad_signature", message: "no secret of the source fits" };
    }
    const { secretIndex, check } = proven;
    const timestampMs = plan.timestampMs ?? this.#readBodyTime(delivery.body);
    const { bodyTime } = this.#scheme;
    const refusal = bodyTime === undefined || timestampMs === undefined
      ? undefined
      : validateTime(timestampMs, { ...bodyTime, nowMs: delivery.nowMs });
    if (refusal !== undefined) return refusal;
    const bodySignature = check.type === "signature" && check.content === delivery.body
      ? check.signature.toHex()
      : undefined;
    return { ok: true, secretIndex, deliveryId: plan.deliveryId, timestampMs, bodySignature };
  }

  /** A check that holds, and the secret with which it does; `undefined` for none. */
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

  #readBodyTime(body: Uint8Array): number | undefined {
    return this.#scheme.bodyTime === undefined
      ? undefined
      : readBodyTime(this.#scheme, tryParseJson(body));
  }
}
