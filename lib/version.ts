/** The version of this package, as in `deno.json`. */
export const VERSION = "0.4.2";
