import { alertmanager } from "./alertmanager.ts";
import { bitbucket } from "./bitbucket/mod.ts";
import { circleci } from "./circleci.ts";
import { discord } from "./discord.ts";
import { generic } from "../shape/shape_generic.ts";
import { forgejo, gitea } from "./gitea/mod.ts";
import { github } from "./github/mod.ts";
import { gitlab } from "./gitlab/mod.ts";
import { grafana } from "./grafana.ts";
import { linear } from "./linear/mod.ts";
import { pagerduty } from "./pagerduty.ts";
import type { SchemeKind } from "../proof/scheme.ts";
import { sentry } from "./sentry.ts";
import { shopify } from "./shopify.ts";
import { slack } from "./slack.ts";
import type { SourceKind } from "../shape/shape.ts";
import { standard } from "./standard.ts";
import { stripe } from "./stripe.ts";
import { telegram } from "./telegram.ts";
import { vercel } from "./vercel.ts";

const KINDS: readonly SourceKind[] = [
  github,
  gitlab,
  bitbucket,
  gitea,
  forgejo,
  circleci,
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
];

/**
 * How deliveries are read, by the name of their kind: all that a source can be configured as. Nothing
 * is inherited, so that `SOURCE_KINDS["constructor"]` is `undefined`.
 */
export const SOURCE_KINDS: Readonly<
  Record<SchemeKind, SourceKind> & Record<string, SourceKind>
> = Object.freeze(
  Object.assign(Object.create(null), Object.fromEntries(KINDS.map((kind) => [kind.name, kind]))),
);
