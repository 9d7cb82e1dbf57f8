import { readGatewayOptions } from "../../lib/cli/serve_options.ts";
import { runGateway as run } from "../../server/serve.ts";
import { runServer } from "../serve/run_server.ts";
import { printUsageError } from "../shared/terminal.ts";

/** Runs `gateway`: holds the port without a session, as a login item or on a server. */
export async function runGateway(args: readonly string[]): Promise<number> {
  const parsed = readGatewayOptions(args);
  if (!parsed.ok) return await printUsageError(parsed);
  return await runServer(parsed.value, (environment) => run(parsed.value, environment));
}
