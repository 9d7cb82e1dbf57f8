import { isRepositoryName, isSessionName } from "../session/names.ts";
import { JSON_OUTPUT, OWNER_PORT, STATE_DIR } from "./common_flags.ts";
import { argument, flag, oneOf, texts } from "./flags.ts";
import {
  type Commands,
  type OptionsOf,
  type Parsed,
  readCommand,
  refuse,
  type UsageFault,
} from "./read_command.ts";
import { PROVIDER_NAMES } from "../sources/providers/kinds.ts";
import { findReferenceFault, tryParseSecretReference } from "../sources/config/secret_reference.ts";
import {
  findSourcePathFault,
  isSourceName,
  SOURCE_NAME_EXPECTATION,
} from "../sources/config/place.ts";

const NAME = argument("name", "The name of a source");

export const SOURCE_COMMANDS = {
  list: {
    isDefault: true,
    summary: "list the sources of webhooks",
    flags: { json: JSON_OUTPUT, stateDir: STATE_DIR },
  },
  add: {
    summary: "add a source",
    args: {
      sourceKind: argument("kind", "The kind of a source", {
        ...oneOf(PROVIDER_NAMES),
        known: PROVIDER_NAMES,
      }),
    },
    flags: {
      name: flag("name", {
        value: "name",
        help: "the name of the source",
        otherwise: "its kind",
        ...texts(isSourceName, SOURCE_NAME_EXPECTATION),
      }),
      path: flag("path", {
        value: "path",
        help: "the path that its webhooks are sent to",
        otherwise: "/<name>",
        ...texts(() => true, "a path"),
      }),
      secretFrom: flag("secret-from", {
        value: "reference",
        help: "where its secret is, env:NAME or file:/path",
        otherwise: "a new one",
        ...texts(() => true, "env:NAME or file:/path"),
      }),
      session: flag("session", {
        value: "name",
        help: "the session that gets its events",
        ...texts(isSessionName, "the name of a session"),
      }),
      repository: flag("repository", {
        value: "owner/name",
        help: "the repository of its events, where they do not name one",
        ...texts(isRepositoryName, 'a repository such as "owner/name"'),
      }),
      port: OWNER_PORT,
      stateDir: STATE_DIR,
    },
  },
  remove: { summary: "remove a source", args: { name: NAME }, flags: { stateDir: STATE_DIR } },
  test: {
    summary: "sign a sample or a file, and post it to the server",
    args: {
      name: NAME,
      file: argument("file", "A file, or - for standard input", {
        count: "optional",
        ...texts(() => true, "a file"),
      }),
    },
    flags: {
      event: flag("event", {
        value: "type",
        help: "the type of the event, for a source that sends it in a header",
        otherwise: "the sample's",
        ...texts(
          (text) => /^[!-~](?:[ -~]{0,98}[!-~])?$/.test(text),
          "at most 100 letters and signs",
        ),
      }),
      port: OWNER_PORT,
      stateDir: STATE_DIR,
    },
  },
  explain: {
    summary: "say which check, filter and rule decided about an event",
    args: { id: argument("event id", "The id of an event") },
    flags: { stateDir: STATE_DIR },
  },
} satisfies Commands;

type GivenOptions = OptionsOf<typeof SOURCE_COMMANDS>;

type GivenAddOptions = Extract<GivenOptions, { kind: "add" }>;

/** Options of `source add`; the name and the path have their defaults. */
export type AddSourceOptions = GivenAddOptions & { readonly name: string; readonly path: string };

/** Options of the commands of `source`. */
export type SourceOptions = Exclude<GivenOptions, { kind: "add" }> | AddSourceOptions;

export type SourceOptionsOf<Kind extends SourceOptions["kind"]> = Extract<
  SourceOptions,
  { kind: Kind }
>;

/** Refuses a secret in place of its reference. The text is not repeated: it may be the secret. */
function refuseSecretFrom(text: string): UsageFault | undefined {
  const reason = tryParseSecretReference(text) === undefined
    ? "expected env:NAME or file:/path, and no secret, which the list of processes and the " +
      "history of the shell would show"
    : findReferenceFault(text);
  return reason === undefined ? undefined : refuse("Invalid value for --secret-from", reason);
}

function completeAdd(options: GivenAddOptions): Parsed<AddSourceOptions> {
  const { sourceKind, secretFrom } = options;
  const { name = sourceKind, path = `/${name}` } = options;
  const fault = findSourcePathFault(path);
  if (fault !== undefined) return refuse(`Invalid value "${path}" for --path`, fault);
  const secretFault = secretFrom === undefined ? undefined : refuseSecretFrom(secretFrom);
  return secretFault ?? { ok: true, value: { ...options, name, path } };
}

export function readSourceOptions(args: readonly string[]): Parsed<SourceOptions> {
  const parsed = readCommand("source", SOURCE_COMMANDS, args);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  return value.kind === "add" ? completeAdd(value) : { ok: true, value };
}
