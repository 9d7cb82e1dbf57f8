/**
 * Small payloads as providers send them, one for each reading.
 *
 * @module
 */

export const SENTRY_ISSUE = {
  action: "created",
  data: {
    issue: {
      id: "1635244907",
      shortId: "SHOP-2",
      title: "ValueError: no such row",
      culprit: "shop.views in load",
      permalink: null,
      web_url: "https://acme.sentry.io/issues/1635244907/?referrer=hook",
      level: "error",
      status: "unresolved",
      substatus: "new",
      priority: "high",
      count: "12",
      userCount: 3,
      firstSeen: "2026-04-28T13:56:05.903736Z",
      project: { id: "52", name: "Shop", slug: "shop" },
    },
  },
  installation: { uuid: "6502" },
  actor: { type: "application", id: "sentry", name: "Sentry" },
};

const FRAMES = ["main", "serve", "handle", "load"].map((name, index) => ({
  function: name,
  filename: `app/${name}.py`,
  lineno: index + 1,
  in_app: true,
  vars: { password: "hunter2" },
}));

export const SENTRY_EVENT = {
  action: "triggered",
  data: {
    event: {
      title: "ValueError: no such row",
      culprit: "shop.views in load",
      level: "fatal",
      environment: "production",
      tags: [["level", "fatal"], ["release", "shop@1.2.3"]],
      exception: {
        values: [{
          type: "ValueError",
          value: "no such row",
          stacktrace: {
            frames: [...FRAMES, { function: "get", filename: "lib/db.py", in_app: false }],
          },
        }],
      },
      request: { url: "https://shop.example.com/?q=private", headers: [["Cookie", "sid=1"]] },
      user: { email: "bob@example.com", ip_address: "10.1.2.3" },
      url: "https://sentry.io/api/0/projects/acme/shop/events/599349/",
      web_url: "https://sentry.io/organizations/acme/issues/1635244907/events/599349/",
      issue_url: "https://sentry.io/api/0/issues/1635244907/",
    },
    triggered_rule: "Page the owner",
  },
  actor: { type: "application", id: "sentry", name: "Sentry" },
};

export const SENTRY_METRIC = {
  action: "critical",
  data: {
    metric_alert: {
      id: "4",
      identifier: "7",
      title: "Too many errors",
      date_started: "2026-04-28T13:56:05Z",
      projects: ["shop"],
      alert_rule: { name: "Errors of the shop" },
    },
    description_title: "Critical: Too many errors",
    description_text: "1000 events in the last 10 minutes",
    web_url: "https://sentry.io/organizations/acme/alerts/rules/details/7/?alert=7",
  },
  actor: { type: "application", id: "sentry", name: "Sentry" },
};

function alertOf(host: string, description: string) {
  return {
    status: "firing",
    labels: { alertname: "HighLoad", host, severity: "critical", team: "ops" },
    annotations: { description, summary: "High load" },
    startsAt: "2026-02-06T00:17:58.432911368Z",
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "http://prometheus:9090/graph?g0.expr=load1",
    fingerprint: host,
  };
}

export const ALERT_GROUP = {
  receiver: "claude",
  status: "firing",
  groupLabels: { alertname: "HighLoad", cluster: "eu 1" },
  commonLabels: { alertname: "HighLoad", severity: "critical", team: "ops" },
  commonAnnotations: { summary: "High load" },
  externalURL: "http://alertmanager:9093/?token=abc",
  version: "4",
  groupKey: '{}:{alertname="HighLoad"}',
  truncatedAlerts: 36,
  alerts: [
    alertOf("a", "load is 34"),
    alertOf("b", "load is 35"),
    alertOf("c", "load is 36"),
    alertOf("d", "load is 37"),
  ],
};

export const GRAFANA_GROUP = {
  ...ALERT_GROUP,
  truncatedAlerts: 0,
  commonLabels: { ...ALERT_GROUP.commonLabels, grafana_folder: "Machines" },
  title: "[FIRING:1] HighLoad Machines (ops)",
  state: "alerting",
  message: "**Firing**",
  alerts: [{
    ...alertOf("a", "load is 34"),
    values: { A: 34, B: 0, C: 1, D: 2, E: 3 },
    valueString: "[ var='A' value=34 ]",
    silenceURL: "https://grafana.example.com/alerting/silence/new",
    dashboardURL: "https://grafana.example.com/d/ece9?orgId=1",
    panelURL: "https://grafana.example.com/d/ece9?orgId=1&viewPanel=2&auth_token=abc",
    imageURL: "https://grafana.example.com/a.png",
  }],
};

export const GRAFANA_LEGACY = {
  dashboardId: 2,
  evalMatches: [{ value: 97.5, metric: "disk of db", tags: {} }],
  message: "The disk is full.",
  orgId: 1,
  panelId: 6,
  ruleId: 3,
  ruleName: "Disk of the database",
  ruleUrl: "https://grafana.example.com/d/GG2/db?fullscreen&edit&tab=alert&panelId=6&orgId=1",
  state: "alerting",
  tags: { team: "ops" },
  title: "[Alerting] Disk of the database",
};

export const PAGERDUTY_INCIDENT = {
  event: {
    id: "01BWDWL3",
    event_type: "incident.triggered",
    resource_type: "incident",
    occurred_at: "2026-04-26T17:36:27.458Z",
    agent: { id: "PLH1HKV", summary: "Tenex Engineer", type: "user_reference" },
    data: {
      id: "PGR0VU2",
      type: "incident",
      html_url: "https://acme.pagerduty.com/incidents/PGR0VU2",
      number: 2,
      status: "triggered",
      title: "A little bump in the road",
      service: { id: "PF9KMXH", summary: "API Service" },
      assignees: [{ id: "PTUXL6G", summary: "User 123" }],
      priority: { id: "PSO75BM", summary: "P1" },
      urgency: "high",
      conference_bridge: {
        conference_number: "+1 415 555 0100",
        conference_url: "https://c.example",
      },
    },
  },
};

export const PAGERDUTY_NOTE = {
  event: {
    event_type: "incident.annotated",
    occurred_at: "2026-04-26T17:36:27Z",
    data: {
      id: "PEMJB6G",
      type: "incident_note",
      incident: {
        id: "PGR0VU2",
        html_url: "https://acme.pagerduty.com/incidents/PGR0VU2",
        summary: "A little bump in the road",
      },
      content: "Running KILL on long queries.",
    },
  },
};

export const STRIPE_CHARGE = {
  id: "evt_3TbGfy",
  object: "event",
  created: 1779785366,
  data: {
    object: {
      id: "ch_3TbGfy",
      object: "charge",
      amount: 2200,
      currency: "usd",
      billing_details: { email: "bob@example.com", name: "Bob", phone: "+14155550100" },
      failure_code: "card_declined",
      failure_message: "Your card was declined.",
      metadata: { note: "ring twice" },
      payment_intent: "pi_3TbGfy",
      receipt_url: "https://pay.stripe.com/receipts/1",
      status: "failed",
    },
    previous_attributes: { status: "pending", metadata: { note: "ring once" } },
  },
  livemode: true,
  type: "charge.failed",
};

export const SLACK_MESSAGE = {
  token: "XXYYZZ",
  team_id: "T123ABC456",
  api_app_id: "A123ABC456",
  event: {
    type: "message",
    user: "U123ABC456",
    text: "Please look at <https://ci.example.com|the build>",
    ts: "1515449522.000016",
    channel: "C123ABC456",
    channel_type: "channel",
    files: [{ name: "log.txt", url_private: "https://files.slack.com/x" }],
  },
  type: "event_callback",
  event_id: "Ev123ABC456",
  event_time: 1515449522,
};

export const SLACK_COMMAND = {
  token: "gIkuvaNzQIHg97ATvDxqgjtO",
  team_id: "T0001",
  channel_id: "C2147483705",
  channel_name: "ops",
  user_id: "U2147483697",
  user_name: "Steve",
  command: "/deploy",
  text: "shop to production",
  response_url: "https://hooks.slack.com/commands/1234/5678",
  trigger_id: "13345224609.738474920.8088930838d88f008e0",
};

export const SLACK_BUTTON = {
  type: "block_actions",
  team: { id: "T0001", domain: "acme" },
  user: { id: "U2147483697", username: "steve" },
  channel: { id: "C2147483705", name: "ops" },
  actions: [{ action_id: "roll_back", value: "shop" }],
  message: { text: "Deploy failed" },
  response_url: "https://hooks.slack.com/actions/1",
};

export const DISCORD_COMMAND = {
  id: "786008729715212338",
  application_id: "845027738276462632",
  type: 2,
  token: "aW50ZXJhY3Rpb246",
  guild_id: "290926798626357999",
  channel_id: "645027906669510667",
  data: {
    id: "771825006014889984",
    name: "deploy",
    options: [{ name: "app", type: 1, options: [{ name: "to", value: "production" }] }],
  },
  member: { user: { id: "53908232506183680", username: "mason" }, roles: [] },
};

export const DISCORD_EVENT = {
  version: 1,
  application_id: "1234560123453231555",
  type: 1,
  event: {
    type: "LOBBY_MESSAGE_CREATE",
    timestamp: "2026-10-18T14:42:53.064834",
    data: {
      id: "1397656365298815006",
      content: "who breaks the build?",
      author: { id: "53908232506183680", username: "mason" },
    },
  },
};

export const TELEGRAM_MESSAGE = {
  update_id: 10000,
  message: {
    message_id: 1365,
    date: 1441645532,
    chat: { id: -1001234567890, type: "supergroup", title: "Ops" },
    from: { id: 1111111, is_bot: false, first_name: "Test", last_name: "User", username: "Tester" },
    text: "restart the queue",
    photo: [{ file_id: "AgAC" }],
    contact: { phone_number: "+14155550100", first_name: "Bob" },
    reply_to_message: { text: "The queue is stuck" },
  },
};

export const SHOPIFY_ORDER = {
  id: "820982911946154508",
  order_number: 1234,
  email: "jon@example.com",
  financial_status: "voided",
  fulfillment_status: null,
  cancel_reason: "customer",
  currency: "USD",
  total_price: "403.00",
  test: true,
  note: "leave it at the door",
  order_status_url: "https://shop.example.com/690933842/orders/1/authenticate?key=abc",
  customer: { first_name: "John", phone: "+14155550100" },
  line_items: [{ title: "IPod" }, { title: "Case" }],
  updated_at: "2026-12-31T19:00:00-05:00",
};

export const STANDARD_EVENT = {
  type: "deploy.finished",
  timestamp: "2026-11-03T20:26:10.344522Z",
  data: {
    id: "1f81eb52-5198-4599-803e-771906343485",
    status: "failed",
    message: "exit code 1",
    url: "https://ci.example.com/run/1?token=abc",
    attempts: 3,
    steps: [{ name: "build" }],
    app: { name: "shop", secret: "hunter2", tags: ["a", "b"] },
  },
};
