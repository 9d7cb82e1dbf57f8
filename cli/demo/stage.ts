import type { Sender } from "./http_client.ts";
import type { SessionEvents, StandIn } from "./stand_in.ts";

/** The sender that the demo posts as. */
export const DEMO_SENDER = "dev";

/** The server, and a sender that uses it. */
export interface DemoStage {
  readonly sender: Sender;
  /** Settles when the process is asked to leave. */
  readonly terminated: Promise<unknown>;
  /** Starts the server and waits for its port. */
  start(events: SessionEvents): Promise<StandIn>;
}
