/**
 * Reads values out of JSON whose shape is not known. Nothing here throws, whatever the payload is:
 * what is not there, or is of another type, is `undefined`.
 *
 * A path is names with dots between them, an index of a list included: `commits.0.author.name`. The
 * empty path is the value itself.
 *
 * @module
 */

const INDEX_REGEXP = /^\d{1,9}$/;

/** Own properties only, so that no path reaches what every object inherits. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || name === "__proto__") return undefined;
  if (Array.isArray(value)) return INDEX_REGEXP.test(name) ? value[Number(name)] : undefined;
  return Object.hasOwn(value, name) ? value[name as keyof typeof value] : undefined;
}

/** The value at a path. */
export function at(value: unknown, path: string): unknown {
  if (path === "") return value;
  let found = value;
  for (const name of path.split(".")) found = member(found, name);
  return found;
}

/** The string at a path that is more than white space; a number or a boolean as text. */
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

/** The number at a path; a string of digits is none. */
export function number(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

/** The list at a path; empty when there is none. */
export function list(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** Whether the value at a path is anything but `false`, `0`, `""`, `null` or missing. */
export function truthy(value: unknown, path: string): boolean {
  return Boolean(at(value, path));
}
