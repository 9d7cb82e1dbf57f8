import { shapeGeneric } from "./shape_generic.ts";
import type { Line } from "./shape.ts";

/** What nobody has looked at who wrote it, and what is only for machines. */
const UNTOLD_KEY_REGEXP =
  /^(?:body|content|description|note|message|text|comment|diff)|[uU](?:rl|ri|RL|RI)$|href$|avatar|[eE]mail|(?:^|_)(?:uu)?ids?$|I[dD]s?$/;

/** How deep {@linkcode shapeGeneric} looks. */
const MAX_DEPTH = 2;

function withoutUntold(value: unknown, depth: number): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject || depth === 0) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !UNTOLD_KEY_REGEXP.test(key))
      .map(([key, inner]) => [key, withoutUntold(inner, depth - 1)]),
  );
}

/**
 * The lines of an event of a known source of which no more is known than its fields: no bodies, no
 * addresses and no ids.
 *
 * @param payload What the event is about, any JSON value.
 */
export function tellingLines(payload: unknown): readonly Line[] {
  return shapeGeneric({ event: "", payload: withoutUntold(payload, MAX_DEPTH) }).lines;
}
