import type { Access, AccessSender } from "../../lib/access/access_file.ts";
import type { ListAccessOptions, ShowPolicyOptions } from "../../lib/cli/access_command.ts";
import {
  formatPairingRow,
  formatPolicy,
  formatSenderRow,
  openPairings,
  PAIRING_HEADER,
  SENDER_HEADER,
  toAccessJson,
} from "../../lib/cli/format_access.ts";
import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatTable } from "../../lib/cli/format_table.ts";
import { AccessStore } from "../../server/access/store.ts";
import type { AccessEnvironment, AccessReport } from "../shared/report.ts";

/** What a table is formatted with. */
export type TableEnvironment = Pick<AccessEnvironment, "nowMs" | "style">;

/** Formats senders as a table; those whose time is over are dim. */
export function formatSenders(
  senders: readonly AccessSender[],
  { nowMs, style }: TableEnvironment,
): string[] {
  const rows = senders.map((sender) => formatSenderRow(sender, nowMs));
  const [header = "", ...lines] = formatTable([SENDER_HEADER, ...rows], style.bold);
  const isOver = (sender?: AccessSender) => nowMs >= (sender?.expires_at ?? Infinity);
  return [header, ...lines.map((line, i) => isOver(senders[i]) ? style.dim(line) : line)];
}

/** Formats who gets in and who asks to, for people. */
export function formatAccessList(access: Access, environment: TableEnvironment): string[] {
  const { policy, senders } = access;
  const pairings = openPairings(access, environment.nowMs)
    .map((pairing) => formatPairingRow(pairing, environment.nowMs));
  return [
    formatPolicy(policy),
    "",
    ...(senders.length > 0
      ? formatSenders(senders, environment)
      : ["Nobody is let in yet, except the names that --trust-header gives a server"]),
    ...(pairings.length > 0
      ? ["", "Pairings", ...formatTable([PAIRING_HEADER, ...pairings], environment.style.bold)]
      : []),
  ];
}

/**
 * `access list` and `access policy`: who gets in now.
 *
 * @param options What was asked for on the command line.
 * @param environment Where that is found.
 */
export function listAccess(
  options: ListAccessOptions | ShowPolicyOptions,
  environment: AccessEnvironment,
): AccessReport {
  const { stateDir, nowMs } = environment;
  const state = new AccessStore({ stateDir }).read();
  if (!state.ok) return { exitCode: 1, lines: [], problems: [state.message] };
  const { access } = state;
  const report = (lines: readonly string[]) => ({ exitCode: 0, lines, problems: [] });
  if (options.kind === "show-policy") return report([formatPolicy(access.policy)]);
  if (options.json) return report([formatJsonLine(toAccessJson(access, nowMs))]);
  return report(formatAccessList(access, environment));
}
