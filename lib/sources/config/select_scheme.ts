import type { SchemeResult } from "../proof/scheme.ts";
import { PROVIDERS } from "../providers/kinds.ts";
import type { SourceEntry } from "./entry.ts";

/**
 * Selects the scheme of a source by what the user has configured, and by nothing that is sent: an
 * attacker could choose a detected scheme.
 *
 * @param secrets The secrets; empty while they are not read.
 */
export function selectScheme(
  source: Pick<SourceEntry, "kind" | "signature" | "timestamp_header">,
  secrets: readonly string[],
): SchemeResult {
  const { kind, signature, timestamp_header } = source;
  if (timestamp_header !== undefined && kind !== "grafana") {
    return {
      ok: false,
      message:
        `The kind "${kind}" takes no timestamp header beside a signature: only "grafana" does`,
    };
  }
  if (signature !== undefined && kind !== "generic") {
    return { ok: false, message: `The kind "${kind}" takes no signature: only "generic" does` };
  }
  const { scheme } = PROVIDERS[kind];
  return typeof scheme === "function"
    ? scheme({ signature, timestamp_header, secrets })
    : { ok: true, scheme };
}
