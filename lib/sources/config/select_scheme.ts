import { createHmacProof, TOLERANCE_MS } from "../proof/create_proof.ts";
import { tryCreateGenericScheme } from "./generic_scheme.ts";
import { type Scheme, tryHeaderName } from "../proof/scheme.ts";
import { GITLAB_SIGNED, SCHEMES } from "../proof/schemes.ts";
import type { SourceEntry } from "./entry.ts";

/** A scheme, or why there is none for these settings. */
export type SchemeResult =
  | { readonly ok: true; readonly scheme: Scheme }
  | { readonly ok: false; readonly message: string };

function selectGitlab(secrets: readonly string[]): SchemeResult {
  const count = secrets.filter((secret) => secret.startsWith("whsec_")).length;
  if (count === 0) return { ok: true, scheme: SCHEMES.gitlab };
  if (count === secrets.length) return { ok: true, scheme: GITLAB_SIGNED };
  return {
    ok: false,
    // With both, a stolen token would do where signatures were asked for.
    message: `Cannot take both tokens and signing secrets: expected all secrets of the source to ` +
      `begin with "whsec_", or none`,
  };
}

/**
 * Grafana's time header has no name unless the user gives it one. Whether it is signed may not hang
 * on its being there: whoever leaves it out could pass the signed text, time and all, for a body.
 */
function selectGrafana(name: string | undefined): SchemeResult {
  if (name === undefined) return { ok: true, scheme: SCHEMES.grafana };
  const timestamp = tryHeaderName(name);
  if (timestamp === undefined) {
    return { ok: false, message: `Cannot use the timestamp header: expected the name of a header` };
  }
  const signature = "x-grafana-alerting-signature";
  const proof = createHmacProof(signature, {
    headers: [{ signature, timestamp }],
    content: "{timestamp}:{body}",
    toleranceMs: TOLERANCE_MS,
  });
  return { ok: true, scheme: { ...SCHEMES.grafana, proof } };
}

/** What decides about the scheme of a source. */
type SchemeEntry = Pick<SourceEntry, "kind" | "signature" | "timestamp_header">;

/**
 * Selects the scheme of a source by what the user has configured, and by nothing that is sent.
 *
 * @param source The source as it is configured.
 * @param secrets Its secrets, where they are known; for GitLab they decide between a token and
 * signatures.
 */
export function selectScheme(source: SchemeEntry, secrets: readonly string[]): SchemeResult {
  const { kind, signature, timestamp_header: timestampHeader } = source;
  if (timestampHeader !== undefined && kind !== "grafana") {
    return {
      ok: false,
      message:
        `The kind "${kind}" takes no timestamp header beside a signature: only "grafana" does`,
    };
  }
  if (kind === "generic") {
    if (signature !== undefined) return tryCreateGenericScheme(signature);
    return { ok: false, message: `The kind "generic" needs a signature: expected how it is made` };
  }
  if (signature !== undefined) {
    return { ok: false, message: `The kind "${kind}" takes no signature: only "generic" does` };
  }
  if (kind === "grafana") return selectGrafana(timestampHeader);
  return kind === "gitlab" ? selectGitlab(secrets) : { ok: true, scheme: SCHEMES[kind] };
}
