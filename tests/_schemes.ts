import { assert } from "@std/assert";
import { selectScheme } from "../lib/sources/config/select_scheme.ts";
import type { Scheme } from "../lib/sources/proof/scheme.ts";
import { PROVIDER_NAMES, type ProviderName } from "../lib/sources/providers/kinds.ts";

/** A provider whose scheme the user does not have to describe. */
export type FixedName = Exclude<ProviderName, "generic">;

/** The names of those providers. */
export const FIXED_NAMES: readonly FixedName[] = PROVIDER_NAMES.filter((name) =>
  name !== "generic"
);

function schemeOf(kind: FixedName, secret: string): Scheme {
  const selected = selectScheme({ kind }, [secret]);
  assert(selected.ok, kind);
  return selected.scheme;
}

/** The schemes of those providers where nothing but the kind is configured. */
export const SCHEMES = Object.fromEntries(
  FIXED_NAMES.map((name) => [name, schemeOf(name, "a secret")]),
) as Record<FixedName, Scheme>;

/** The scheme of GitLab where its secrets sign. */
export const GITLAB_SIGNED: Scheme = schemeOf("gitlab", "whsec_AQID");
