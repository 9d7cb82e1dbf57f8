/**
 * Small payloads as Gitea and Forgejo send them.
 *
 * @module
 */

export const HOME = "https://git.example.com/shop/web";
export const BEFORE = "67b56589a45103f891bdee7c0546e5d40bc02001";
export const SHA = "48e773f892a831faa47c0a160d1b7f0cd369ae2a";

export function userOf(login: string) {
  return {
    login,
    email: `${login}@example.com`,
    avatar_url: `https://git.example.com/${login}.png`,
  };
}

export const REPOSITORY = {
  full_name: "shop/web",
  html_url: HOME,
  default_branch: "main",
  private: false,
  internal: false,
  permissions: { admin: false, push: false, pull: true },
};
export const COMMON = { repository: REPOSITORY, sender: userOf("ada") };
export const OWN = { ...REPOSITORY, permissions: { admin: false, push: true, pull: true } };

export const PUSH = {
  ...COMMON,
  ref: "refs/heads/main",
  before: BEFORE,
  after: SHA,
  compare_url: `${HOME}/compare/${BEFORE}...${SHA}`,
  commits: [
    { message: "Second\n", author: { email: "ada@example.com" }, added: [], modified: ["b"] },
    { message: "First\n", added: ["a"], modified: ["b"] },
  ],
  total_commits: 2,
  pusher: userOf("bob"),
};

export const PULL = {
  ...COMMON,
  action: "opened",
  number: 2,
  pull_request: {
    number: 2,
    user: userOf("ada"),
    title: "Sell more",
    body: "Fixes #1",
    html_url: `${HOME}/pulls/2`,
    merged: false,
    base: { ref: "main", repo: REPOSITORY },
    head: { ref: "more", label: "more", repo: { full_name: "ada/web" } },
  },
};

export const ISSUE = {
  ...COMMON,
  action: "opened",
  issue: {
    number: 1,
    user: userOf("ada"),
    title: "It is slow",
    body: "Very",
    state: "open",
    html_url: `${HOME}/issues/1`,
  },
};

export const COMMENT = {
  ...ISSUE,
  action: "created",
  comment: {
    user: userOf("ada"),
    body: "Look at the index",
    html_url: `${HOME}/issues/1#issuecomment-2`,
  },
  is_pull: true,
};

export const REVIEW = {
  ...PULL,
  action: "reviewed",
  sender: userOf("bob"),
  review: { type: "pull_request_review_rejected", content: "Not so" },
};

export const RELEASE = {
  ...COMMON,
  action: "published",
  release: { tag_name: "v1", name: "One", author: userOf("ada"), html_url: `${HOME}/releases/v1` },
};

export const STATUS = {
  ...COMMON,
  context: "ci/test",
  description: "1 test failed",
  sha: SHA,
  state: "failure",
  target_url: "https://ci.example.com/1",
};

export const WORKFLOW_RUN = {
  ...COMMON,
  action: "completed",
  workflow: { id: "test.yml", name: "test" },
  workflow_run: {
    id: 7,
    display_title: "Sell more",
    path: "test.yml@refs/heads/main",
    event: "push",
    run_number: 12,
    head_sha: SHA,
    head_branch: "main",
    status: "completed",
    conclusion: "failure",
    html_url: `${HOME}/actions/runs/12`,
  },
};

export const ACTION_RUN = {
  action: "failure",
  run: {
    id: 12346,
    title: "Sell more",
    repository: REPOSITORY,
    workflow_id: "test.yml",
    index_in_repo: 12,
    trigger_user: userOf("ada"),
    prettyref: "main",
    commit_sha: SHA,
    is_fork_pull_request: false,
    event: "push",
    event_payload: '{"pusher":{"email":"ada@example.com"}}',
    trigger_event: "push",
    status: "failure",
    html_url: `${HOME}/actions/runs/12`,
  },
  prior_status: "running",
};

export const DELETE = { ...COMMON, ref: "more", ref_type: "branch", pusher_type: "user" };

export const ALL: readonly [string, unknown][] = [
  ["push", PUSH],
  ["pull_request", PULL],
  ["issues", ISSUE],
  ["issue_comment", COMMENT],
  ["pull_request_rejected", REVIEW],
  ["release", RELEASE],
  ["status", STATUS],
  ["workflow_run", WORKFLOW_RUN],
  ["action_run_failure", ACTION_RUN],
  ["delete", DELETE],
  ["wiki", { ...COMMON, action: "edited", page: "Home", comment: "Do this" }],
];
