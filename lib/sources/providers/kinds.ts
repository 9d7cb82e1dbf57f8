import { alertmanager } from "./alertmanager.ts";
import { bitbucket } from "./bitbucket/mod.ts";
import { buildkite } from "./buildkite.ts";
import { circleci } from "./circleci.ts";
import { discord } from "./discord.ts";
import { generic } from "./generic/mod.ts";
import { forgejo, gitea } from "./gitea/mod.ts";
import { github } from "./github/mod.ts";
import { gitlab } from "./gitlab/mod.ts";
import { grafana } from "./grafana.ts";
import { linear } from "./linear/mod.ts";
import { pagerduty } from "./pagerduty.ts";
import type { Provider } from "../provider.ts";
import { sentry } from "./sentry.ts";
import { shopify } from "./shopify.ts";
import { slack } from "./slack.ts";
import { standard } from "./standard.ts";
import { stripe } from "./stripe.ts";
import { telegram } from "./telegram.ts";
import { vercel } from "./vercel.ts";

/** The only list of providers, in the order of help and messages. */
const LIST = [
  github,
  gitlab,
  bitbucket,
  gitea,
  forgejo,
  circleci,
  buildkite,
  vercel,
  linear,
  sentry,
  alertmanager,
  grafana,
  pagerduty,
  stripe,
  slack,
  discord,
  telegram,
  shopify,
  standard,
  generic,
] as const;

/** The name of a provider, which is the `kind` of a source in the configuration. */
export type ProviderName = typeof LIST[number]["name"];

export const PROVIDER_NAMES: readonly ProviderName[] = LIST.map(({ name }) => name);

/** The providers by name; inherits nothing, so `PROVIDERS["constructor"]` is `undefined`. */
export const PROVIDERS: Readonly<Record<ProviderName, Provider> & Record<string, Provider>> = Object
  .freeze(
    Object.assign(
      Object.create(null),
      Object.fromEntries(LIST.map((provider) => [provider.name, provider])),
    ),
  );
