/**
 * A gateway: holds the port without a session, so that events are kept while no session is open.
 *
 * @module
 */

import type { GatewayOptions } from "../lib/cli/serve_options.ts";
import { AccessStore } from "./access/store.ts";
import { JournalKeeper } from "./journal/keeper.ts";
import { PortRole } from "./port/role.ts";
import type { ServeEnvironment } from "./serve.ts";

/**
 * Holds the port until the process is asked to leave.
 *
 * @param options What was asked for on the command line.
 * @param environment What the gateway works with.
 * @returns A promise that settles when everything is closed.
 */
export async function runGateway(
  options: GatewayOptions,
  environment: Omit<ServeEnvironment, "streams" | "settleMs">,
): Promise<void> {
  const { stateDir, tls, log, terminated } = environment;
  const keeper = new JournalKeeper({ stateDir, durability: options.durability, log });
  const access = new AccessStore({ stateDir, onFault: (message) => log.warn(message) });
  const role = new PortRole({ options, keeper, stateDir, access, tls, log });
  await terminated;
  await role.close();
  keeper.close();
}
