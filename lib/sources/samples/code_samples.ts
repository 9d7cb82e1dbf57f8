/**
 * Samples of what is sent about code: what was pushed, built and deployed.
 *
 * @module
 */

const ACTOR = { login: "octocat" } as const;

/** A run of GitHub Actions that has failed. */
export function workflowRunSample({ nowMs, repository, sha }: SampleParts): Sample {
  return {
    event: "workflow_run",
    payload: {
      action: "completed",
      workflow: { id: 1, name: "source test" },
      workflow_run: {
        id: nowMs,
        workflow_id: 1,
        run_number: 1,
        run_attempt: 1,
        event: "push",
        status: "completed",
        conclusion: "failure",
        display_title: SAMPLE_TEXT,
        head_branch: "main",
        head_sha: sha,
        head_repository: { full_name: repository },
        html_url: SAMPLE_PAGE,
        pull_requests: [],
        triggering_actor: ACTOR,
      },
      repository: { full_name: repository, default_branch: "main", html_url: SAMPLE_PAGE },
      sender: ACTOR,
    },
  };
}

/** A pipeline of GitLab that has failed. */
export function pipelineSample({ nowMs, repository, sha }: SampleParts): Sample {
  return {
    event: "Pipeline Hook",
    payload: {
      object_kind: "pipeline",
      object_attributes: { id: nowMs, ref: "main", sha, status: "failed", source: "push" },
      user: { username: "root" },
      project: {
        path_with_namespace: repository,
        web_url: SAMPLE_PAGE,
        default_branch: "main",
        visibility_level: 0,
      },
      builds: [{ stage: "test", name: SAMPLE_TEXT, status: "failed" }],
    },
  };
}

/** A build that Bitbucket tells of. */
export function commitStatusSample({ nowMs, repository, sha }: SampleParts): Sample {
  return {
    event: "repo:commit_status_updated",
    payload: {
      actor: { type: "user", nickname: "emma" },
      repository: { full_name: repository, is_private: true },
      commit_status: {
        key: `test-${nowMs}`,
        name: "source test",
        description: SAMPLE_TEXT,
        state: "FAILED",
        refname: "main",
        url: SAMPLE_PAGE,
        links: { commit: { href: `https://api.example.com/commit/${sha}` } },
      },
    },
  };
}

/** A push, as Gitea and Forgejo tell of it. */
export function pushSample({ nowMs, repository, sha }: SampleParts): Sample {
  return {
    event: "push",
    payload: {
      ref: "refs/heads/main",
      before: nowMs.toString(16).padStart(40, "1"),
      after: sha,
      compare_url: SAMPLE_PAGE,
      commits: [{ id: sha, message: SAMPLE_TEXT, added: [], modified: ["README.md"], removed: [] }],
      total_commits: 1,
      repository: { full_name: repository, default_branch: "main", html_url: SAMPLE_PAGE },
      pusher: ACTOR,
      sender: ACTOR,
    },
  };
}

/** A workflow of CircleCI that has failed. */
export function workflowSample({ nowMs, time, repository, sha }: SampleParts): Sample {
  return {
    event: "",
    payload: {
      id: `test-${nowMs}`,
      type: "workflow-completed",
      happened_at: time,
      workflow: { name: "source test", status: "failed", url: SAMPLE_PAGE },
      pipeline: {
        number: 1,
        vcs: { branch: "main", revision: sha, commit: { subject: SAMPLE_TEXT } },
      },
      project: { slug: `github/${repository}` },
    },
  };
}

/** A deployment of Vercel that has failed. */
export function deploymentSample({ nowMs, sha }: SampleParts): Sample {
  return {
    event: "",
    payload: {
      id: `test-${nowMs}`,
      type: "deployment.error",
      createdAt: nowMs,
      payload: {
        deployment: {
          name: "source-test",
          errorMessage: SAMPLE_TEXT,
          meta: { githubCommitSha: sha },
        },
        links: { deployment: "https://vercel.com/example/test" },
        target: "production",
      },
    },
  };
}

/** A delivery for trying out a source. */
export interface Sample {
  /** The type as the header of its source says it; empty where the body says it. */
  readonly event: string;
  /** The body, a JSON value. */
  readonly payload: unknown;
}

/** What samples are made of. */
export interface SampleParts {
  /** The time in milliseconds since the epoch, which tells one sample from another. */
  readonly nowMs: number;
  /** The time as text. */
  readonly time: string;
  /** The repository that it is about. */
  readonly repository: string;
  /** The hash of a commit that there is not. */
  readonly sha: string;
}

/** What every sample says: it is shown like any other event. */
export const SAMPLE_TEXT = "A test of the source: nothing is wrong";

/** The page that samples lead to. */
export const SAMPLE_PAGE = "https://example.com/test";
