import { assert, assertLessOrEqual, assertMatch } from "@std/assert";
import fc from "fast-check";
import { formatShape } from "../../../lib/sources/shape/format_shape.ts";
import type { Provider } from "../../../lib/sources/provider.ts";
import type { Delivery } from "../../../lib/sources/shape/shape.ts";
import { countCodePoints } from "../../../lib/text/truncate.ts";
import { hostileText } from "../_texts.ts";

/**
 * A line after the first: a word of the provider's code, a quote, an address, or a count of lines.
 */
const LINE_REGEXP =
  /^(?:[^":\n]{1,60}: [^\n]*|[^":\n]{1,60} \(untrusted\): "[^"\n]*"|https?:\/\/[^\s"<>]+|… \(\+\d+ lines\))$/;

/** Returns the lines of an event as Claude reads them, the first one included. */
export function linesOf(provider: Provider, delivery: Delivery): string[] {
  return formatShape(provider.name, provider.shape(delivery)).text.split("\n");
}

/** Asserts the rules that hold for every event. */
export function assertSound(provider: Provider, delivery: Delivery): void {
  const shape = provider.shape(delivery);
  const { text, meta } = formatShape(provider.name, shape);
  const [title = "", ...lines] = text.split("\n");
  assert(title.startsWith(`[${provider.name}] `), title);
  assertLessOrEqual(countCodePoints(title), 200);
  assertLessOrEqual(countCodePoints(text), 2000);
  assert(!text.includes("<"), text);
  for (const line of lines) assertMatch(line, LINE_REGEXP);
  for (const value of Object.values(meta)) assertMatch(value, /^[A-Za-z0-9._/@:#+-]{1,100}$/);
  assert(shape.rule !== "" && shape.event !== "");
}

/** Copies a JSON value with another value somewhere in it. */
function withOther(value: unknown, steps: readonly number[], other: unknown): unknown {
  const [step = 0, ...rest] = steps;
  if (typeof value !== "object" || value === null || steps.length === 0) return other;
  const entries = Object.entries(value);
  if (entries.length === 0) return other;
  const [key, inner] = entries[step % entries.length] ?? ["", undefined];
  const changed = withOther(inner, rest, other);
  if (Array.isArray(value)) {
    return value.map((item, index) => String(index) === key ? changed : item);
  }
  return Object.fromEntries(
    entries.map(([name, item]) => [name, name === key ? changed : item]),
  );
}

/** Generates a payload with one value changed, or any JSON at all. */
export function mutationOf(payload: unknown): fc.Arbitrary<unknown> {
  const steps = fc.array(fc.nat(20), { maxLength: 6 });
  const other = fc.oneof(fc.jsonValue(), hostileText, fc.double());
  return fc.tuple(steps, other).map(([path, value]) => withOther(payload, path, value));
}
