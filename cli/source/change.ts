import { formatAddedSource } from "../../lib/cli/format_added_source.ts";
import type { AddSourceOptions, SourceOptionsOf } from "../../lib/cli/source_options.ts";
import { formatNewSecret } from "../../lib/sources/config/secret_reference.ts";
import { PROVIDERS } from "../../lib/sources/providers/kinds.ts";
import { addSource, removeSource } from "../../lib/sources/config/changes.ts";
import type { SourceConfig, SourceEntry } from "../../lib/sources/config/entry.ts";
import { readSourceFile, updateSourceFile } from "../../server/sources/config_file.ts";
import { secretPathOf, sourcesPathOf, tryLstat } from "../../server/state/folder.ts";
import { writeAtomically } from "../../server/state/write_file.ts";
import { type CommandEnvironment, type CommandReport, fail, succeed } from "../shared/report.ts";
import { noteChange } from "../shared/note_change.ts";

const ABSOLUTE_REGEXP = /^(?:\/|[A-Za-z]:[\\/])/;

/** The signature of a generic source, until the configuration has another one. */
const GENERIC_SIGNATURE = { algorithm: "bearer" } as const;

/** Makes the state folder absolute: the server that reads the configuration may run elsewhere. */
function toAbsolute(stateDir: string): string {
  return ABSOLUTE_REGEXP.test(stateDir) ? stateDir : `${Deno.cwd()}/${stateDir}`;
}

/** Leaves out what was not given, so that the file does not show it. */
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

/** Runs `source add`. */
export async function addSourceEntry(
  options: AddSourceOptions,
  environment: CommandEnvironment,
): Promise<CommandReport> {
  const { sourceKind, name, secretFrom, port } = options;
  const { scheme, setup } = PROVIDERS[sourceKind];
  const isPublicKey = "proof" in scheme && scheme.proof.type === "ed25519";
  if (isPublicKey && secretFrom === undefined) {
    return fail(
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
  if (!outcome.ok) return fail(outcome.message);
  const detail = `${sourceKind} at ${source.path}`;
  const problems = await noteChange({ action: "source-add", subject: name, detail }, environment);
  const lines = formatAddedSource([name, source], {
    newSecret,
    secretPath,
    configPath: sourcesPathOf(folder),
    port,
    stateDir: options.stateDir,
    isReadable: (path) => path.startsWith(`${folder}/`),
  });
  return succeed(lines, problems);
}

/** Tells whether a source uses a secret. */
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

/** Runs `source remove`. */
export async function removeSourceEntry(
  { name }: Pick<SourceOptionsOf<"remove">, "name">,
  environment: CommandEnvironment,
): Promise<CommandReport> {
  const { stateDir } = environment;
  let removed: SourceEntry | undefined;
  const outcome = await updateSourceFile(stateDir, (config) => {
    removed = config.sources[name];
    return removeSource(config, name);
  });
  if (!outcome.ok || removed === undefined) return fail(outcome.ok ? "" : outcome.message);
  const { kind, path, secrets } = removed;
  const hasOwn = secrets.includes(`file:${secretPathOf(toAbsolute(stateDir), name)}`);
  const secretPath = hasOwn ? removeSecret(stateDir, name) : undefined;
  const entry = { action: "source-remove", subject: name, detail: `${kind} at ${path}` };
  const lines = [
    `Removed ${name}: the server no longer takes its webhooks at ${path}`,
    ...(secretPath === undefined ? [] : [`Removed its secret, ${secretPath}`]),
    "Remove the webhook at the other side as well: it goes on sending",
  ];
  return succeed(lines, await noteChange(entry, environment));
}
