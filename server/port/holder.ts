import { tryParseJson } from "../../lib/text/parse_json.ts";
import { VERSION } from "../../lib/version.ts";
import { LocalConnection, toText } from "../feed/connection.ts";

/** The longest wait for an answer, in milliseconds. */
const TIMEOUT_MS = 1000;

const VERSION_REGEXP = /^\d+\.\d+\.\d+$/;

/**
 * Describes the process that has a port, by an HTTP request: the sandbox allows no look at other
 * processes.
 *
 * @param address The address of the port, such as `127.0.0.1:8788`.
 */
export async function describePortHolder(address: string): Promise<string> {
  using connection = await LocalConnection.open({ address, timeoutMs: TIMEOUT_MS });
  const answer = await connection?.get("/healthz");
  if (answer === undefined) return "a program that does not answer HTTP";
  const { name, pid, version } = Object(
    answer.status === 200 ? tryParseJson(toText(answer)) : undefined,
  );
  if (name !== "deno-channel" || !Number.isInteger(pid)) return "another program that answers HTTP";
  const isOther = version !== VERSION && VERSION_REGEXP.test(String(version));
  return `deno-channel process ${pid}${isOther ? ` of version ${version}: end that session` : ""}`;
}
