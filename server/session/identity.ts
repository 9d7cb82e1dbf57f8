import { tryParseRepository } from "../../lib/session/parse_git_config.ts";
import type { NewSession } from "../journal/session_table.ts";
import { readEnv } from "../runtime/read_env.ts";

function readRepository(projectDir: string): string | null {
  const path = `${projectDir}/.git/config`;
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return null;
  try {
    return tryParseRepository(Deno.readTextFileSync(path)) ?? null;
  } catch {
    return null;
  }
}

/**
 * Identifies this session, as far as the permissions of the process allow: the folder of the project
 * from `CLAUDE_PROJECT_DIR` or the working directory, which is the same; the client's session id from
 * `CLAUDE_CODE_SESSION_ID`, or one of our own; the repository from `.git/config`.
 */
export function identifySession(): NewSession {
  const projectDir = readEnv("CLAUDE_PROJECT_DIR") ?? Deno.cwd();
  const [, project = ""] = /([^/\\]*)[/\\]*$/.exec(projectDir) ?? [];
  return {
    key: readEnv("CLAUDE_CODE_SESSION_ID") ?? crypto.randomUUID(),
    project: project || projectDir,
    repository: readRepository(projectDir),
    pid: Deno.pid,
  };
}
