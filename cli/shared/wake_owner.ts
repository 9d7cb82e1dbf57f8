import { openFeed } from "../../server/feed/client.ts";
import { HOSTNAME } from "../../lib/http/loopback.ts";

/** Whom {@linkcode wakeOwner} tells. */
export interface WakeOptions {
  /** The port of the owner. */
  readonly port: number;
  /** The secret of the state folder. */
  readonly secret: string;
}

/** What came of it when the owner was to be told. */
export type WakeResult = "told" | "nobody" | "not permitted";

/**
 * Tells the process that holds the port, if it is one of this state folder, that there is something
 * new in the journal.
 */
export async function wakeOwner({ port, secret }: WakeOptions): Promise<WakeResult> {
  const address = `${HOSTNAME}:${port}`;
  if (Deno.permissions.querySync({ name: "net", host: address }).state !== "granted") {
    return "not permitted";
  }
  const feed = await openFeed({ address, secret, enter: () => 0 });
  if (typeof feed === "string") return "nobody";
  feed.notify();
  feed.close();
  await feed.ended;
  return "told";
}
