import { shapeGeneric } from "./shape_generic.ts";
import { isRecord } from "./payload.ts";
import type { Line } from "./shape.ts";

/** Keys of free text by unknown authors, and of values for machines. */
const UNTOLD_KEY_REGEXP =
  /^(?:body|content|description|note|message|text|comment|diff)|[uU](?:rl|ri|RL|RI)$|href$|avatar|[eE]mail|(?:^|_)(?:uu)?ids?$|I[dD]s?$/;

/** The depth to which {@linkcode shapeGeneric} reads. */
const MAX_DEPTH = 2;

function withoutUntold(value: unknown, depth: number): unknown {
  if (!isRecord(value) || depth === 0) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !UNTOLD_KEY_REGEXP.test(key))
      .map(([key, inner]) => [key, withoutUntold(inner, depth - 1)]),
  );
}

/**
 * Builds the lines of an event whose type has no reading of its own: no bodies, no addresses, no
 * ids.
 */
export function tellingLines(payload: unknown): readonly Line[] {
  return shapeGeneric({ event: "", payload: withoutUntold(payload, MAX_DEPTH) }).lines;
}
