import { truncate } from "../../text/truncate.ts";
import { cleanValue } from "./clean_value.ts";
import { REDACTED } from "./redact.ts";
import { isSecretMember } from "./secret_member.ts";

/** The longest template in UTF-16 units. */
export const MAX_TEMPLATE_LENGTH = 4000;

const MAX_VALUE_CODE_POINTS = 500;
const MAX_KEY_CODE_POINTS = 100;

const MAX_ITEMS = 100;
const MAX_MEMBERS = 500;

const MAX_DEPTH = 32;

/** The most values in all; a payload of 1 MiB can have half a million. */
const MAX_VALUES = 20_000;

/** Prints an object as `{…}`: a payload may have a `toString` of its own. */
const OBJECT_PROTOTYPE: object = Object.freeze({
  __proto__: null,
  [Symbol.toPrimitive]: () => "{…}",
});

/** Prints a list as its items, cut like a text. */
const LIST_PROTOTYPE: object = Object.freeze({
  __proto__: Array.prototype,
  [Symbol.toPrimitive](this: unknown[]): string {
    return truncate(this.join(", "), MAX_VALUE_CODE_POINTS);
  },
});

/** The number of values that the view may still take. */
interface Budget {
  values: number;
}

function viewOf(value: unknown, depth: number, budget: Budget): unknown {
  if (typeof value === "string") return cleanValue(value, MAX_VALUE_CODE_POINTS);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const items = value.slice(0, Math.min(MAX_ITEMS, budget.values));
    budget.values -= items.length;
    const view = items.map((item, index) =>
      isSecretMember(value, String(index)) ? REDACTED : viewOf(item, depth + 1, budget)
    );
    return Object.setPrototypeOf(view, LIST_PROTOTYPE);
  }
  const view: Record<string, unknown> = Object.create(OBJECT_PROTOTYPE);
  let left = MAX_MEMBERS;
  for (const key in value) {
    if (!Object.hasOwn(value, key) || key === "__proto__" || isSecretMember(value, key)) continue;
    if (left-- <= 0 || budget.values-- <= 0) break;
    const member = value[key as keyof typeof value];
    view[cleanValue(key, MAX_KEY_CODE_POINTS)] = viewOf(member, depth + 1, budget);
  }
  return view;
}

/**
 * Copies what a template may see of a payload: texts of one line, cleaned, redacted and of at most
 * 500 code points; no member with a secret name; lists of at most 100 items; 32 levels.
 */
export function createTemplateView(payload: unknown): unknown {
  return viewOf(payload, 1, { values: MAX_VALUES });
}
