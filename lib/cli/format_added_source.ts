import { DEFAULT_PORT } from "./flag_value.ts";
import type { NamedSource } from "./format_sources.ts";
import { formatRow, measureColumns } from "./format_table.ts";
import { tryParseSecretReference } from "../sources/config/secret_reference.ts";
import { PROVIDERS } from "../sources/providers/kinds.ts";

/** What {@linkcode formatAddedSource} has to know besides the source. */
export interface AddedSourceOptions {
  /** The secret that was made, which is shown only now; `undefined` when it came from elsewhere. */
  readonly newSecret: string | undefined;
  /** The file with that secret. */
  readonly secretPath: string;
  /** The file with the configuration. */
  readonly configPath: string;
  /** The port of the server on this machine. */
  readonly port: number;
  /** The state folder that was asked for; `undefined` for the usual one. */
  readonly stateDir: string | undefined;
  /** Whether the process that takes the deliveries may read a file as it is. */
  readonly isReadable: (path: string) => boolean;
}

function quote(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** The flags that tell another command of the same server, where it is not the usual one. */
function formatServerFlags(
  { port, stateDir }: Pick<AddedSourceOptions, "port" | "stateDir">,
): string {
  const portFlag = port === DEFAULT_PORT ? "" : ` --port ${port}`;
  return stateDir ? `${portFlag} --state-dir ${quote(stateDir)}` : portFlag;
}

/** What the server has to be started with for a secret; nothing for one that it may read anyway. */
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
    `Whatever starts the server (.mcp.json, the gateway's unit) now needs ${flag}`,
    `${needed}. Without them it does not start.`,
  ];
}

/** What to do about a secret that the other side makes. */
function formatReplacing({ secretPath, configPath }: AddedSourceOptions): string[] {
  return [
    "",
    "The other side makes its secret and takes none. Write it into the first line of the file",
    `  ${secretPath}`,
    `in place of the one that is there, which is for trying out, and then: touch ${
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
 * Says what to do after a source was added: what to paste where, and how to try it out.
 *
 * @param source The source and its name.
 * @param options What else is needed for that.
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
