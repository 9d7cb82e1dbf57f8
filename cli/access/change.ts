import { type Access, hasApprover } from "../../lib/access/access_file.ts";
import type { AccessOptions } from "../../lib/cli/access_options.ts";
import { formatAccessToken } from "../../lib/access/token.ts";
import { formatPolicy } from "../../lib/cli/format_access.ts";
import { AccessFileError, AccessStore } from "../../server/access/store.ts";
import { hashToken } from "../../server/runtime/crypto.ts";
import { formatAccessList } from "./list.ts";
import { type CommandEnvironment, type CommandReport, fail } from "../shared/report.ts";
import { type AppliedChange, applyAccessChange, type ApplyOptions } from "./apply_change.ts";
import { noteChange } from "../shared/note_change.ts";

/** A change that the command line asks for. */
type AccessChangeOptions = ApplyOptions | AccessOptions<"restore">;

/** Tells a change from what only shows something. */
export function isChange(
  options: Exclude<AccessOptions, { kind: "log" }>,
): options is AccessChangeOptions {
  return options.kind === "policy" ? options.policy !== undefined : options.kind !== "list";
}

/** The access before and after a change, and what is said of it. */
interface MadeChange extends AppliedChange {
  /** `undefined` when it could not be read. */
  readonly before: Access | undefined;
  readonly after: Access;
}

type Outcome = { readonly ok: true } & MadeChange | {
  readonly ok: false;
  readonly message: string;
};

async function restore(store: AccessStore, environment: CommandEnvironment): Promise<Outcome> {
  const state = store.read();
  const after = await store.restore();
  return {
    ok: true,
    before: state.ok ? state.access : undefined,
    after,
    subject: after.policy,
    detail: `senders: ${after.senders.length}`,
    lines: [
      "Restored the last good copy of the access file",
      ...formatAccessList(after, environment),
    ],
  };
}

async function change(
  store: AccessStore,
  options: AccessChangeOptions,
  environment: CommandEnvironment,
): Promise<Outcome> {
  if (options.kind === "restore") return await restore(store, environment);
  const token = formatAccessToken(crypto.getRandomValues(new Uint8Array(32)));
  const sha256 = await hashToken(token);
  const randomBytes = crypto.getRandomValues(new Uint8Array(32));
  const applyEnvironment = { ...environment, token, sha256, randomBytes };
  return await store.update((before) => {
    const outcome = applyAccessChange(before, options, applyEnvironment);
    return outcome.ok ? { ...outcome, before, after: outcome.access } : outcome;
  });
}

/** Finds what else to say after a change; a change of the policy says itself what it is now. */
function findHints(
  { before, after }: MadeChange,
  { kind, nowMs }: Pick<AccessChangeOptions, "kind"> & Pick<CommandEnvironment, "nowMs">,
): string[] {
  const isFirstApprover = hasApprover(after, nowMs) &&
    (before === undefined || !hasApprover(before, nowMs));
  return [
    ...(kind !== "policy" && after.policy === "disabled" && before?.policy === "disabled"
      ? [formatPolicy(after.policy)]
      : []),
    ...(isFirstApprover
      ? ["Sessions that are open relay permission prompts after they are restarted"]
      : []),
  ];
}

/** Makes a change of the access, notes it in the audit, and tells the server. */
export async function changeAccess(
  options: AccessChangeOptions,
  environment: CommandEnvironment,
): Promise<CommandReport> {
  const { stateDir, nowMs } = environment;
  const faults = new Set<string>();
  const refuse = (message: string) => fail(...faults.add(message));
  const store = new AccessStore({
    stateDir,
    onFault: (message) => faults.add(message),
    now: () => nowMs,
  });
  let outcome: Outcome;
  try {
    outcome = await change(store, options, environment);
  } catch (error) {
    if (!(error instanceof AccessFileError)) throw error;
    return refuse(error.message);
  }
  if (!outcome.ok) return refuse(outcome.message);
  const { subject, detail, lines } = outcome;
  const entry = { action: options.kind, subject, detail };
  const warnings = await noteChange(entry, { stateDir, port: options.port, nowMs });
  const hints = findHints(outcome, { kind: options.kind, nowMs });
  const isJson = options.kind === "add" && options.json;
  return {
    exitCode: 0,
    lines: isJson || hints.length === 0 ? lines : [...lines, "", ...hints],
    problems: [...faults, ...warnings, ...(isJson ? hints : [])],
  };
}
