import { assert, assertLessOrEqual, assertMatch } from "@std/assert";
import fc from "fast-check";
import { formatShape } from "../../../lib/sources/shape/format_shape.ts";
import type { Provider } from "../../../lib/sources/provider.ts";
import type { Delivery } from "../../../lib/sources/shape/shape.ts";
import { countCodePoints } from "../../../lib/text/truncate.ts";
import { hostileText } from "../_texts.ts";

/** A line after the first: a word of the kind's own, a quote, an address, or what is left out. */
const LINE_REGEXP =
  /^(?:[^":\n]{1,60}: [^\n]*|[^":\n]{1,60} \(untrusted\): "[^"\n]*"|https?:\/\/[^\s"<>]+|… \(\+\d+ lines\))$/;

/** The lines of an event as Claude reads them, the first one among them. */
export function linesOf(kind: Provider, delivery: Delivery): string[] {
  return formatShape(kind.name, kind.shape(delivery)).text.split("\n");
}

/** Asserts what holds for every event, whatever was delivered. */
export function assertSound(kind: Provider, delivery: Delivery): void {
  const shape = kind.shape(delivery);
  const { text, meta } = formatShape(kind.name, shape);
  const [title = "", ...lines] = text.split("\n");
  assert(title.startsWith(`[${kind.name}] `), title);
  assertLessOrEqual(countCodePoints(title), 200);
  assertLessOrEqual(countCodePoints(text), 2000);
  assert(!text.includes("<"), text);
  for (const line of lines) assertMatch(line, LINE_REGEXP);
  for (const value of Object.values(meta)) assertMatch(value, /^[A-Za-z0-9._/@:#+-]{1,100}$/);
  assert(shape.rule !== "" && shape.event !== "");
}

/** A copy of a JSON value with another value somewhere in it, or the value itself. */
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

/** A payload with one value in it changed for any other, or any JSON at all. */
export function mutationOf(payload: unknown): fc.Arbitrary<unknown> {
  const steps = fc.array(fc.nat(20), { maxLength: 6 });
  const other = fc.oneof(fc.jsonValue(), hostileText, fc.double());
  return fc.tuple(steps, other).map(([path, value]) => withOther(payload, path, value));
}
