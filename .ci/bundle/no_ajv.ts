/**
 * What the bundle has in the place of `ajv` and `ajv-formats`, which would be two fifths of it.
 *
 * The SDK makes them by default to check the answers to elicitation. A channel never asks for any and
 * gives the SDK a validator of its own (`server/channel/create_channel.ts`), so they are loaded for nothing.
 *
 * @module
 */

/** Throws if it is used after all. */
export default class NoAjv {
  /** Throws a `TypeError`. */
  constructor() {
    throw new TypeError("Cannot validate a JSON Schema: ajv is not part of the bundle");
  }
}
