import { formatShape } from "../../../lib/sources/shape/format_shape.ts";
import { github } from "../../../lib/sources/providers/github/mod.ts";
import type { Shape } from "../../../lib/sources/shape/shape.ts";

/** The members of every payload. */
export const COMMON = {
  repository: {
    full_name: "octo/repo",
    default_branch: "main",
    html_url: "https://github.com/octo/repo",
  },
  sender: { login: "octocat", type: "User" },
};

export const SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
export const NO_SHA = "0".repeat(40);

/** A member, a contributor, a stranger and a bot as authors of an object. */
export const AUTHORS = {
  member: { user: { login: "octocat", type: "User" }, author_association: "MEMBER" },
  contributor: { user: { login: "helper", type: "User" }, author_association: "CONTRIBUTOR" },
  external: { user: { login: "stranger", type: "User" }, author_association: "NONE" },
  bot: { user: { login: "ci[bot]", type: "Bot" }, author_association: "COLLABORATOR" },
};

/** Shapes a payload with the common members added. */
export function shapeOf(event: string, payload: Record<string, unknown>): Shape {
  return github.shape({ event, payload: { ...COMMON, ...payload } });
}

/** Returns the lines of the text of a payload. */
export function linesOf(event: string, payload: Record<string, unknown>): string[] {
  return formatShape("github", shapeOf(event, payload)).text.split("\n");
}
