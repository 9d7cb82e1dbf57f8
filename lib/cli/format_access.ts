/**
 * Who gets in, at the command line, for people and for programs. Of what only the devices have to
 * know there is nothing: no hash, no key and no pairing code.
 *
 * @module
 */

import type { Access, AccessPolicy, AccessSender, Pairing, Right } from "../access/access_file.ts";
import { cleanLine } from "../text/clean_line.ts";
import { formatAge } from "../text/duration.ts";

type Json = Record<string, unknown>;

/** A row of the audit; the time is in milliseconds since the epoch. */
export interface AuditRow {
  /** When it was done. */
  readonly at: number;
  /** What was done. */
  readonly action: string;
  /** Who did it. */
  readonly actor: string;
  /** What it was done to. */
  readonly subject: string;
  /** More about it. */
  readonly detail: string;
  /** How often it was done. */
  readonly times: number;
}

/** The titles of the columns of a table of senders. */
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

/** The titles of the columns of a table of the audit. */
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
  pairing: 'who is listed gets in, and a device that asks once "access pair <code>" lets it',
  allowlist: "who is listed gets in, and no device can ask",
  disabled: "nobody gets in, whoever is listed",
};

function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** Says in one line what a policy means. */
export function formatPolicy(policy: AccessPolicy): string {
  return `The policy is ${policy}: ${POLICIES[policy]}`;
}

/** The rights of a sender in words: `speak, approve`, or `none`. */
export function formatRights(rights: readonly Right[]): string {
  return rights.join(", ") || "none";
}

function formatExpiry(expiresAt: number | null, nowMs: number): string {
  if (expiresAt === null) return "never";
  return expiresAt > nowMs ? `in ${formatAge(expiresAt - nowMs)}` : "expired";
}

/**
 * The cells of a sender in a table; they are one line each and cannot move a terminal's cursor.
 *
 * @param sender The sender.
 * @param nowMs The time in milliseconds since the epoch.
 */
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

/**
 * The cells of a pairing in a table, its code not among them: that is for the device to show.
 *
 * @param pairing The pairing.
 * @param nowMs The time in milliseconds since the epoch.
 */
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

/** The pairings that a device can still be let in by, whether or not they were approved. */
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

/** All that programs may know of the access. */
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
