/**
 * The changes that `access` makes, and what the audit and the terminal say of them.
 *
 * @module
 */

import type { Access, AccessPolicy, AccessSender } from "../../lib/access/access_file.ts";
import {
  type AccessChange,
  addSender,
  removeSender,
  rotateToken,
  setPolicy,
  setRights,
} from "../../lib/access/changes.ts";
import type { AccessOptions } from "../../lib/cli/access_options.ts";
import { cleanLine } from "../../lib/text/clean_line.ts";
import { formatAge } from "../../lib/text/duration.ts";
import {
  formatPolicy,
  formatRights,
  SENDER_HEADER,
  toSenderJson,
} from "../../lib/cli/format_access.ts";
import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatTable } from "../../lib/cli/format_table.ts";
import { approvePairing } from "../../lib/access/pairing.ts";
import { formatSenders, type TableEnvironment } from "./list.ts";

/** A new token. */
interface NewToken {
  readonly token: string;
  /** Its SHA-256 in hexadecimal digits. */
  readonly sha256: string;
}

/** The time, the style, the token and the bytes that a change is made with. */
interface ApplyEnvironment extends TableEnvironment, NewToken {
  /** Random bytes for the id of a sender that is given none. */
  readonly randomBytes: Uint8Array;
}

/** A change as the audit and the terminal show it. */
export interface AppliedChange {
  /** The sender or the policy that was changed, for the audit. */
  readonly subject: string;
  /** Details for the audit: no token and no code. */
  readonly detail: string;
  /** The lines for stdout. */
  readonly lines: readonly string[];
}

/** A change that `applyAccessChange` makes. */
export type ApplyOptions =
  | AccessOptions<"pair" | "add" | "remove" | "rights" | "rotate">
  | (AccessOptions<"policy"> & { readonly policy: AccessPolicy });

type Applied = AccessChange<AppliedChange>;

function formatGrant({ rights, chats }: Pick<AccessSender, "rights" | "chats">): string {
  return `${formatRights(rights)}; chats ${chats}`;
}

/** Formats a new token, how to use it, and its sender. */
function formatToken(
  sender: AccessSender,
  port: number,
  environment: ApplyEnvironment,
): string[] {
  const { token } = environment;
  return [
    token,
    "",
    `curl -d "hello" -H "Authorization: Bearer ${token}" http://127.0.0.1:${port}`,
    "",
    ...formatSenders([sender], environment),
  ];
}

function pair(
  access: Access,
  options: AccessOptions<"pair">,
  { nowMs, randomBytes, style }: ApplyEnvironment,
): Applied {
  const change = approvePairing(access, { ...options, randomBytes, nowMs });
  if (!change.ok) return change;
  const { grant, pairing } = change;
  const { id, label, rights, chats } = grant;
  const row = [id, cleanLine(label, 64), formatRights(rights), chats];
  const lines = [
    `Approved ${id} with the rights ${formatRights(rights)}`,
    `The device gets its token by itself when it asks again, within ${
      formatAge(pairing.expires_at - nowMs)
    }`,
    "",
    ...formatTable([SENDER_HEADER.slice(0, row.length), row], style.bold),
  ];
  return { ok: true, access: change.access, subject: id, detail: formatGrant(grant), lines };
}

function add(
  access: Access,
  options: AccessOptions<"add">,
  environment: ApplyEnvironment,
): Applied {
  const { nowMs, token, sha256: tokenSha256 } = environment;
  const { id, label = id, expiresMs, port, json } = options;
  const expiresAt = expiresMs === undefined ? null : nowMs + expiresMs;
  const change = addSender(access, { ...options, label, expiresAt, tokenSha256, nowMs });
  if (!change.ok) return change;
  const { sender } = change;
  const expiry = expiresAt === null ? "" : `; expires ${new Date(expiresAt).toISOString()}`;
  const detail = formatGrant(sender) + expiry;
  const lines = json ? [formatJsonLine({ id, token, ...toSenderJson(sender) })] : [
    `Added ${id}. Its token, which is shown only now:`,
    ...formatToken(sender, port, environment),
  ];
  return { ok: true, access: change.access, subject: id, detail, lines };
}

function remove(access: Access, { id }: AccessOptions<"remove">): Applied {
  const change = removeSender(access, id);
  if (!change.ok) return change;
  const left = change.access.senders.length;
  const hadToken = left < access.senders.length;
  const detail = hadToken ? "" : "before its device had a token";
  const lines = [
    hadToken
      ? `Removed ${id}: its token and its sign-ins have ended`
      : `Removed ${id}: its device, which had no token yet, gets none`,
    `Senders that are left: ${left}`,
  ];
  return { ok: true, access: change.access, subject: id, detail, lines };
}

function rotate(
  access: Access,
  { id, port }: AccessOptions<"rotate">,
  environment: ApplyEnvironment,
): Applied {
  const change = rotateToken(access, { id, tokenSha256: environment.sha256 });
  if (!change.ok) return change;
  const signIns = access.senders.find((sender) => sender.id === id)?.sign_ins.length ?? 0;
  const detail = `sign-ins that ended: ${signIns}`;
  const lines = [
    `The old token of ${id} and its sign-ins have ended. The new token, which is shown only now:`,
    ...formatToken(change.sender, port, environment),
  ];
  return { ok: true, access: change.access, subject: id, detail, lines };
}

function changeRights(
  access: Access,
  options: AccessOptions<"rights">,
  environment: ApplyEnvironment,
): Applied {
  const { id } = options;
  const change = setRights(access, options);
  if (!change.ok) return change;
  const { sender } = change;
  const before = access.senders.find((sender) => sender.id === id)?.rights ?? [];
  const detail = `${formatRights(sender.rights)}; before: ${formatRights(before)}`;
  const lines = [
    `The rights of ${id} are now: ${detail}`,
    "",
    ...formatSenders([sender], environment),
  ];
  return { ok: true, access: change.access, subject: id, detail, lines };
}

function changePolicy(access: Access, policy: AccessPolicy): Applied {
  const detail = `before: ${access.policy}`;
  const lines = [`${formatPolicy(policy)} (${detail})`];
  return { ...setPolicy(access, policy), subject: policy, detail, lines };
}

/** Makes a change; only `add` and `rotate` use the new token. */
export function applyAccessChange(
  access: Access,
  options: ApplyOptions,
  environment: ApplyEnvironment,
): Applied {
  switch (options.kind) {
    case "pair":
      return pair(access, options, environment);
    case "add":
      return add(access, options, environment);
    case "remove":
      return remove(access, options);
    case "rotate":
      return rotate(access, options, environment);
    case "rights":
      return changeRights(access, options, environment);
    case "policy":
      return changePolicy(access, options.policy);
  }
}
