import { assert } from "@std/assert";
import { selectScheme } from "../lib/sources/config/select_scheme.ts";
import type { Scheme } from "../lib/sources/proof/scheme.ts";
import { PROVIDER_NAMES, type ProviderName } from "../lib/sources/providers/kinds.ts";

/** A provider whose scheme the user does not describe. */
export type FixedName = Exclude<ProviderName, "generic">;

export const FIXED_NAMES: readonly FixedName[] = PROVIDER_NAMES.filter((name) =>
  name !== "generic"
);

function schemeOf(kind: FixedName, secret: string): Scheme {
  const selected = selectScheme({ kind }, [secret]);
  assert(selected.ok, kind);
  return selected.scheme;
}

/** The schemes of those providers, with nothing but the kind configured. */
export const SCHEMES = Object.fromEntries(
  FIXED_NAMES.map((name) => [name, schemeOf(name, "a secret")]),
) as Record<FixedName, Scheme>;

/** The scheme of GitLab with secrets that sign. */
export const GITLAB_SIGNED: Scheme = schemeOf("gitlab", "whsec_AQID");
