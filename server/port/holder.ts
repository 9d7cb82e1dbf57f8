import { tryParseJson } from "../../lib/text/parse_json.ts";

/** The longest wait for an answer, in milliseconds. */
const TIMEOUT_MS = 1000;

/**
 * Describes the process that has a port, by an HTTP request: the sandbox allows no look at other
 * processes.
 *
 * @param url The address of the port, such as `http://127.0.0.1:8788`.
 */
export async function describePortHolder(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const length = Number(response.headers.get("content-length"));
    if (!response.ok || !(length > 0 && length <= 4096)) {
      await response.body?.cancel();
      return "another program that answers HTTP";
    }
    const { name, pid } = Object(tryParseJson(await response.text()));
    return name === "deno-channel" && Number.isInteger(pid)
      ? `deno-channel process ${pid}`
      : "another program that answers HTTP";
  } catch {
    return "a program that does not answer HTTP";
  }
}
