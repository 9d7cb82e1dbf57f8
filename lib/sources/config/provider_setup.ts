import type { SchemeKind } from "../proof/scheme.ts";

/** How a source is set up at the other side. */
export interface ProviderSetup {
  /** What is opened there. */
  readonly where: string;
  /** What the field for the address is called. */
  readonly urlField: string;
  /** What the field with the secret is called. */
  readonly secretField: string;
  /** Whether the other side makes the secret and shows it, and takes none. */
  readonly isSecretTheirs: boolean;
  /** What else is set, and to what. */
  readonly settings: readonly (readonly [field: string, value: string])[];
}

const CONTENT_TYPE = ["Content type", "application/json"] as const;

function ours(
  where: string,
  urlField: string,
  { secretField = "Secret", settings = [] }: Partial<ProviderSetup> = {},
): ProviderSetup {
  return { where, urlField, secretField, isSecretTheirs: false, settings };
}

function theirs(
  where: string,
  urlField: string,
  { secretField = "Signing secret", settings = [] }: Partial<ProviderSetup> = {},
): ProviderSetup {
  return { where, urlField, secretField, isSecretTheirs: true, settings };
}

/** How each kind of source is set up at the other side. */
export const PROVIDER_SETUPS: Readonly<Record<SchemeKind, ProviderSetup>> = {
  github: ours("Repository or organization > Settings > Webhooks > Add webhook", "Payload URL", {
    settings: [CONTENT_TYPE],
  }),
  gitlab: ours("Project or group > Settings > Webhooks > Add new webhook", "URL", {
    secretField: "Signing token (Secret token, if it does not begin with whsec_)",
  }),
  bitbucket: ours("Repository settings > Webhooks > Add webhook", "URL"),
  gitea: ours("Repository > Settings > Webhooks > Add webhook > Gitea", "Target URL", {
    settings: [CONTENT_TYPE],
  }),
  forgejo: ours("Repository > Settings > Webhooks > Add webhook > Forgejo", "Target URL", {
    settings: [CONTENT_TYPE],
  }),
  circleci: ours("Project settings > Webhooks > Add webhook", "Receiver URL", {
    secretField: "Secret token",
  }),
  vercel: theirs("Team settings > Webhooks > Create webhook", "Endpoint URL", {
    secretField: "Secret",
  }),
  linear: theirs("Settings > API > Webhooks > New webhook", "URL"),
  sentry: theirs("Settings > Developer Settings > Internal Integration", "Webhook URL", {
    secretField: "Client secret",
  }),
  alertmanager: ours("alertmanager.yml > receivers > webhook_configs", "url", {
    secretField: "http_config.authorization.credentials",
  }),
  grafana: ours("Alerting > Contact points > Add contact point > Webhook", "URL", {
    secretField: "HMAC signature > Secret",
  }),
  pagerduty: theirs("Integrations > Generic Webhooks (v3) > New Webhook", "Webhook URL"),
  stripe: theirs("Workbench > Webhooks > Add destination", "Endpoint URL"),
  slack: theirs("api.slack.com/apps > your app > Event Subscriptions", "Request URL"),
  discord: theirs("discord.com/developers > your application > Webhooks", "Endpoint URL", {
    secretField: "Public key",
  }),
  telegram: ours("A call of the method setWebhook of the Bot API", "url", {
    secretField: "secret_token",
  }),
  shopify: theirs("Settings > Notifications > Webhooks > Create webhook", "URL", {
    settings: [["Format", "JSON"]],
  }),
  standard: ours("The settings of the system that sends", "Endpoint URL", {
    secretField: "Signing secret",
  }),
  generic: ours("The settings of the system that sends", "URL", {
    secretField: "Token in the header Authorization, after Bearer",
    settings: [CONTENT_TYPE],
  }),
};
