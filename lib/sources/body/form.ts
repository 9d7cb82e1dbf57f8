/**
 * Bodies in the content type of HTML forms. `curl -d` sends that type by default, so a body that
 * claims it may be something else.
 *
 * @module
 */

import { tryParseJson } from "./parse_json.ts";

/** Returns the fields by name; a repeated name has a list of values. */
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
 * @returns The fields by name; of a form whose only field is `payload`, the JSON in it; `undefined`
 * for a text without `=`, which is no form.
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
