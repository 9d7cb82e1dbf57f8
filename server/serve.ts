/**
 * One session's server: the MCP side on stdio, its part at the port, and their common end.
 *
 * @module
 */

import { hasApprover } from "../lib/access/access_file.ts";
import { INSTRUCTIONS } from "../lib/channel/instructions.ts";
import type { GatewayOptions, ServeOptions } from "../lib/cli/serve_options.ts";
import { CHANNEL_NAME, VERSION } from "../lib/version.ts";
import { isRelayed } from "../lib/permission/relay_filter.ts";
import { AccessStore } from "./access/store.ts";
import { type ChannelOptions, createChannel } from "./channel/create_channel.ts";
import { delay } from "./runtime/delay.ts";
import type { TlsKeyPair } from "./port/listener.ts";
import { JournalKeeper } from "./journal/keeper.ts";
import type { Logger } from "./runtime/log.ts";
import { PortRole } from "./port/role.ts";
import { SessionAgent } from "./session/agent.ts";
import { identifySession } from "./session/identity.ts";
import { createSessionTools } from "./session/tools.ts";

/** The environment of a server. */
export interface ServeEnvironment {
  readonly stateDir: string;
  readonly log: Logger;
  /** The certificate of the second listener; plain HTTP without it. */
  readonly tls?: TlsKeyPair;
  /** Settles when the process is asked to leave. */
  readonly terminated: Promise<unknown>;
  /** The streams to the client; by default stdin and stdout. */
  readonly streams?: ChannelOptions["streams"];
  /**
   * The time between the handshake and the first event, in milliseconds: a client that has not
   * registered the channel yet would drop it.
   *
   * @default {200}
   */
  readonly settleMs?: number;
}

/** Returns whether any sender may answer permission requests; otherwise they are not relayed. */
function isAnswerable(options: ServeOptions, access: AccessStore): boolean {
  const state = access.read();
  if (!state.ok || state.access.policy === "disabled") return false;
  const isHeaderEnough = options.trustedHeaderApproves && options.trustedSenders.length > 0;
  return isHeaderEnough || hasApprover(state.access, Date.now());
}

/**
 * Serves one session until its client leaves or the process is asked to leave.
 *
 * The port is bound only after the handshake: a client that merely probes the server would take it
 * from another process otherwise.
 */
export async function serve(options: ServeOptions, environment: ServeEnvironment): Promise<void> {
  const { stateDir, tls, log, terminated, streams, settleMs = 200 } = environment;
  const { durability, redeliverAfterMs, permissionExpiryMs, relayFilter } = options;
  let role: PortRole | undefined;
  const notifyOwner = () => role?.notify();
  const keeper = new JournalKeeper({
    stateDir,
    durability,
    log,
    onUsable: () => role?.join(),
  });
  const access = new AccessStore({ stateDir, onFault: (message) => log.warn(message) });
  const agent = new SessionAgent({
    keeper,
    identify: identifySession,
    log,
    notifyOwner,
    permissionExpiryMs,
    redeliverAfterMs,
  });
  const channel = createChannel({
    name: CHANNEL_NAME,
    version: VERSION,
    instructions: INSTRUCTIONS,
    tools: createSessionTools({ keeper, agent, notifyOwner }),
    log,
    onResume: () => agent.resume(),
    ...(options.relay && isAnswerable(options, access) && {
      onPermissionRequest(request) {
        if (isRelayed(request.toolName, relayFilter)) agent.ask(request);
      },
    }),
    ...(streams && { streams }),
  });
  const ended = Promise.race([channel.closed, terminated]);
  await channel.connect();
  const isInitialized = await Promise.race([
    channel.initialized.then(() => true, () => false),
    ended.then(() => false),
  ]);
  if (isInitialized) {
    role = new PortRole({ options, keeper, stateDir, access, tls, agent, log });
    delay(settleMs).then(() => agent.begin(channel));
  }

  await ended;
  keeper.hurry();
  await role?.close();
  agent.close();
  await channel.close();
  keeper.close();
}

/** Owns the port, without a session, until the process is asked to leave. */
export async function runGateway(
  options: GatewayOptions,
  environment: Omit<ServeEnvironment, "streams" | "settleMs">,
): Promise<void> {
  const { stateDir, tls, log, terminated } = environment;
  const keeper = new JournalKeeper({ stateDir, durability: options.durability, log });
  const access = new AccessStore({ stateDir, onFault: (message) => log.warn(message) });
  const role = new PortRole({ options, keeper, stateDir, access, tls, log });
  await terminated;
  keeper.hurry();
  await role.close();
  keeper.close();
}
