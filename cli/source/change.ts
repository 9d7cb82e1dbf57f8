/**
 * The commands that change which sources there are.
 *
 * @module
 */

import { formatAddedSource } from "../../lib/cli/format_added_source.ts";
import type { AddSourceOptions, RemoveSourceOptions } from "../../lib/cli/source_options.ts";
import { formatNewSecret } from "../../lib/sources/config/secret_reference.ts";
import { PROVIDERS } from "../../lib/sources/providers/kinds.ts";
import { addSource, removeSource } from "../../lib/sources/config/changes.ts";
import type { SourceConfig, SourceEntry } from "../../lib/sources/config/entry.ts";
import { readSourceFile, updateSourceFile } from "../../server/sources/config_file.ts";
import { secretPathOf, sourcesPathOf, tryLstat } from "../../server/state/folder.ts";
import { writeAtomically } from "../../server/state/write_file.ts";
import type { AccessEnvironment, AccessReport } from "../shared/report.ts";
import { noteSourceChange } from "../shared/note_source_change.ts";

const ABSOLUTE_REGEXP = /^(?:\/|[A-Za-z]:[\\/])/;

/** How deliveries of any system prove where they come from, until the configuration says otherwise. */
const GENERIC_SIGNATURE = { algorithm: "bearer" } as const;

function refuse(message: string): AccessReport {
  return { exitCode: 1, lines: [], problems: [message] };
}

/** The state folder as the configuration can name it: whoever reads that may be in another folder. */
function toAbsolute(stateDir: string): string {
  return ABSOLUTE_REGEXP.test(stateDir) ? stateDir : `${Deno.cwd()}/${stateDir}`;
}

/** Without what was not given, so that nothing of it stands in the file. */
function createEntry(options: AddSourceOptions, secret: string): SourceEntry {
  const { sourceKind: kind, path, session, repository } = options;
  return {
    path,
    kind,
    secrets: [secret],
    ...(session !== undefined && { session }),
    ...(repository !== undefined && { repository }),
    ...(kind === "generic" && { signature: GENERIC_SIGNATURE }),
  };
}

/**
 * `source add`: takes the webhooks of one more source.
 *
 * @param options What was asked for on the command line.
 * @param environment Where the configuration is.
 */
export async function addSourceEntry(
  options: AddSourceOptions,
  environment: AccessEnvironment,
): Promise<AccessReport> {
  const { sourceKind, name, secretFrom, port } = options;
  const { scheme, setup } = PROVIDERS[sourceKind];
  const isPublicKey = "proof" in scheme && scheme.proof.type === "ed25519";
  if (isPublicKey && secretFrom === undefined) {
    return refuse(
      `Cannot make a secret for ${sourceKind}: expected its public key, in a file or a variable ` +
        "that --secret-from names",
    );
  }
  const { stateDir } = environment;
  const folder = toAbsolute(stateDir);
  const secretPath = secretPathOf(folder, name);
  const newSecret = secretFrom === undefined
    ? formatNewSecret(
      setup.secretForm,
      crypto.getRandomValues(new Uint8Array(32)),
    )
    : undefined;
  const source = createEntry(options, secretFrom ?? `file:${secretPath}`);
  const outcome = await updateSourceFile(stateDir, async (config) => {
    const added = addSource(config, { name, source });
    if (!added.ok || newSecret === undefined) return added;
    if (tryLstat(secretPath) !== undefined) {
      const message = `Cannot make a secret: ${secretPath} is there already. Use it with ` +
        `--secret-from file:${secretPath}, or remove it`;
      return { ok: false, message };
    }
    await writeAtomically(secretPath, `${newSecret}\n`);
    return added;
  });
  if (!outcome.ok) return refuse(outcome.message);
  const detail = `${sourceKind} at ${source.path}`;
  const problems = noteSourceChange({ action: "source-add", subject: name, detail }, environment);
  const lines = formatAddedSource([name, source], {
    newSecret,
    secretPath,
    configPath: sourcesPathOf(folder),
    port,
    stateDir: options.stateDir,
    isReadable: (path) => path.startsWith(`${folder}/`),
  });
  return { exitCode: 0, lines, problems };
}

/** Whether a source has its secret in a file. */
function usesSecret({ sources }: SourceConfig, reference: string): boolean {
  return Object.values(sources).some(({ secrets }) => secrets.includes(reference));
}

/** Removes the secret that was made for a source, unless another one uses it; returns its path. */
function removeSecret(stateDir: string, name: string): string | undefined {
  const path = secretPathOf(toAbsolute(stateDir), name);
  const left = readSourceFile(stateDir);
  if (!left.ok || usesSecret(left.config, `file:${path}`)) return undefined;
  if (tryLstat(path) === undefined) return undefined;
  Deno.removeSync(path);
  return path;
}

/**
 * `source remove`: takes the webhooks of a source no more.
 *
 * @param options What was asked for on the command line.
 * @param environment Where the configuration is.
 */
export async function removeSourceEntry(
  { name }: Pick<RemoveSourceOptions, "name">,
  environment: AccessEnvironment,
): Promise<AccessReport> {
  const { stateDir } = environment;
  let removed: SourceEntry | undefined;
  const outcome = await updateSourceFile(stateDir, (config) => {
    removed = config.sources[name];
    return removeSource(config, name);
  });
  if (!outcome.ok || removed === undefined) return refuse(outcome.ok ? "" : outcome.message);
  const { kind, path, secrets } = removed;
  const hasOwn = secrets.includes(`file:${secretPathOf(toAbsolute(stateDir), name)}`);
  const secretPath = hasOwn ? removeSecret(stateDir, name) : undefined;
  const entry = { action: "source-remove", subject: name, detail: `${kind} at ${path}` };
  return {
    exitCode: 0,
    lines: [
      `Removed ${name}: ${path} takes no webhooks of it any more`,
      ...(secretPath === undefined ? [] : [`Its secret, ${secretPath}, is removed as well`]),
      "Remove it at the other side, too, which goes on sending",
    ],
    problems: noteSourceChange(entry, environment),
  };
}
