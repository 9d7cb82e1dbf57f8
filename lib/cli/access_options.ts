/**
 * The command line of `access`: who gets in, and what changes that.
 *
 * @module
 */

import {
  ACCESS_POLICIES,
  CHAT_SCOPES,
  isAccessLabel,
  LABEL_EXPECTATION,
  RIGHTS,
  SENDER_ID_EXPECTATION,
} from "../access/access_file.ts";
import type {
  AccessLogOptions,
  AccessOptions,
  AddOptions,
  ChangeOptions,
  ListAccessOptions,
  PairOptions,
  SetPolicyOptions,
  SetRightsOptions,
  ShowPolicyOptions,
} from "./access_command.ts";
import { isSenderId } from "../access/allowlist.ts";
import {
  DEFAULT_PORT,
  type FlagValue,
  readDurationFlag,
  readLimitFlag,
  readPortFlag,
  refuseFlagValue,
} from "./flag_value.ts";
import { type Flags, type FlagSpec, readFlags } from "./read_flags.ts";
import { STATE_DIR_FLAG } from "./common_flags.ts";

const VIEW_FLAGS = {
  "json": { help: "access list, add and log: print one JSON object per line" },
  ...STATE_DIR_FLAG,
} as const satisfies Record<string, FlagSpec>;

const LOG_FLAGS = {
  "limit": {
    value: "number",
    help: "access log: how many rows are listed, the newest (default 50, at most 1000)",
  },
  ...VIEW_FLAGS,
} as const satisfies Record<string, FlagSpec>;

const CHANGE_FLAGS = {
  "port": { value: "number", help: `the port whose holder is told (default ${DEFAULT_PORT})` },
  ...STATE_DIR_FLAG,
} as const satisfies Record<string, FlagSpec>;

const GRANT_FLAGS = {
  "approve": { help: "access pair and add: the sender may answer permission requests, too" },
  "chats": {
    value: "scope",
    help: "access pair and add: whose replies the sender sees, own or all (default own)",
  },
  "label": {
    value: "text",
    help: "access pair and add: the name that people read (default the device's, or the id)",
    check: { isValue: isAccessLabel, expected: LABEL_EXPECTATION },
  },
} as const satisfies Record<string, FlagSpec>;

const PAIR_FLAGS = {
  "id": {
    value: "id",
    help: "access pair: the id of the sender (default made of the label, as phone-k3f9)",
    check: { isValue: isSenderId, expected: SENDER_ID_EXPECTATION },
  },
  ...GRANT_FLAGS,
  ...CHANGE_FLAGS,
} as const satisfies Record<string, FlagSpec>;

const ADD_FLAGS = {
  "expires": {
    value: "duration",
    help: "access add: how long the sender is let in, such as 90d (default forever)",
  },
  ...GRANT_FLAGS,
  "port": CHANGE_FLAGS.port,
  ...VIEW_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** The flags of `access` and of all that comes after that word. */
export const ACCESS_FLAGS = {
  ...GRANT_FLAGS,
  "id": PAIR_FLAGS.id,
  "expires": ADD_FLAGS.expires,
  "limit": LOG_FLAGS.limit,
  "port": CHANGE_FLAGS.port,
  ...VIEW_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** What may come after `access`. */
const COMMANDS = "list, pair, add, remove, rights, policy, token rotate, restore or log";

/** What a sender is granted; one that is let in may always speak. */
function readGrant(
  { approve, chats: text = "own" }: Flags<typeof GRANT_FLAGS>,
): FlagValue<Pick<AddOptions, "rights" | "chats">> {
  const chats = CHAT_SCOPES.find((scope) => scope === text);
  if (chats === undefined) return refuseFlagValue(text, { flag: "chats", expected: "own or all" });
  return { ok: true, value: { rights: approve ? RIGHTS : ["speak"], chats } };
}

function readList(args: readonly string[]): FlagValue<ListAccessOptions> {
  const parsed = readFlags(args, VIEW_FLAGS);
  if (!parsed.ok) return parsed;
  const { json, "state-dir": stateDir } = parsed.flags;
  return { ok: true, value: { kind: "list", json: json === true, stateDir } };
}

function readLog(args: readonly string[]): FlagValue<AccessLogOptions> {
  const parsed = readFlags(args, LOG_FLAGS);
  if (!parsed.ok) return parsed;
  const { json, "state-dir": stateDir, limit: text } = parsed.flags;
  const limit = readLimitFlag(text);
  if (!limit.ok) return limit;
  return { ok: true, value: { kind: "log", limit: limit.value, json: json === true, stateDir } };
}

function readPair(code: string, args: readonly string[]): FlagValue<PairOptions> {
  const parsed = readFlags(args, PAIR_FLAGS);
  if (!parsed.ok) return parsed;
  const { flags } = parsed;
  const grant = readGrant(flags);
  if (!grant.ok) return grant;
  const port = readPortFlag(flags.port);
  if (!port.ok) return port;
  const { id, label, "state-dir": stateDir } = flags;
  return {
    ok: true,
    value: { kind: "pair", code, id, label, ...grant.value, port: port.value, stateDir },
  };
}

function readAdd(id: string, args: readonly string[]): FlagValue<AddOptions> {
  const parsed = readFlags(args, ADD_FLAGS);
  if (!parsed.ok) return parsed;
  const { flags } = parsed;
  if (!isSenderId(id)) {
    return { ok: false, message: `Invalid id "${id}": expected ${SENDER_ID_EXPECTATION}` };
  }
  const grant = readGrant(flags);
  if (!grant.ok) return grant;
  const port = readPortFlag(flags.port);
  if (!port.ok) return port;
  const expires = flags.expires === undefined
    ? { ok: true, value: undefined } as const
    : readDurationFlag(flags.expires, { flag: "expires" });
  if (!expires.ok) return expires;
  return {
    ok: true,
    value: {
      kind: "add",
      id,
      label: flags.label,
      ...grant.value,
      expiresMs: expires.value,
      port: port.value,
      json: flags.json === true,
      stateDir: flags["state-dir"],
    },
  };
}

/** Reads the flags of a change that has no others, and adds what came before them. */
function readChange<Change extends object>(
  change: Change,
  args: readonly string[],
): FlagValue<Change & ChangeOptions> {
  const parsed = readFlags(args, CHANGE_FLAGS);
  if (!parsed.ok) return parsed;
  const port = readPortFlag(parsed.flags.port);
  if (!port.ok) return port;
  return {
    ok: true,
    value: { ...change, port: port.value, stateDir: parsed.flags["state-dir"] },
  };
}

function readRights(id: string, args: readonly string[]): FlagValue<SetRightsOptions> {
  const end = args.findIndex((arg) => arg.startsWith("-"));
  const words = end === -1 ? args : args.slice(0, end);
  const names = words.join() === "both" ? RIGHTS : words;
  const rights = RIGHTS.filter((right) => names.includes(right));
  const isKnown = names.every((name) => RIGHTS.some((right) => right === name));
  // Nothing at all is more likely a slip than the wish to take all rights away.
  if (words.join() !== "none" && (words.length === 0 || !isKnown)) {
    return {
      ok: false,
      message: `Invalid rights "${words.join(" ")}": expected ${RIGHTS.join(", ")}, both or none`,
    };
  }
  return readChange({ kind: "rights", id, rights }, args.slice(words.length));
}

function readPolicy(args: readonly string[]): FlagValue<SetPolicyOptions | ShowPolicyOptions> {
  const [word, ...rest] = args;
  if (word === undefined || word.startsWith("-")) {
    const parsed = readFlags(args, STATE_DIR_FLAG);
    if (!parsed.ok) return parsed;
    return { ok: true, value: { kind: "show-policy", stateDir: parsed.flags["state-dir"] } };
  }
  const policy = ACCESS_POLICIES.find((name) => name === word);
  if (policy === undefined) {
    const expected = ACCESS_POLICIES.join(", ");
    return { ok: false, message: `Unknown policy "${word}": expected one of ${expected}` };
  }
  return readChange({ kind: "policy", policy }, rest);
}

/** The commands that need an id or a code after their name, and what that is called. */
const SUBJECT_COMMANDS: ReadonlyMap<string, string> = new Map([
  ["pair", "code"],
  ["add", "id"],
  ["remove", "id"],
  ["rights", "id"],
  ["token rotate", "id"],
]);

function readSubjectCommand(
  command: string,
  args: readonly string[],
): FlagValue<AccessOptions> {
  const name = SUBJECT_COMMANDS.get(command) ?? "";
  const needed = name === "code" ? "the code that a device shows" : "the id of a sender";
  const [subject, ...rest] = args;
  if (subject === undefined || subject.startsWith("-")) {
    return {
      ok: false,
      message: `The command "access ${command}" needs ${needed}: ` +
        `expected access ${command} <${name}>`,
    };
  }
  if (command === "pair") return readPair(subject, rest);
  if (command === "add") return readAdd(subject, rest);
  if (command === "rights") return readRights(subject, rest);
  return readChange({ kind: command === "remove" ? "remove" : "rotate", id: subject }, rest);
}

/**
 * Reads the command line of `access` and of all that may come after that word; flags come last.
 *
 * @param args The arguments after the command's name.
 */
export function readAccessOptions(args: readonly string[]): FlagValue<AccessOptions> {
  const [word, ...rest] = args;
  if (word === undefined || word.startsWith("-")) return readList(args);
  if (word === "list") return readList(rest);
  if (word === "log") return readLog(rest);
  if (word === "policy") return readPolicy(rest);
  if (word === "restore") return readChange({ kind: "restore" }, rest);
  const isToken = word === "token" && rest[0] === "rotate";
  const command = isToken ? "token rotate" : word;
  if (SUBJECT_COMMANDS.has(command)) {
    return readSubjectCommand(command, isToken ? rest.slice(1) : rest);
  }
  const [next] = rest;
  const isPair = word === "token" && next !== undefined && !next.startsWith("-");
  const unknown = isPair ? `${word} ${next}` : word;
  return { ok: false, message: `Unknown command "access ${unknown}": expected ${COMMANDS}` };
}
