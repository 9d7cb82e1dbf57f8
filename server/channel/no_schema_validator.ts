/**
 * A JSON Schema validator for the SDK that is never used.
 *
 * The SDK validates the answers to elicitation and the structured results of tools, and a channel has
 * neither. Left to itself it would make a compiler of schemas at every start.
 */
export const NO_SCHEMA_VALIDATOR = {
  /** Throws a `TypeError`: whoever calls it has begun to use what a channel does without. */
  getValidator(): never {
    throw new TypeError("Cannot validate a JSON Schema: a channel has no use for it");
  },
};
