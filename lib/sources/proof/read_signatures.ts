import { type Ed25519Proof, HASH_BYTES, type HmacProof, type Refusal, refuse } from "./scheme.ts";
import { tryDecodeBytes } from "./secret_key.ts";

type SignaturesResult =
  | {
    readonly ok: true;
    /** At least one, each of the length that its algorithm gives. */
    readonly signatures: readonly Uint8Array<ArrayBuffer>[];
    /** The timestamp beside the signatures, if the scheme has it there. */
    readonly timestamp: string | undefined;
  }
  | Refusal;

/** The most signatures of one delivery; each costs an HMAC over the body for each secret. */
export const MAX_SIGNATURES = 8;

const ED25519_BYTES = 64;

const HEX_REGEXP = /^[0-9a-f]*$/i;

function tryDecode(
  text: string,
  { encoding, byteLength }: { encoding: "hex" | "base64"; byteLength: number },
): Uint8Array<ArrayBuffer> | undefined {
  if (encoding === "hex") {
    return text.length === 2 * byteLength && HEX_REGEXP.test(text)
      ? Uint8Array.fromHex(text)
      : undefined;
  }
  const bytes = tryDecodeBytes(text);
  // Accepts one spelling of each signature: with padding, and no bits left over.
  return bytes?.length === byteLength && bytes.toBase64() === text ? bytes : undefined;
}

/** Returns the signatures of this scheme's version, without their prefix. */
function splitSignatures({ layout, prefix }: HmacProof | Ed25519Proof, value: string): string[] {
  const entries = layout === "whole"
    ? [value]
    : value.split(layout === "spaced" ? " " : ",").map((entry) => entry.trim());
  return entries.filter((entry) => entry.startsWith(prefix)).map((entry) =>
    entry.slice(prefix.length)
  );
}

/** Returns the values of a name in pairs, such as `t` in `t=1,v1=ab`. */
function valuesOf(name: string, value: string): string[] {
  return value.split(",").map((pair) => pair.trim()).filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/**
 * Reads the signatures of a header.
 *
 * @param name The name of the header, for messages.
 * @param value The value of the header, not empty.
 */
export function readSignatures(
  proof: HmacProof | Ed25519Proof,
  { name, value }: { readonly name: string; readonly value: string },
): SignaturesResult {
  const times = proof.timestampPair === undefined ? [] : valuesOf(proof.timestampPair, value);
  // A header that came twice is joined by a comma and a space, which only pairs can contain.
  if (times.length > 1 || (proof.layout !== "pairs" && value.includes(", "))) {
    return refuse("repeated_header", `the header "${name}" came more than once`);
  }
  const texts = splitSignatures(proof, value);
  if (texts.length > MAX_SIGNATURES) {
    return refuse(
      "malformed_signature",
      `the header "${name}" has more than ${MAX_SIGNATURES} signatures`,
    );
  }
  const byteLength = proof.type === "ed25519" ? ED25519_BYTES : HASH_BYTES[proof.hash];
  const signatures = texts.map((text) => tryDecode(text, { encoding: proof.encoding, byteLength }))
    .filter((signature) => signature !== undefined);
  if (signatures.length === 0 || signatures.length < texts.length) {
    const digits = proof.encoding === "hex"
      ? `${2 * byteLength} hexadecimal digits`
      : `${byteLength} bytes in base64`;
    const after = proof.prefix === "" ? "" : ` after "${proof.prefix}"`;
    return refuse(
      "malformed_signature",
      `the header "${name}" is malformed: expected ${digits}${after}`,
    );
  }
  return { ok: true, signatures, timestamp: times[0] };
}
