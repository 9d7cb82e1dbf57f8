/**
 * The changes that `access` makes, and what the audit and the terminal say of them.
 *
 * @module
 */

import {
  type Access,
  type AccessPolicy,
  type AccessSender,
  type Right,
  RIGHTS,
} from "../../lib/access/access_file.ts";
import {
  type AccessChange,
  addSender,
  removeSender,
  rotateToken,
  setPolicy,
  setRights,
} from "../../lib/access/changes.ts";
import type { AccessOptionsOf } from "../../lib/cli/access_options.ts";
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
export interface NewToken {
  readonly token: string;
  /** Its SHA-256 in hexadecimal digits. */
  readonly sha256: string;
}

/** The time, the style, the token and the bytes that a change is made with. */
export interface ApplyEnvironment extends TableEnvironment, NewToken {
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
  | AccessOptionsOf<"pair" | "add" | "remove" | "rights" | "rotate">
  | (AccessOptionsOf<"policy"> & { readonly policy: AccessPolicy });

type Applied = AccessChange<AppliedChange>;

/** The rights of a new sender, which may always speak. */
function rightsOf({ approve }: { readonly approve: boolean }): readonly Right[] {
  return approve ? RIGHTS : ["speak"];
}

function formatGrant({ rights, chats }: Pick<AccessSender, "rights" | "chats">): string {
  return `${formatRights(rights)}; chats ${chats}`;
}

function formatCurl(token: string, port: number): string {
  return `curl -d "hello" -H "Authorization: Bearer ${token}" http://127.0.0.1:${port}`;
}

function pair(
  access: Access,
  options: AccessOptionsOf<"pair">,
  environment: ApplyEnvironment,
): Applied {
  const { nowMs, randomBytes } = environment;
  const change = approvePairing(access, {
    ...options,
    rights: rightsOf(options),
    randomBytes,
    nowMs,
  });
  if (!change.ok) return change;
  const { grant, pairing } = change;
  const left = formatAge(pairing.expires_at - nowMs);
  const row = [grant.id, cleanLine(grant.label, 64), formatRights(grant.rights), grant.chats];
  return {
    ok: true,
    access: change.access,
    subject: grant.id,
    detail: formatGrant(grant),
    lines: [
      `Approved ${grant.id} with the rights ${formatRights(grant.rights)}`,
      `The device gets its token by itself when it asks again, within ${left}`,
      "",
      ...formatTable([SENDER_HEADER.slice(0, row.length), row], environment.style.bold),
    ],
  };
}

function add(
  access: Access,
  options: AccessOptionsOf<"add">,
  environment: ApplyEnvironment,
): Applied {
  const { nowMs, token, sha256 } = environment;
  const { id, label = id, chats, expiresMs, port, json } = options;
  const expiresAt = expiresMs === undefined ? null : nowMs + expiresMs;
  const change = addSender(access, {
    id,
    label,
    rights: rightsOf(options),
    chats,
    expiresAt,
    tokenSha256: sha256,
    nowMs,
  });
  if (!change.ok) return change;
  const { sender } = change;
  const expiry = expiresAt === null ? "" : `; expires ${new Date(expiresAt).toISOString()}`;
  return {
    ok: true,
    access: change.access,
    subject: id,
    detail: formatGrant(sender) + expiry,
    lines: json ? [formatJsonLine({ id, token, ...toSenderJson(sender) })] : [
      `Added ${id}. Its token, which is shown only now:`,
      token,
      "",
      formatCurl(token, port),
      "",
      ...formatSenders([sender], environment),
    ],
  };
}

function remove(access: Access, { id }: AccessOptionsOf<"remove">): Applied {
  const change = removeSender(access, id);
  if (!change.ok) return change;
  const left = change.access.senders.length;
  const wasThere = left < access.senders.length;
  return {
    ok: true,
    access: change.access,
    subject: id,
    detail: wasThere ? "" : "before its device had a token",
    lines: [
      wasThere
        ? `Removed ${id}: its token and its sign-ins have ended`
        : `Removed ${id}: its device, which had no token yet, gets none`,
      `Senders that are left: ${left}`,
    ],
  };
}

function rotate(
  access: Access,
  options: AccessOptionsOf<"rotate">,
  environment: ApplyEnvironment,
): Applied {
  const { id, port } = options;
  const { token, sha256 } = environment;
  const change = rotateToken(access, { id, tokenSha256: sha256 });
  if (!change.ok) return change;
  const signIns = access.senders.find((sender) => sender.id === id)?.sign_ins.length ?? 0;
  return {
    ok: true,
    access: change.access,
    subject: id,
    detail: `sign-ins that ended: ${signIns}`,
    lines: [
      `The old token of ${id} and its sign-ins have ended. The new token, which is shown only now:`,
      token,
      "",
      formatCurl(token, port),
      "",
      ...formatSenders([change.sender], environment),
    ],
  };
}

function changeRights(
  access: Access,
  options: AccessOptionsOf<"rights">,
  environment: ApplyEnvironment,
): Applied {
  const change = setRights(access, options);
  if (!change.ok) return change;
  const { sender } = change;
  const before = access.senders.find(({ id }) => id === sender.id)?.rights ?? [];
  const detail = `${formatRights(sender.rights)}; before: ${formatRights(before)}`;
  return {
    ok: true,
    access: change.access,
    subject: sender.id,
    detail,
    lines: [
      `The rights of ${sender.id} are now: ${detail}`,
      "",
      ...formatSenders([sender], environment),
    ],
  };
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
