import { DEFAULT_PORT } from "./common_flags.ts";
import type { NamedSource } from "./format_sources.ts";
import { formatRow, measureColumns } from "./format_table.ts";
import { tryParseSecretReference } from "../sources/config/secret_reference.ts";
import { PROVIDERS } from "../sources/providers/kinds.ts";

interface AddedSourceOptions {
  /** The secret that was made, which is shown only now; `undefined` when it came from elsewhere. */
  readonly newSecret: string | undefined;
  readonly secretPath: string;
  readonly configPath: string;
  /** The port of the server on this machine. */
  readonly port: number;
  /** The state folder that was asked for; `undefined` for the usual one. */
  readonly stateDir: string | undefined;
  /** Tells whether the server may read a file without a further permission. */
  readonly isReadable: (path: string) => boolean;
}

function quote(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** Formats the flags that another command needs to find the same server. */
function formatServerFlags(
  { port, stateDir }: Pick<AddedSourceOptions, "port" | "stateDir">,
): string {
  const portFlag = port === DEFAULT_PORT ? "" : ` --port ${port}`;
  return stateDir ? `${portFlag} --state-dir ${quote(stateDir)}` : portFlag;
}

/** Formats what the server must be started with to read a secret. */
function formatPermissions(text: string, { isReadable }: AddedSourceOptions): string[] {
  const reference = tryParseSecretReference(text);
  if (reference === undefined) return [];
  const { type, place } = reference;
  if (type === "file" && isReadable(place)) return [];
  const [flag, needed] = type === "env"
    ? [`--allow-env=${place}`, "and the variable itself"]
    : [`--allow-read=${place}`, "and the file itself"];
  return [
    "",
    `What starts the server (.mcp.json, the gateway's unit) now needs ${flag}`,
    `${needed}. Without them it does not start.`,
  ];
}

/** Explains how to use a secret that the other side makes. */
function formatReplacing({ secretPath, configPath }: AddedSourceOptions): string[] {
  return [
    "",
    "The other side makes the secret. Write it into the first line of the file",
    `  ${secretPath}`,
    `in place of the one that is there, which is for tests only, and then run: touch ${
      quote(configPath)
    }`,
  ];
}

/** Names the events that the configuration may name, as many in a line as fit. */
function formatEvents(events: readonly string[]): string[] {
  const lines = events.join(", ").match(/\S.{0,88}(?:,|$)/g);
  if (lines === null) return [];
  const title = "Events that events.allow and events.deny of config.json can name:";
  return ["", title, ...lines.map((line) => `  ${line}`)];
}

/**
 * Explains what to do after a source was added: what to paste where, and how to try it out.
 *
 * @returns The lines; the new secret is in one of them.
 */
export function formatAddedSource(
  [name, source]: NamedSource,
  options: AddedSourceOptions,
): string[] {
  const { newSecret, port } = options;
  const { setup, events } = PROVIDERS[source.kind];
  const { where, urlField, secretField, isSecretTheirs = false, settings = [] } = setup;
  const isShown = newSecret !== undefined && !isSecretTheirs;
  const secret = isShown
    ? "the one above"
    : newSecret === undefined
    ? `the one that ${source.secrets.join(", ")} has`
    : "made there, see below";
  const fields = [
    [urlField, `https://<your host>${source.path}`],
    ...settings,
    [secretField, secret],
  ];
  const widths = measureColumns(fields);
  return [
    `Added ${name}, which takes webhooks at http://127.0.0.1:${port}${source.path}`,
    ...(isShown ? ["Its secret, which is shown only now:", newSecret] : []),
    "",
    where,
    ...fields.map((row) => `  ${formatRow(row, widths)}`),
    ...(newSecret !== undefined && isSecretTheirs ? formatReplacing(options) : []),
    ...source.secrets.flatMap((text) => formatPermissions(text, options)),
    ...formatEvents(events),
    "",
    `Try it out: deno-channel source test ${name}${formatServerFlags(options)}`,
  ];
}
