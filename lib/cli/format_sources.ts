/**
 * Sources as the command line shows them, to people and to programs: with the places of their secrets,
 * and without the secrets.
 *
 * @module
 */

import { cleanLine } from "../text/clean_line.ts";
import { formatSecretReference } from "../sources/config/secret_reference.ts";
import type { SourceEntry } from "../sources/config/entry.ts";

/** A source and its name. */
export type NamedSource = readonly [name: string, source: SourceEntry];

export const SOURCE_HEADER: readonly string[] = [
  "NAME",
  "KIND",
  "PATH",
  "SECRETS",
  "SESSION",
  "REPOSITORY",
];

/** The longest cell, in code points. */
const CELL_CODE_POINTS = 120;

/** The cells of a source in a table; they are one line each and cannot move a terminal's cursor. */
export function formatSourceRow([name, source]: NamedSource): string[] {
  const { kind, path, secrets, session = "any", repository = "any" } = source;
  const references = secrets.map(formatSecretReference).join(", ");
  return [name, kind, path, references, session, repository]
    .map((cell) => cleanLine(cell, CELL_CODE_POINTS));
}

/** A source as programs see it. */
export function toSourceJson([name, source]: NamedSource): Record<string, unknown> {
  const { kind, path, secrets, session = null, repository = null } = source;
  return { name, kind, path, secrets: secrets.map(formatSecretReference), session, repository };
}
