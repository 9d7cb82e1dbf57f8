/**
 * Deliveries in the content type of HTML forms, which is also what `curl -d` sends unless told
 * otherwise, so that not everything that says it is a form is one.
 *
 * @module
 */

import { tryParseJson } from "./parse_json.ts";

/** The values of a form by their names; a name that stands there several times has a list. */
function readFields(body: string): Record<string, unknown> {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(body)) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return Object.fromEntries(
    [...values].map(([name, list]) => [name, list.length === 1 ? list[0] : list]),
  );
}

/**
 * Reads the body of a form.
 *
 * @param body The body as text.
 * @returns The fields by their names; of a form that has but one, `payload`, the JSON in it; and
 * `undefined` when the text is no form because it has no `=`.
 */
export function tryParseForm(body: string): { readonly payload: unknown } | undefined {
  if (!body.includes("=")) return undefined;
  const fields = readFields(body);
  const { payload } = fields;
  if (Object.keys(fields).length === 1 && typeof payload === "string") {
    const parsed = tryParseJson(payload);
    if (parsed !== undefined) return parsed;
  }
  return { payload: fields };
}
