/** The version of this package, as in `deno.json`. */
export const VERSION = "0.5.0";

/** The name of the channel, as in the name of its state folder and in `.mcp.json`. */
export const CHANNEL_NAME = "webhook";
