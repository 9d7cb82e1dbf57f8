import { createHmacProof, createTokenProof, TOLERANCE_MS } from "./create_proof.ts";
import type { Ed25519Proof, HmacProof, ProofHeaders, Scheme, SchemeKind } from "./scheme.ts";

/** How far the time in the body of a delivery of Linear may be from now, either way. */
const LINEAR_TOLERANCE_MS = 60_000;

function standardHeaders(name: string): ProofHeaders {
  return { signature: `${name}-signature`, timestamp: `${name}-timestamp`, id: `${name}-id` };
}

/** Standard Webhooks, which Svix has sent under its own name. */
const STANDARD_PROOF: HmacProof = createHmacProof("webhook-signature", {
  key: "base64",
  headers: [standardHeaders("webhook"), standardHeaders("svix")],
  layout: "spaced",
  prefix: "v1,",
  encoding: "base64",
  content: "{id}.{timestamp}.{body}",
  toleranceMs: TOLERANCE_MS,
});

/**
 * Discord signs a timestamp and gives no tolerance for it. Nothing stands between it and the body,
 * so only letters and digits pass for a timestamp.
 */
const DISCORD_PROOF: Ed25519Proof = {
  type: "ed25519",
  headers: [{ signature: "x-signature-ed25519", timestamp: "x-signature-timestamp" }],
  layout: "whole",
  prefix: "",
  encoding: "hex",
  content: "{timestamp}{body}",
};

/** The deliveries of GitLab that carry a signature, as Standard Webhooks has it. */
export const GITLAB_SIGNED: Scheme = {
  kind: "gitlab",
  proof: { ...STANDARD_PROOF, headers: [standardHeaders("webhook")] },
  id: {},
  event: { headers: ["x-gitlab-event"], paths: ["object_kind"] },
};

/**
 * How each kind of source but the configurable one proves where its deliveries come from.
 *
 * The user names the source, and nothing that is sent chooses between two ways of proof: a detected
 * scheme is one that an attacker can choose.
 */
export const SCHEMES: Readonly<Record<Exclude<SchemeKind, "generic">, Scheme>> = {
  github: {
    kind: "github",
    proof: createHmacProof("x-hub-signature-256", { prefix: "sha256=" }),
    id: { headers: ["x-github-delivery"] },
    event: { headers: ["x-github-event"] },
    pings: ["ping"],
  },
  gitlab: {
    kind: "gitlab",
    proof: createTokenProof("x-gitlab-token"),
    id: { headers: ["idempotency-key", "x-gitlab-event-uuid"] },
    event: { headers: ["x-gitlab-event"], paths: ["object_kind"] },
  },
  bitbucket: {
    kind: "bitbucket",
    proof: createHmacProof("x-hub-signature", { prefix: "sha256=" }),
    // Bitbucket Cloud has the first, Bitbucket Data Center the second.
    id: { headers: ["x-request-uuid", "x-request-id"] },
    event: { headers: ["x-event-key"] },
    pings: ["diagnostics:ping"],
  },
  gitea: {
    kind: "gitea",
    proof: createHmacProof("x-gitea-signature"),
    id: { headers: ["x-gitea-delivery"] },
    event: { headers: ["x-gitea-event"] },
  },
  forgejo: {
    kind: "forgejo",
    proof: createHmacProof("x-forgejo-signature", {
      headers: [{ signature: "x-forgejo-signature" }, { signature: "x-gitea-signature" }],
    }),
    id: { headers: ["x-forgejo-delivery", "x-gitea-delivery"] },
    event: { headers: ["x-forgejo-event", "x-gitea-event"] },
  },
  circleci: {
    kind: "circleci",
    proof: createHmacProof("circleci-signature", { layout: "pairs", prefix: "v1=" }),
    id: { path: "id" },
    event: { paths: ["type"] },
    pings: ["ping"],
  },
  vercel: {
    kind: "vercel",
    proof: createHmacProof("x-vercel-signature", { hash: "SHA-1" }),
    id: { path: "id" },
    event: {},
  },
  linear: {
    kind: "linear",
    proof: createHmacProof("linear-signature"),
    id: { headers: ["linear-delivery"] },
    event: {},
    bodyTime: { path: "webhookTimestamp", toleranceMs: LINEAR_TOLERANCE_MS },
  },
  sentry: {
    kind: "sentry",
    proof: createHmacProof("sentry-hook-signature"),
    id: { headers: ["request-id"] },
    event: { headers: ["sentry-hook-resource"] },
  },
  alertmanager: {
    kind: "alertmanager",
    proof: createTokenProof("authorization", { forms: ["bearer", "basic"] }),
    id: { isOfAlerts: true },
    event: {},
  },
  grafana: {
    kind: "grafana",
    proof: createHmacProof("x-grafana-alerting-signature"),
    id: { isOfAlerts: true },
    event: {},
  },
  pagerduty: {
    kind: "pagerduty",
    proof: createHmacProof("x-pagerduty-signature", { layout: "pairs", prefix: "v1=" }),
    id: { path: "event.id" },
    event: { paths: ["event.event_type"] },
    pings: ["pagey.ping"],
  },
  stripe: {
    kind: "stripe",
    proof: createHmacProof("stripe-signature", {
      layout: "pairs",
      prefix: "v1=",
      content: "{timestamp}.{body}",
      timestampPair: "t",
      toleranceMs: TOLERANCE_MS,
    }),
    id: { path: "id" },
    event: {},
  },
  slack: {
    kind: "slack",
    proof: createHmacProof("x-slack-signature", {
      headers: [{ signature: "x-slack-signature", timestamp: "x-slack-request-timestamp" }],
      prefix: "v0=",
      content: "v0:{timestamp}:{body}",
      toleranceMs: TOLERANCE_MS,
    }),
    id: { path: "event_id" },
    event: { paths: ["event.type", "type"] },
    challenge: "slack",
  },
  discord: {
    kind: "discord",
    proof: DISCORD_PROOF,
    id: { path: "id" },
    event: {},
    challenge: "discord",
  },
  telegram: {
    kind: "telegram",
    proof: createTokenProof("x-telegram-bot-api-secret-token"),
    id: { path: "update_id" },
    event: {},
  },
  shopify: {
    kind: "shopify",
    proof: createHmacProof("x-shopify-hmac-sha256", { encoding: "base64" }),
    id: { headers: ["x-shopify-webhook-id"] },
    event: { headers: ["x-shopify-topic"] },
  },
  standard: {
    kind: "standard",
    proof: STANDARD_PROOF,
    id: {},
    event: { paths: ["type"] },
  },
};
