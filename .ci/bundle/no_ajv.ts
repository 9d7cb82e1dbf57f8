/**
 * Replaces `ajv` and `ajv-formats` in the bundle, which would be two fifths of it.
 *
 * The SDK checks the answers to elicitation with them. A channel never asks for any, and gives the SDK a
 * validator of its own (`server/channel/create_channel.ts`).
 *
 * @module
 */

export default class NoAjv {
  constructor() {
    throw new TypeError("Cannot validate a JSON Schema: ajv is not part of the bundle");
  }
}
