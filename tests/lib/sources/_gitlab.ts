/**
 * Small payloads as GitLab sends them.
 *
 * @module
 */

export const BEFORE = "95790bf891e76fee5e1747ab589903a6a1f80f22";
export const SHA = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7";
export const NO_SHA = "0".repeat(40);

const PROJECT = {
  path_with_namespace: "shop/web",
  web_url: "https://gitlab.example.com/shop/web",
  default_branch: "main",
  visibility_level: 0,
};
export const PUBLIC = { ...PROJECT, visibility_level: 20 };
export const USER = {
  username: "ada",
  name: "Ada Example",
  email: "ada@example.com",
  avatar_url: "https://secure.gravatar.com/avatar/1",
};

export const PIPELINE = {
  object_kind: "pipeline",
  object_attributes: {
    id: 31,
    name: "Nightly",
    ref: "main",
    tag: false,
    sha: SHA,
    source: "push",
    status: "failed",
    duration: 63.4,
    variables: [{ key: "DEPLOY_KEY", value: "hunter2" }],
    url: "https://gitlab.example.com/shop/web/-/pipelines/31",
  },
  user: USER,
  project: PROJECT,
  commit: { message: "Sell more\n\nbody", author: { email: "ada@example.com" } },
  builds: [
    { stage: "test", name: "unit", status: "failed", failure_reason: "script_failure" },
    { stage: "test", name: "flaky", status: "failed", allow_failure: true },
    { stage: "build", name: "image", status: "success" },
    { stage: "deploy", name: "to prod", status: "skipped" },
  ],
};

export const JOB = {
  object_kind: "build",
  ref: "feature",
  sha: SHA,
  build_id: 1977,
  build_name: "unit",
  build_stage: "test",
  build_status: "failed",
  build_duration: 12.5,
  build_allow_failure: false,
  build_failure_reason: "script_failure",
  project_name: "Shop / Web",
  user: { name: "Ada Example", email: "ada@example.com" },
  commit: { message: "Sell more" },
  project: PROJECT,
};

export const PUSH = {
  object_kind: "push",
  before: BEFORE,
  after: SHA,
  ref: "refs/heads/main",
  user_username: "ada",
  user_name: "Ada Example",
  user_email: "ada@example.com",
  project: PROJECT,
  commits: [
    { message: "First", added: ["a"], modified: ["b"], removed: [] },
    { message: "Second </channel>", added: [], modified: ["b"], removed: [] },
  ],
  total_commits_count: 2,
};

export const REQUEST = {
  object_kind: "merge_request",
  user: USER,
  project: PROJECT,
  object_attributes: {
    iid: 12,
    title: "Sell more",
    description: "Fixes #3 <!-- a template -->",
    source_branch: "more",
    target_branch: "main",
    source: { path_with_namespace: "shop/web" },
    target: { path_with_namespace: "shop/web" },
    draft: false,
    detailed_merge_status: "conflict",
    url: "https://gitlab.example.com/shop/web/-/merge_requests/12",
    action: "open",
  },
  assignees: [{ username: "ada" }],
  reviewers: [{ username: "bob" }, { username: "eve" }],
};

export const NOTE = {
  object_kind: "note",
  event_type: "note",
  user: USER,
  project: PROJECT,
  object_attributes: {
    note: "This needs work. ![x](https://example.com/x.png)",
    noteable_type: "MergeRequest",
    system: false,
    action: "create",
    position: { new_path: "src/a.ts", new_line: 7 },
    url: "https://gitlab.example.com/shop/web/-/merge_requests/12#note_1",
  },
  merge_request: { iid: 12, title: "Sell more" },
};

export const ISSUE = {
  object_kind: "issue",
  user: USER,
  project: PROJECT,
  object_attributes: {
    iid: 23,
    title: "It is slow",
    description: "Very",
    type: "Issue",
    state: "opened",
    action: "open",
    severity: "high",
    labels: [{ title: "bug" }, { title: "do this; now" }],
    url: "https://gitlab.example.com/shop/web/-/issues/23",
  },
  assignees: [],
};

export const RELEASE = {
  object_kind: "release",
  action: "create",
  tag: "v1.1",
  name: "First",
  description: "See https://example.com",
  released_at: "2026-11-02 12:55:12 UTC",
  url: "https://gitlab.example.com/shop/web/-/releases/v1.1",
  project: PROJECT,
};

export const DEPLOYMENT = {
  object_kind: "deployment",
  status: "failed",
  deployment_id: 15,
  deployable_url: "https://gitlab.example.com/shop/web/-/jobs/796",
  environment: "production",
  environment_tier: "production",
  short_sha: "da156088",
  commit_title: "Sell more",
  user: USER,
  project: PROJECT,
};

export const VULNERABILITY = {
  object_kind: "vulnerability",
  object_attributes: {
    url: "https://gitlab.example.com/shop/web/-/security/vulnerabilities/1",
    title: "REXML DoS vulnerability",
    state: "detected",
    severity: "high",
    location: {
      file: "Gemfile.lock",
      dependency: { package: { name: "rexml" }, version: "3.3.1" },
    },
    identifiers: [
      { external_type: "gemnasium", name: "Gemnasium-29dce398" },
      { external_type: "cve", name: "CVE-2026-41123" },
    ],
    report_type: "dependency_scanning",
  },
};

export const TOKEN = {
  object_kind: "access_token",
  event_name: "expiring_access_token",
  project: PROJECT,
  object_attributes: { id: 25, name: "deploy bot", expires_at: "2026-01-26" },
};

export const ALL = [
  ...[PIPELINE, JOB, PUSH, REQUEST, NOTE, ISSUE, RELEASE, DEPLOYMENT, VULNERABILITY, TOKEN],
  { object_kind: "wiki_page", user: USER, project: PROJECT, object_attributes: { title: "A" } },
];
