import {
  ACCESS_POLICIES,
  CHAT_SCOPES,
  isAccessLabel,
  LABEL_EXPECTATION,
  type Right,
  RIGHTS,
  SENDER_ID_EXPECTATION,
} from "../access/access_file.ts";
import { isSenderId } from "../access/allowlist.ts";
import { JSON_OUTPUT, LIMIT, OWNER_PORT, STATE_DIR } from "./common_flags.ts";
import { argument, choice, duration, flag, oneOf, texts, toggle } from "./flags.ts";
import { type Commands, type OptionsOf, type Parsed, readCommand } from "./read_command.ts";

const VIEW_FLAGS = { json: JSON_OUTPUT, stateDir: STATE_DIR };

const CHANGE_FLAGS = { port: OWNER_PORT, stateDir: STATE_DIR };

const GRANT_FLAGS = {
  rights: toggle<readonly Right[]>("approve", "let the sender also answer permission requests", {
    usual: ["speak"],
    given: RIGHTS,
  }),
  chats: choice("chats", {
    value: "scope",
    help: "the replies that the sender sees, own or all",
    choices: CHAT_SCOPES,
    usual: "own",
  }),
  label: flag("label", {
    help: "the name that people read",
    otherwise: "the device's, or the id",
    ...texts(isAccessLabel, LABEL_EXPECTATION),
  }),
};

const SENDER_ID = texts(isSenderId, SENDER_ID_EXPECTATION);

const ID = argument("id", "The id of a sender");

function tryParseRights(text: string): readonly Right[] | undefined {
  if (text === "none") return [];
  const names = text === "both" ? RIGHTS : text.split(" ");
  const rights = RIGHTS.filter((right) => names.includes(right));
  return names.every((name) => RIGHTS.some((right) => right === name)) ? rights : undefined;
}

export const ACCESS_COMMANDS = {
  list: {
    isDefault: true,
    summary: "list senders, and devices that ask to pair",
    flags: VIEW_FLAGS,
  },
  pair: {
    summary: "approve the device that shows the code",
    args: { code: argument("code", "The code that a device shows") },
    flags: {
      ...GRANT_FLAGS,
      id: flag("id", {
        value: "id",
        help: "the id of the sender",
        otherwise: "made of the label, as phone-k3f9",
        ...SENDER_ID,
      }),
      ...CHANGE_FLAGS,
    },
  },
  add: {
    summary: "add a sender, and show its token once",
    args: {
      id: argument("id", "The id of a sender", SENDER_ID),
    },
    flags: {
      ...GRANT_FLAGS,
      expiresMs: duration("expires", {
        help: "how long the token is valid, such as 90d",
        otherwise: "forever",
      }),
      json: JSON_OUTPUT,
      ...CHANGE_FLAGS,
    },
  },
  remove: { summary: "remove a sender", args: { id: ID }, flags: CHANGE_FLAGS },
  rights: {
    summary: "set the rights of a sender: speak, approve, both or none",
    args: {
      id: ID,
      rights: argument("rights", "A right", {
        count: "some",
        parse: tryParseRights,
        expected: `${RIGHTS.join(", ")}, both or none`,
      }),
    },
    flags: CHANGE_FLAGS,
  },
  policy: {
    summary: "show or set the policy: pairing, allowlist (no pairing) or disabled",
    args: {
      policy: argument("policy", "A policy", {
        ...oneOf(ACCESS_POLICIES),
        known: ACCESS_POLICIES,
        count: "optional",
      }),
    },
    flags: CHANGE_FLAGS,
  },
  rotate: {
    words: "token rotate",
    summary: "replace the token of a sender, and end its sign-ins",
    args: { id: ID },
    flags: CHANGE_FLAGS,
  },
  restore: {
    summary: "restore the last good copy of the access file",
    flags: CHANGE_FLAGS,
  },
  log: { summary: "list who did what, the newest first", flags: { limit: LIMIT, ...VIEW_FLAGS } },
} satisfies Commands;

type Kind = keyof typeof ACCESS_COMMANDS;

export type AccessOptions<K extends Kind = Kind> = OptionsOf<typeof ACCESS_COMMANDS, K>;

export function readAccessOptions(args: readonly string[]): Parsed<AccessOptions> {
  return readCommand("access", ACCESS_COMMANDS, args);
}
