import { type Access, hasApprover } from "../../lib/access/access_file.ts";
import type { AccessChangeOptions } from "../../lib/cli/access_command.ts";
import { formatAccessToken } from "../../lib/access/token.ts";
import { formatPolicy } from "../../lib/cli/format_access.ts";
import { AccessFileError, AccessStore } from "../../server/access/store.ts";
import { hashToken } from "../../server/runtime/crypto.ts";
import { formatAccessList } from "./list.ts";
import type { AccessEnvironment, AccessReport } from "../shared/report.ts";
import { type AppliedChange, applyAccessChange } from "./apply_change.ts";
import { noteAccessChange } from "../shared/note_change.ts";

/** What holds before and after a change, and what is said of it. */
interface MadeChange extends AppliedChange {
  /** The access before; `undefined` when it could not be read. */
  readonly before: Access | undefined;
  /** The access after. */
  readonly after: Access;
}

type Outcome = { readonly ok: true } & MadeChange | {
  readonly ok: false;
  readonly message: string;
};

async function restore(store: AccessStore, environment: AccessEnvironment): Promise<Outcome> {
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
  environment: AccessEnvironment,
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

/** What else there is to know after a change; a change of the policy says itself what it is now. */
function findHints(
  { before, after }: MadeChange,
  { kind, nowMs }: Pick<AccessChangeOptions, "kind"> & Pick<AccessEnvironment, "nowMs">,
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

/**
 * Makes a change of the access, notes it in the audit, and tells whoever holds the port.
 *
 * @param options What was asked for on the command line.
 * @param environment Where the access is found.
 */
export async function changeAccess(
  options: AccessChangeOptions,
  environment: AccessEnvironment,
): Promise<AccessReport> {
  const { stateDir, nowMs } = environment;
  const faults = new Set<string>();
  const refuse = (message: string): AccessReport => {
    return { exitCode: 1, lines: [], problems: [...faults.add(message)] };
  };
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
  const warnings = await noteAccessChange(entry, { stateDir, port: options.port, nowMs });
  const hints = findHints(outcome, { kind: options.kind, nowMs });
  const isJson = options.kind === "add" && options.json;
  return {
    exitCode: 0,
    lines: isJson || hints.length === 0 ? lines : [...lines, "", ...hints],
    problems: [...faults, ...warnings, ...(isJson ? hints : [])],
  };
}
