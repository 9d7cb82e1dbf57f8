/**
 * Reads values out of JSON of unknown shape. Nothing here throws; a value that is missing or of
 * another type is `undefined`.
 *
 * A path is names with dots between them, an index of a list included: `commits.0.author.name`. The
 * empty path is the value itself.
 *
 * @module
 */

const INDEX_REGEXP = /^\d{1,9}$/;

/** Finds own properties only, because a path such as `constructor` would reach inherited ones. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || name === "__proto__") return undefined;
  if (Array.isArray(value)) return INDEX_REGEXP.test(name) ? value[Number(name)] : undefined;
  return Object.hasOwn(value, name) ? value[name as keyof typeof value] : undefined;
}

export function at(value: unknown, path: string): unknown {
  if (path === "") return value;
  let found = value;
  for (const name of path.split(".")) found = member(found, name);
  return found;
}

/** Tells an object from a list and from `null`. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the string at a path that is more than white space; a number or a boolean as text. */
export function text(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  switch (typeof found) {
    case "string":
      return /\S/.test(found) ? found : undefined;
    case "number":
    case "boolean":
    case "bigint":
      return String(found);
    default:
      return undefined;
  }
}

/** Returns the number at a path; a string of digits is none. */
export function number(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

/** Returns the list at a path; an empty one if there is none. */
export function list(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** Tells whether the value at a path is anything but `false`, `0`, `""`, `null` or missing. */
export function truthy(value: unknown, path: string): boolean {
  return Boolean(at(value, path));
}
