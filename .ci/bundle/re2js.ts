/**
 * What becomes a file of its own beside the bundle: only filters with `matches` need it, and inside the
 * bundle it would take 4 MiB of every session.
 *
 * @module
 */

export { RE2JS } from "re2js";
