/**
 * Small payloads of forges and of systems that build and plan, each with every text that people
 * write.
 *
 * @module
 */

const SHA = "bcbb5ec396a2c0f828686f14fac9b80b780504f2";

const PROJECT = {
  id: 1,
  name: "Shop",
  path_with_namespace: "acme/shop",
  web_url: "https://gitlab.example.com/acme/shop",
  default_branch: "main",
  visibility_level: 0,
};

const ROOT = { id: 1, name: "Administrator", username: "root", email: "root@example.com" };

export const GITLAB_PIPELINE = {
  object_kind: "pipeline",
  object_attributes: {
    id: 31,
    ref: "fix-db",
    tag: false,
    sha: SHA,
    source: "push",
    status: "failed",
    duration: 63,
    variables: [{ key: "TOKEN", value: "hunter2" }],
  },
  merge_request: { iid: 7, title: "Fix the database", source_branch: "fix-db" },
  user: ROOT,
  project: PROJECT,
  commit: { id: SHA, message: "Fix it\n\nReally", author: { name: "Bob", email: "b@example.com" } },
  builds: [
    { id: 380, stage: "test", name: "unit", status: "failed", failure_reason: "script_failure" },
  ],
};

export const GITLAB_MERGE_REQUEST = {
  object_kind: "merge_request",
  user: ROOT,
  project: PROJECT,
  object_attributes: {
    iid: 7,
    title: "Fix the database",
    description: "It was broken",
    source_branch: "fix-db",
    target_branch: "main",
    source: { path_with_namespace: "mallory/shop" },
    target: { path_with_namespace: "acme/shop" },
    url: "https://gitlab.example.com/acme/shop/-/merge_requests/7",
    action: "open",
  },
  assignees: [ROOT],
};

export const GITLAB_NOTE = {
  object_kind: "note",
  user: ROOT,
  project: PROJECT,
  object_attributes: {
    note: "Needs work",
    noteable_type: "MergeRequest",
    position: { new_path: "lib/db.ts", new_line: 7 },
    url: "https://gitlab.example.com/acme/shop/-/merge_requests/7#note_1244",
  },
  merge_request: { iid: 7, title: "Fix the database" },
};

const EMMA = { nickname: "emma", display_name: "Emma", account_id: "udfy9", type: "user" };
const REPOSITORY = { full_name: "acme/shop", name: "shop", is_private: true };

export const BITBUCKET_COMMENT = {
  actor: EMMA,
  repository: REPOSITORY,
  pullrequest: {
    id: 1,
    title: "Fix the database",
    author: EMMA,
    source: { branch: { name: "fix-db" }, repository: REPOSITORY },
    destination: { branch: { name: "main" }, repository: REPOSITORY },
  },
  comment: {
    content: { raw: "Needs work" },
    inline: { path: "lib/db.ts", to: 7 },
    links: { html: { href: "https://bitbucket.org/acme/shop/pull-requests/1#comment-2" } },
  },
};

export const BITBUCKET_PUSH = {
  actor: EMMA,
  repository: REPOSITORY,
  push: {
    changes: [{
      old: { type: "branch", name: "fix-db", target: { hash: SHA } },
      new: { type: "branch", name: "fix-db", target: { hash: SHA, message: "Fix it" } },
      links: { html: { href: "https://bitbucket.org/acme/shop/branches/compare/a..b" } },
      commits: [{ hash: SHA, message: "Fix it", author: { raw: "Bob <bob@example.com>" } }],
    }],
  },
};

export const GITEA_PUSH = {
  ref: "refs/heads/fix-db",
  before: SHA,
  after: SHA.replace("b", "c"),
  compare_url: "https://gitea.example.com/acme/shop/compare/a...b",
  commits: [{ id: SHA, message: "Fix it", author: { name: "Bob", username: "bob" } }],
  repository: { full_name: "acme/shop", default_branch: "main" },
  pusher: { login: "bob" },
  sender: { login: "bob" },
};

export const GITEA_ISSUE = {
  action: "opened",
  number: 7,
  issue: {
    number: 7,
    title: "It is broken",
    body: "Please fix",
    user: { login: "bob" },
    labels: [{ name: "bug" }],
    state: "open",
    html_url: "https://gitea.example.com/acme/shop/issues/7",
  },
  repository: { full_name: "acme/shop", default_branch: "main", private: true },
  sender: { login: "bob" },
};

export const FORGEJO_RUN = {
  action: "failure",
  run: {
    id: 9,
    index_in_repo: 3,
    title: "Fix it",
    workflow_id: "ci.yml",
    prettyref: "fix-db",
    commit_sha: SHA,
    trigger_event: "push",
    trigger_user: { login: "bob" },
    html_url: "https://forgejo.example.com/acme/shop/actions/runs/3",
    repository: { full_name: "acme/shop", default_branch: "main" },
  },
};

export const CIRCLECI_WORKFLOW = {
  id: "3888f21b",
  type: "workflow-completed",
  workflow: {
    id: "fda08377",
    name: "build-testing",
    status: "failed",
    url: "https://app.circleci.com/w/1",
  },
  pipeline: {
    number: 130,
    vcs: { branch: "fix-db", revision: SHA, commit: { subject: "Fix it", body: "Really" } },
  },
  project: { name: "shop", slug: "github/acme/shop" },
  organization: { name: "acme" },
};

export const VERCEL_DEPLOYMENT = {
  id: "hook_1",
  type: "deployment.error",
  payload: {
    deployment: {
      name: "shop",
      errorMessage: "Build failed",
      meta: {
        githubCommitRef: "fix-db",
        githubCommitSha: SHA,
        githubCommitMessage: "Fix it",
        githubCommitAuthorLogin: "bob",
        githubOrg: "acme",
        githubRepo: "shop",
      },
    },
    project: { id: "prj_1", name: "shop" },
    links: { deployment: "https://vercel.com/acme/shop/1" },
  },
};

export const LINEAR_ISSUE = {
  type: "Issue",
  action: "create",
  actor: { name: "Emma", type: "user" },
  url: "https://linear.app/acme/issue/WEB-44/fix-it",
  data: {
    identifier: "WEB-44",
    title: "Fix it",
    description: "It is broken",
    priority: 1,
    state: { name: "In Progress" },
    assignee: { name: "Bob" },
    labels: [{ name: "bug" }],
  },
  updatedFrom: { stateId: "1" },
};

export const LINEAR_COMMENT = {
  type: "Comment",
  action: "create",
  actor: { name: "Emma", type: "user" },
  url: "https://linear.app/acme/issue/WEB-44/fix-it#comment-1",
  data: { body: "Done", issue: { title: "Fix it" }, user: { name: "Emma" } },
};
