/**
 * What `access` is asked for on the command line.
 *
 * @module
 */

import type { AccessPolicy, ChatScope, Right } from "../access/access_file.ts";
import type { JournalViewOptions } from "./common_flags.ts";

/** What `access list` is asked for. */
export interface ListAccessOptions extends JournalViewOptions {
  /** Tells it from the other commands about access. */
  readonly kind: "list";
}

/** What `access log` is asked for. */
export interface AccessLogOptions extends JournalViewOptions {
  /** Tells it from the other commands about access. */
  readonly kind: "log";
  /** How many rows are listed, the newest. */
  readonly limit: number;
}

/** What `access policy` is asked for without a policy. */
export interface ShowPolicyOptions {
  /** Tells it from the other commands about access. */
  readonly kind: "show-policy";
  /** The state folder; `undefined` for the usual one. */
  readonly stateDir: string | undefined;
}

/** What every command that changes the access is asked for. */
export interface ChangeOptions {
  /** The state folder; `undefined` for the usual one. */
  readonly stateDir: string | undefined;
  /** The port whose holder is told. */
  readonly port: number;
}

/** What `access pair` is asked for. */
export interface PairOptions extends ChangeOptions {
  /** Tells it from the other commands about access. */
  readonly kind: "pair";
  /** The code that was given, whatever it is. */
  readonly code: string;
  /** The id of the sender; `undefined` for one made of the label and random characters. */
  readonly id: string | undefined;
  /** The name that people read; `undefined` for how the device calls itself. */
  readonly label: string | undefined;
  /** What the sender may do. */
  readonly rights: readonly Right[];
  /** Whose replies the sender sees. */
  readonly chats: ChatScope;
}

/** What `access add` is asked for. */
export interface AddOptions extends ChangeOptions {
  /** Tells it from the other commands about access. */
  readonly kind: "add";
  /** The id that was given, whatever it is. */
  readonly id: string;
  /** The name that people read; `undefined` for the id. */
  readonly label: string | undefined;
  /** What the sender may do. */
  readonly rights: readonly Right[];
  /** Whose replies the sender sees. */
  readonly chats: ChatScope;
  /** How long the sender is let in, in milliseconds; `undefined` for no end. */
  readonly expiresMs: number | undefined;
  /** Whether the output is for programs. */
  readonly json: boolean;
}

/** What `access remove` and `access token rotate` are asked for. */
export interface SenderOptions extends ChangeOptions {
  /** Tells it from the other commands about access. */
  readonly kind: "remove" | "rotate";
  /** The id that was given, whatever it is. */
  readonly id: string;
}

/** What `access rights` is asked for. */
export interface SetRightsOptions extends ChangeOptions {
  /** Tells it from the other commands about access. */
  readonly kind: "rights";
  /** The id that was given, whatever it is. */
  readonly id: string;
  /** What the sender may do from now on. */
  readonly rights: readonly Right[];
}

/** What `access policy` is asked for with a policy. */
export interface SetPolicyOptions extends ChangeOptions {
  /** Tells it from the other commands about access. */
  readonly kind: "policy";
  /** Who can get in from now on. */
  readonly policy: AccessPolicy;
}

/** What `access restore` is asked for. */
export interface RestoreOptions extends ChangeOptions {
  /** Tells it from the other commands about access. */
  readonly kind: "restore";
}

/** A change of the access that the command line asks for. */
export type AccessChangeOptions =
  | PairOptions
  | AddOptions
  | SenderOptions
  | SetRightsOptions
  | SetPolicyOptions
  | RestoreOptions;

/** What the command line of `access` asks for. */
export type AccessOptions =
  | ListAccessOptions
  | AccessLogOptions
  | ShowPolicyOptions
  | AccessChangeOptions;
