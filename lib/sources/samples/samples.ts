/**
 * Deliveries for trying out a source: one of each kind, the smallest that its default filter lets
 * through.
 *
 * @module
 */

import {
  commitStatusSample,
  deploymentSample,
  pipelineSample,
  pushSample,
  type Sample,
  SAMPLE_PAGE,
  SAMPLE_TEXT,
  type SampleParts,
  workflowRunSample,
  workflowSample,
} from "./code_samples.ts";
import type { SchemeKind } from "../proof/scheme.ts";

/** What a sample is made for. */
export interface SampleOptions {
  /** The time in milliseconds since the epoch; samples of two times are two deliveries. */
  readonly nowMs: number;
  /**
   * The repository that it is about, where it is about one.
   *
   * @default {"example/test"}
   */
  readonly repository?: string | undefined;
}

function linearIssue({ nowMs, time }: SampleParts): Sample {
  return {
    event: "",
    payload: {
      type: "Issue",
      action: "create",
      createdAt: time,
      webhookTimestamp: nowMs,
      url: "https://linear.app/example/issue/TEST-1",
      data: { identifier: "TEST-1", title: SAMPLE_TEXT, priority: 4, state: { name: "Todo" } },
    },
  };
}

function sentryIssue({ nowMs, time }: SampleParts): Sample {
  return {
    event: "issue",
    payload: {
      action: "created",
      data: {
        issue: {
          id: String(nowMs),
          shortId: "TEST-1",
          title: SAMPLE_TEXT,
          culprit: "source test",
          level: "error",
          count: "1",
          userCount: 0,
          firstSeen: time,
          project: { slug: "test" },
          web_url: SAMPLE_PAGE,
        },
      },
    },
  };
}

function alertGroup({ nowMs, time }: SampleParts): Sample {
  const labels = { alertname: "SourceTest", severity: "warning" };
  const alert = {
    status: "firing",
    labels,
    annotations: { summary: SAMPLE_TEXT },
    startsAt: time,
    endsAt: "0001-01-01T00:00:00Z",
    fingerprint: nowMs.toString(16).padStart(16, "0"),
  };
  return {
    event: "",
    payload: {
      version: "4",
      groupKey: '{}:{alertname="SourceTest"}',
      status: "firing",
      groupLabels: { alertname: "SourceTest" },
      commonLabels: labels,
      externalURL: SAMPLE_PAGE,
      alerts: [alert],
    },
  };
}

function grafanaAlert(parts: SampleParts): Sample {
  const { event, payload } = alertGroup(parts);
  return { event, payload: { ...Object(payload), state: "alerting", title: SAMPLE_TEXT } };
}

function incident({ nowMs, time }: SampleParts): Sample {
  return {
    event: "",
    payload: {
      event: {
        id: `test-${nowMs}`,
        event_type: "incident.triggered",
        resource_type: "incident",
        occurred_at: time,
        data: {
          id: "PTEST1",
          type: "incident",
          number: 1,
          status: "triggered",
          urgency: "low",
          title: SAMPLE_TEXT,
          html_url: SAMPLE_PAGE,
        },
      },
    },
  };
}

function charge({ nowMs }: SampleParts): Sample {
  return {
    event: "",
    payload: {
      id: `evt_test${nowMs}`,
      object: "event",
      type: "charge.failed",
      created: Math.floor(nowMs / 1000),
      livemode: false,
      data: {
        object: {
          id: `ch_test${nowMs}`,
          object: "charge",
          amount: 100,
          currency: "usd",
          status: "failed",
          failure_code: "card_declined",
          failure_message: SAMPLE_TEXT,
        },
      },
    },
  };
}

function mention({ nowMs }: SampleParts): Sample {
  const seconds = Math.floor(nowMs / 1000);
  return {
    event: "",
    payload: {
      type: "event_callback",
      team_id: "T0TEST",
      event_id: `Ev${nowMs}`,
      event_time: seconds,
      event: {
        type: "app_mention",
        channel: "C0TEST",
        user: "U0TEST",
        text: SAMPLE_TEXT,
        ts: `${seconds}.000100`,
      },
    },
  };
}

function interaction({ nowMs }: SampleParts): Sample {
  return {
    event: "",
    payload: {
      id: `1000${nowMs}`,
      type: 2,
      channel_id: "100000000000000001",
      data: { name: "test", options: [{ name: "text", value: SAMPLE_TEXT }] },
      user: { id: "100000000000000002", username: "test" },
    },
  };
}

function update({ nowMs }: SampleParts): Sample {
  return {
    event: "",
    payload: {
      update_id: nowMs,
      message: {
        message_id: 1,
        date: Math.floor(nowMs / 1000),
        chat: { id: 1, type: "private" },
        from: { id: 1, is_bot: false, first_name: "Test" },
        text: SAMPLE_TEXT,
      },
    },
  };
}

function order({ nowMs, time }: SampleParts): Sample {
  return {
    event: "orders/create",
    payload: {
      id: nowMs,
      order_number: 1,
      total_price: "1.00",
      currency: "USD",
      financial_status: "paid",
      test: true,
      line_items: [{ title: SAMPLE_TEXT }],
      created_at: time,
    },
  };
}

function standardEvent({ nowMs, time }: SampleParts): Sample {
  const data = { id: `test-${nowMs}`, message: SAMPLE_TEXT };
  return { event: "", payload: { type: "source.test", timestamp: time, data } };
}

function anyEvent({ nowMs }: SampleParts): Sample {
  const payload = {
    id: `test-${nowMs}`,
    type: "test",
    status: "ok",
    message: SAMPLE_TEXT,
    url: SAMPLE_PAGE,
  };
  return { event: "test", payload };
}

const SAMPLES: Readonly<Record<SchemeKind, (parts: SampleParts) => Sample>> = {
  github: workflowRunSample,
  gitlab: pipelineSample,
  bitbucket: commitStatusSample,
  gitea: pushSample,
  forgejo: pushSample,
  circleci: workflowSample,
  vercel: deploymentSample,
  linear: linearIssue,
  sentry: sentryIssue,
  alertmanager: alertGroup,
  grafana: grafanaAlert,
  pagerduty: incident,
  stripe: charge,
  slack: mention,
  discord: interaction,
  telegram: update,
  shopify: order,
  standard: standardEvent,
  generic: anyEvent,
};

/**
 * Creates a delivery for trying out a source.
 *
 * @param kind The kind of the source.
 * @param options When, and what it is about.
 */
export function createSample(
  kind: SchemeKind,
  { nowMs, repository = "example/test" }: SampleOptions,
): Sample {
  const time = new Date(nowMs).toISOString();
  const sha = nowMs.toString(16).padEnd(40, "0");
  return SAMPLES[kind]({ nowMs, time, repository, sha });
}
