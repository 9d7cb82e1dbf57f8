/**
 * The scheme of an unknown system, as the user describes it.
 *
 * @module
 */

import { createHmacProof, createTokenProof, TOLERANCE_MS } from "../../proof/create_proof.ts";
import {
  type HashName,
  type Proof,
  type SchemeResult,
  type SignatureEntry,
  type TokenForm,
  tryHeaderName,
} from "../../proof/scheme.ts";
import { tryParseJsonPath } from "../../body/json_path.ts";

const HEADER_TITLES = {
  header: "header",
  timestamp_header: "timestamp header",
  id_header: "id header",
  event_header: "event header",
};

type Names = { [Key in keyof typeof HEADER_TITLES]?: string };

const HASHES: Readonly<Record<"sha256" | "sha1" | "sha512", HashName>> = {
  sha256: "SHA-256",
  sha1: "SHA-1",
  sha512: "SHA-512",
};

const TOKEN_FORMS: Readonly<Record<"token" | "bearer" | "basic", TokenForm>> = {
  token: "plain",
  bearer: "bearer",
  basic: "basic",
};

const PLACEHOLDER_REGEXP = /\{[^{}]*\}/g;

/** Returns the fault of a template, or `undefined`. */
function findTemplateFault(template: string, names: Names): string | undefined {
  const placeholders = template.match(PLACEHOLDER_REGEXP) ?? [];
  const unknown = placeholders.find((name) => !["{body}", "{timestamp}", "{id}"].includes(name));
  if (unknown !== undefined) {
    return `The template has no meaning for "${unknown}": expected "{body}", "{timestamp}" or "{id}"`;
  }
  const count = (name: string) => placeholders.filter((found) => found === name).length;
  // An attacker could change an unsigned body on its way.
  if (count("{body}") !== 1) return `The template does not sign the body: expected "{body}" once`;
  if (count("{timestamp}") !== (names.timestamp_header === undefined ? 0 : 1)) {
    return `The template and the timestamp header do not fit: expected both, "{timestamp}" once, ` +
      `or neither`;
  }
  if (count("{id}") > (names.id_header === undefined ? 0 : 1)) {
    return `The template and the id header do not fit: expected "{id}" at most once, and a header ` +
      `for it`;
  }
  return undefined;
}

function createProof(signature: SignatureEntry, names: Names & { header: string }): Proof {
  const { algorithm, prefix = "", encoding = "hex", template = "{body}" } = signature;
  if (algorithm === "token" || algorithm === "bearer" || algorithm === "basic") {
    return createTokenProof(names.header, { forms: [TOKEN_FORMS[algorithm]], prefix });
  }
  const { timestamp_header: timestamp, id_header: id } = names;
  return createHmacProof(names.header, {
    hash: HASHES[algorithm],
    headers: [{
      signature: names.header,
      ...(timestamp === undefined ? {} : { timestamp }),
      ...(id !== undefined && template.includes("{id}") ? { id } : {}),
    }],
    prefix,
    encoding,
    content: template,
    ...(timestamp === undefined ? {} : { toleranceMs: TOLERANCE_MS }),
  });
}

/** Returns the fault of a signature by a token, or `undefined`. */
function findTokenFault(signature: SignatureEntry): string | undefined {
  const { algorithm, template, encoding, timestamp_header, prefix } = signature;
  if (template !== undefined || encoding !== undefined || timestamp_header !== undefined) {
    return `The algorithm "${algorithm}" signs nothing: expected no template, encoding or ` +
      `timestamp header`;
  }
  return algorithm !== "token" && prefix !== undefined
    ? `The algorithm "${algorithm}" has a prefix of its own: expected none`
    : undefined;
}

/** Converts a path of an event's type to dots only, as deliveries are read. */
function toDotted(path: string): string {
  const parsed = tryParseJsonPath(path);
  return parsed.ok ? parsed.path.join(".") : path;
}

/** Creates the scheme that a user describes, or says what is wrong with the description. */
export function tryCreateGenericScheme(signature: SignatureEntry): SchemeResult {
  const { algorithm, template = "{body}", event_path: eventPath } = signature;
  const names: Names = {};
  for (const [key, title] of Object.entries(HEADER_TITLES) as [keyof Names, string][]) {
    const given = signature[key];
    const name = given === undefined ? undefined : tryHeaderName(given);
    if (given !== undefined && name === undefined) {
      return { ok: false, message: `The ${title} is malformed: expected the name of a header` };
    }
    if (name !== undefined) names[key] = name;
  }
  const isToken = Object.hasOwn(TOKEN_FORMS, algorithm);
  const fault = isToken ? findTokenFault(signature) : findTemplateFault(template, names);
  if (fault !== undefined) return { ok: false, message: fault };
  const isAuthorization = algorithm === "bearer" || algorithm === "basic";
  const { id_header: id, event_header: event } = names;
  const { header = isAuthorization ? "authorization" : undefined } = names;
  if (header === undefined) {
    return { ok: false, message: `The algorithm "${algorithm}" needs a header: expected its name` };
  }
  return {
    ok: true,
    scheme: {
      proof: createProof(signature, { ...names, header }),
      id: id === undefined ? {} : { headers: [id] },
      event: {
        headers: event === undefined ? [] : [event],
        paths: eventPath === undefined ? [] : [toDotted(eventPath)],
      },
    },
  };
}
