/**
 * The access as the command line shows it, to people and to programs: without hashes, keys and pairing
 * codes.
 *
 * @module
 */

import type { Access, AccessPolicy, AccessSender, Pairing, Right } from "../access/access_file.ts";
import { cleanLine } from "../text/clean_line.ts";
import { formatAge } from "../text/duration.ts";

type Json = Record<string, unknown>;

export interface AuditRow {
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly action: string;
  readonly actor: string;
  readonly subject: string;
  readonly detail: string;
  readonly times: number;
}

export const SENDER_HEADER: readonly string[] = [
  "ID",
  "LABEL",
  "RIGHTS",
  "CHATS",
  "CREATED",
  "LAST USED",
  "EXPIRES",
];

/** The titles of the columns of a table of pairings that are not over. */
export const PAIRING_HEADER: readonly string[] = ["LABEL", "ADDRESS", "AGE", "STATE"];

export const AUDIT_HEADER: readonly string[] = [
  "TIME",
  "ACTION",
  "ACTOR",
  "SUBJECT",
  "DETAIL",
  "TIMES",
];

/** The longest name in a table, in code points. */
const NAME_CODE_POINTS = 64;

/** The longest detail in a table, in code points. */
const DETAIL_CODE_POINTS = 120;

const POLICIES: Readonly<Record<AccessPolicy, string>> = {
  pairing: 'listed senders get in, and "access pair <code>" approves a device that asks',
  allowlist: "listed senders get in, and pairing is off",
  disabled: "no sender gets in",
};

function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** Explains a policy in one line. */
export function formatPolicy(policy: AccessPolicy): string {
  return `The policy is ${policy}: ${POLICIES[policy]}`;
}

/** Formats the rights of a sender: `speak, approve`, or `none`. */
export function formatRights(rights: readonly Right[]): string {
  return rights.join(", ") || "none";
}

function formatExpiry(expiresAt: number | null, nowMs: number): string {
  if (expiresAt === null) return "never";
  return expiresAt > nowMs ? `in ${formatAge(expiresAt - nowMs)}` : "expired";
}

/** The cells of a sender in a table; they are one line each and cannot move a terminal's cursor. */
export function formatSenderRow(sender: AccessSender, nowMs: number): string[] {
  const { id, label, rights, chats, created_at, last_used_at, expires_at } = sender;
  return [
    id,
    cleanLine(label, NAME_CODE_POINTS),
    formatRights(rights),
    chats,
    formatAge(nowMs - created_at),
    last_used_at === null ? "never" : formatAge(nowMs - last_used_at),
    formatExpiry(expires_at, nowMs),
  ];
}

/** The cells of a pairing in a table, without its code, which only the device shows. */
export function formatPairingRow(pairing: Pairing, nowMs: number): string[] {
  const { label, address, requested_at, grant } = pairing;
  return [
    cleanLine(label, NAME_CODE_POINTS),
    cleanLine(address, NAME_CODE_POINTS),
    formatAge(nowMs - requested_at),
    grant === null ? "waits for its code" : `approved as ${grant.id}`,
  ];
}

/** The cells of a row of the audit; they are one line each and cannot move a terminal's cursor. */
export function formatAuditRow(row: AuditRow): string[] {
  return [
    new Date(row.at).toISOString(),
    cleanLine(row.action, NAME_CODE_POINTS),
    cleanLine(row.actor, NAME_CODE_POINTS),
    cleanLine(row.subject, NAME_CODE_POINTS) || "-",
    cleanLine(row.detail, DETAIL_CODE_POINTS) || "-",
    String(row.times),
  ];
}

/** Finds the pairings that are not over, approved ones included. */
export function openPairings(access: Access, nowMs: number): Pairing[] {
  return access.pairings.filter(({ ended_at, expires_at }) =>
    ended_at === null && nowMs < expires_at
  );
}

/** A sender as programs see it. */
export function toSenderJson(sender: AccessSender): Json {
  const { id, label, rights, chats, token_sha256, sign_ins } = sender;
  return {
    id,
    label,
    rights,
    chats,
    has_token: token_sha256 !== null,
    sign_ins: sign_ins.length,
    created_at: toTime(sender.created_at),
    last_used_at: toTime(sender.last_used_at),
    expires_at: toTime(sender.expires_at),
  };
}

/** The access as programs see it. */
export function toAccessJson(access: Access, nowMs: number): Json {
  return {
    policy: access.policy,
    senders: access.senders.map(toSenderJson),
    pairings: openPairings(access, nowMs).map((pairing) => ({
      label: pairing.label,
      address: pairing.address,
      requested_at: toTime(pairing.requested_at),
      expires_at: toTime(pairing.expires_at),
      approved_as: pairing.grant?.id ?? null,
    })),
  };
}

/** A row of the audit as programs see it. */
export function toAuditJson({ at, action, actor, subject, detail, times }: AuditRow): Json {
  return { at: toTime(at), action, actor, subject, detail, times };
}
