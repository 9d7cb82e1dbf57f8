/**
 * The command line of `source`: where webhooks come from, and what becomes of them.
 *
 * @module
 */

import { isRepositoryName, isSessionName } from "../session/names.ts";
import { type JournalViewOptions, STATE_DIR_FLAG } from "./common_flags.ts";
import { DEFAULT_PORT, type FlagValue, readPortFlag } from "./flag_value.ts";
import { type FlagSpec, readFlags } from "./read_flags.ts";
import { findNearest } from "../text/nearest.ts";
import { PROVIDER_NAMES, type ProviderName } from "../sources/providers/kinds.ts";
import { findReferenceFault, tryParseSecretReference } from "../sources/config/secret_reference.ts";
import {
  findSourcePathFault,
  isSourceName,
  SOURCE_NAME_EXPECTATION,
} from "../sources/config/place.ts";

/** What `source list` is asked for. */
export interface ListSourcesOptions extends JournalViewOptions {
  /** Tells it from the other commands about sources. */
  readonly kind: "list";
}

/** What every command about sources is asked for. */
interface CommonOptions {
  /** The state folder; `undefined` for the usual one. */
  readonly stateDir: string | undefined;
}

/** What `source add` is asked for. */
export interface AddSourceOptions extends CommonOptions {
  /** Tells it from the other commands about sources. */
  readonly kind: "add";
  /** What the source is. */
  readonly sourceKind: ProviderName;
  /** Its name. */
  readonly name: string;
  /** The path that takes its deliveries. */
  readonly path: string;
  /** Where its secret is, as `env:NAME` or `file:/path`; `undefined` for a new one. */
  readonly secretFrom: string | undefined;
  /** The session that its events go to. */
  readonly session: string | undefined;
  /** The repository that its events are about. */
  readonly repository: string | undefined;
  /** The port of the server. */
  readonly port: number;
}

/** What `source remove` is asked for. */
export interface RemoveSourceOptions extends CommonOptions {
  /** Tells it from the other commands about sources. */
  readonly kind: "remove";
  /** The name that was given, whatever it is. */
  readonly name: string;
}

/** What `source test` is asked for. */
export interface TestSourceOptions extends CommonOptions {
  /** Tells it from the other commands about sources. */
  readonly kind: "test";
  /** The name that was given, whatever it is. */
  readonly name: string;
  /** The file with the body, `-` for stdin; `undefined` for a sample. */
  readonly file: string | undefined;
  /** The type of the event as its source says it in a header; `undefined` for the sample's. */
  readonly event: string | undefined;
  /** The port of the server. */
  readonly port: number;
}

/** What `source explain` is asked for. */
export interface ExplainEventOptions extends CommonOptions {
  /** Tells it from the other commands about sources. */
  readonly kind: "explain";
  /** The id that was given, whatever it is. */
  readonly id: string;
}

/** What the command line of `source` asks for. */
export type SourceOptions =
  | ListSourcesOptions
  | AddSourceOptions
  | RemoveSourceOptions
  | TestSourceOptions
  | ExplainEventOptions;

const LIST_FLAGS = {
  "json": { help: "source list: print one JSON object per line" },
  ...STATE_DIR_FLAG,
} as const satisfies Record<string, FlagSpec>;

const SERVER_FLAGS = {
  "port": {
    value: "number",
    help: `source add and test: the port of the server (default ${DEFAULT_PORT})`,
  },
  ...STATE_DIR_FLAG,
} as const satisfies Record<string, FlagSpec>;

const ADD_FLAGS = {
  "name": {
    value: "name",
    help: "source add: the name of the source (default its kind)",
    check: { isValue: isSourceName, expected: SOURCE_NAME_EXPECTATION },
  },
  "path": { value: "path", help: "source add: where its webhooks are sent (default /<name>)" },
  "secret-from": {
    value: "reference",
    help: "source add: where its secret is, env:NAME or file:/path (default a new one)",
  },
  "session": {
    value: "name",
    help: "source add: the session that its events go to",
    check: { isValue: isSessionName, expected: "the name of a session" },
  },
  "repository": {
    value: "owner/name",
    help: "source add: the repository that its events are about, if they do not say it",
    check: { isValue: isRepositoryName, expected: 'a repository such as "owner/name"' },
  },
  ...SERVER_FLAGS,
} as const satisfies Record<string, FlagSpec>;

const TEST_FLAGS = {
  "event": {
    value: "type",
    help: "source test: the type of the event, where it is sent in a header (default the sample's)",
    check: {
      isValue: (text) => /^[!-~](?:[ -~]{0,98}[!-~])?$/.test(text),
      expected: "at most 100 letters and signs",
    },
  },
  ...SERVER_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** The flags of `source` and of all that comes after that word. */
export const SOURCE_FLAGS = {
  "name": ADD_FLAGS.name,
  "path": ADD_FLAGS.path,
  "secret-from": ADD_FLAGS["secret-from"],
  "session": ADD_FLAGS.session,
  "repository": ADD_FLAGS.repository,
  "event": TEST_FLAGS.event,
  "port": SERVER_FLAGS.port,
  ...LIST_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** The commands that need something after their name, and what that is called. */
const SUBJECT_COMMANDS: ReadonlyMap<string, readonly [name: string, what: string]> = new Map([
  ["add", ["kind", "a kind of source"]],
  ["remove", ["name", "the name of a source"]],
  ["test", ["name", "the name of a source"]],
  ["explain", ["event id", "an event id"]],
]);

const COMMANDS = "list, add <kind>, remove <name>, test <name> [file] or explain <event id>";

function readList(args: readonly string[]): FlagValue<ListSourcesOptions> {
  const parsed = readFlags(args, LIST_FLAGS);
  if (!parsed.ok) return parsed;
  const { json, "state-dir": stateDir } = parsed.flags;
  return { ok: true, value: { kind: "list", json: json === true, stateDir } };
}

function refuseKind(text: string): { readonly ok: false; readonly message: string } {
  const nearest = findNearest(text, PROVIDER_NAMES);
  const hint = nearest === undefined
    ? `expected one of ${PROVIDER_NAMES.join(", ")}`
    : `did you mean "${nearest}"?`;
  return { ok: false, message: `Unknown kind "${text}": ${hint}` };
}

/** What was given is not repeated: it may be the secret. */
function findSecretFromFault(text: string): string | undefined {
  const fault = tryParseSecretReference(text) === undefined
    ? "expected env:NAME or file:/path, and no secret, which the list of processes and the " +
      "history of the shell would show"
    : findReferenceFault(text);
  return fault && `Invalid value for --secret-from: ${fault}`;
}

function readAdd(text: string, args: readonly string[]): FlagValue<AddSourceOptions> {
  const sourceKind = PROVIDER_NAMES.find((kind) => kind === text);
  if (sourceKind === undefined) return refuseKind(text);
  const parsed = readFlags(args, ADD_FLAGS);
  if (!parsed.ok) return parsed;
  const { flags } = parsed;
  const { name = sourceKind, path = `/${name}`, "secret-from": secretFrom } = flags;
  const pathFault = findSourcePathFault(path);
  if (pathFault !== undefined) {
    return { ok: false, message: `Invalid value "${path}" for --path: ${pathFault}` };
  }
  const secretFault = secretFrom === undefined ? undefined : findSecretFromFault(secretFrom);
  if (secretFault !== undefined) return { ok: false, message: secretFault };
  const port = readPortFlag(flags.port);
  if (!port.ok) return port;
  const { session, repository, "state-dir": stateDir } = flags;
  const where = { name, path, secretFrom, session, repository };
  return { ok: true, value: { kind: "add", sourceKind, ...where, port: port.value, stateDir } };
}

function readRemove(name: string, args: readonly string[]): FlagValue<RemoveSourceOptions> {
  const parsed = readFlags(args, STATE_DIR_FLAG);
  if (!parsed.ok) return parsed;
  return { ok: true, value: { kind: "remove", name, stateDir: parsed.flags["state-dir"] } };
}

function readTest(name: string, args: readonly string[]): FlagValue<TestSourceOptions> {
  const [first = "--"] = args;
  const file = first === "-" || !first.startsWith("-") ? first : undefined;
  const parsed = readFlags(file === undefined ? args : args.slice(1), TEST_FLAGS);
  if (!parsed.ok) return parsed;
  const { event, "state-dir": stateDir } = parsed.flags;
  const port = readPortFlag(parsed.flags.port);
  if (!port.ok) return port;
  return { ok: true, value: { kind: "test", name, file, event, port: port.value, stateDir } };
}

function readExplain(id: string, args: readonly string[]): FlagValue<ExplainEventOptions> {
  const parsed = readFlags(args, STATE_DIR_FLAG);
  if (!parsed.ok) return parsed;
  return { ok: true, value: { kind: "explain", id, stateDir: parsed.flags["state-dir"] } };
}

/**
 * Reads the command line of `source` and of all that may come after that word; flags come last.
 *
 * @param args The arguments after the command's name.
 */
export function readSourceOptions(args: readonly string[]): FlagValue<SourceOptions> {
  const [command, subject, ...rest] = args;
  if (command === undefined || command.startsWith("-")) return readList(args);
  if (command === "list") return readList(args.slice(1));
  const [name, what] = SUBJECT_COMMANDS.get(command) ?? [];
  if (name === undefined) {
    return { ok: false, message: `Unknown command "source ${command}": expected ${COMMANDS}` };
  }
  if (subject === undefined || subject.startsWith("-")) {
    return {
      ok: false,
      message: `The command "source ${command}" needs ${what}: ` +
        `expected source ${command} <${name}>`,
    };
  }
  if (command === "add") return readAdd(subject, rest);
  if (command === "remove") return readRemove(subject, rest);
  return command === "test" ? readTest(subject, rest) : readExplain(subject, rest);
}
