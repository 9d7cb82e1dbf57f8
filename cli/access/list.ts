import type { Access, AccessSender } from "../../lib/access/access_file.ts";
import type { AccessOptions } from "../../lib/cli/access_options.ts";
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
import { type CommandEnvironment, type CommandReport, fail, succeed } from "../shared/report.ts";

export type TableEnvironment = Pick<CommandEnvironment, "nowMs" | "style">;

/** Formats senders as a table, expired ones dim. */
export function formatSenders(
  senders: readonly AccessSender[],
  { nowMs, style }: TableEnvironment,
): string[] {
  const rows = senders.map((sender) => formatSenderRow(sender, nowMs));
  const [header = "", ...lines] = formatTable([SENDER_HEADER, ...rows], style.bold);
  const isExpired = (sender?: AccessSender) => nowMs >= (sender?.expires_at ?? Infinity);
  return [header, ...lines.map((line, i) => isExpired(senders[i]) ? style.dim(line) : line)];
}

/** Formats the policy, the senders and the open pairings. */
export function formatAccessList(access: Access, environment: TableEnvironment): string[] {
  const { policy, senders } = access;
  const pairings = openPairings(access, environment.nowMs)
    .map((pairing) => formatPairingRow(pairing, environment.nowMs));
  return [
    formatPolicy(policy),
    "",
    ...(senders.length > 0
      ? formatSenders(senders, environment)
      : ["No senders yet, except the names that --trust-header gives a server"]),
    ...(pairings.length > 0
      ? ["", "Pairings", ...formatTable([PAIRING_HEADER, ...pairings], environment.style.bold)]
      : []),
  ];
}

/** Runs `access list`, and `access policy` without a policy. */
export function listAccess(
  options: AccessOptions<"list"> | AccessOptions<"policy">,
  environment: CommandEnvironment,
): CommandReport {
  const { stateDir, nowMs } = environment;
  const state = new AccessStore({ stateDir }).read();
  if (!state.ok) return fail(state.message);
  const { access } = state;
  if (options.kind === "policy") return succeed([formatPolicy(access.policy)]);
  if (options.json) return succeed([formatJsonLine(toAccessJson(access, nowMs))]);
  return succeed(formatAccessList(access, environment));
}
