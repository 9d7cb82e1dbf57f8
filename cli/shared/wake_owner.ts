import { openFeed } from "../../server/feed/client.ts";
import { HOSTNAME } from "../../lib/http/loopback.ts";

interface WakeOptions {
  readonly port: number;
  /** The secret of the state folder. */
  readonly secret: string;
}

export type WakeResult = "told" | "no owner" | "not permitted";

/** Explains the result `not permitted`. */
export function describeUntold(port: number): string {
  return `The server was not told: Deno was started without --allow-net=${HOSTNAME}:${port}`;
}

/** Tells the owner, if it is one of this state folder, that there is something new in the journal. */
export async function wakeOwner({ port, secret }: WakeOptions): Promise<WakeResult> {
  const address = `${HOSTNAME}:${port}`;
  if (Deno.permissions.querySync({ name: "net", host: address }).state !== "granted") {
    return "not permitted";
  }
  const feed = await openFeed({ address, secret, enter: () => 0 });
  if (typeof feed === "string") return "no owner";
  feed.notify();
  feed.close();
  await feed.ended;
  return "told";
}
