/**
 * A provider: one system that sends webhooks, and all that is known of it, in one object.
 *
 * @module
 */

import type { Scheme, SchemeSelector } from "./proof/scheme.ts";
import type { Delivery, Shape } from "./shape/shape.ts";

/** The steps that set up a source at the provider. */
export interface ProviderSetup {
  /** The page, menu or file at the provider. */
  readonly where: string;
  /** The name of its field for the address. */
  readonly urlField: string;
  /** The name of its field for the secret. */
  readonly secretField: string;
  /** Set if the provider makes the secret and takes none. */
  readonly isSecretTheirs?: boolean;
  /** The form of a new secret: hexadecimal digits, or base64 after `whsec_` (default `"hex"`). */
  readonly secretForm?: "hex" | "whsec";
  /** Further fields and their values. */
  readonly settings?: readonly (readonly [field: string, value: string])[];
}

/** A setting that most providers have. */
export const CONTENT_TYPE = ["Content type", "application/json"] as const;

/** A delivery that tests a source. */
export interface Sample {
  /** The type as a header says it; empty if the body says it. */
  readonly event: string;
  /** Any JSON value. */
  readonly payload: unknown;
}

/** The values that samples are made of. */
export interface SampleParts {
  /** The time in milliseconds since the epoch; it tells one sample from another. */
  readonly nowMs: number;
  /** The same time in the format of ISO 8601. */
  readonly time: string;
  readonly repository: string;
  /** The hash of a commit that does not exist. */
  readonly sha: string;
}

/** The text in every sample: a sample is shown like any other event. */
export const SAMPLE_TEXT = "A test of the source: nothing is wrong";

/** The page that samples lead to. */
export const SAMPLE_PAGE = "https://example.com/test";

export interface Provider<Name extends string = string> {
  /** The name, which is the `kind` of a source in the configuration. */
  readonly name: Name;
  /** The scheme of its deliveries; a function if the settings of the source decide. */
  readonly scheme: Scheme | SchemeSelector;
  readonly setup: ProviderSetup;
  /** Makes the smallest delivery that the default filter lets through. */
  sample(parts: SampleParts): Sample;
  /** Says in short what a delivery says. Any payload gives a shape; none throws. */
  shape(delivery: Delivery): Shape;
  /** Types worth naming in `events.allow` and `events.deny`; empty if any can come. */
  readonly events: readonly string[];
}

interface SampleOptions {
  /** The time in milliseconds since the epoch; samples of two times are two deliveries. */
  readonly nowMs: number;
  /** @default {"example/test"} */
  readonly repository?: string | undefined;
}

/** Creates a delivery that tests a source of a provider. */
export function createSample(
  provider: Provider,
  { nowMs, repository = "example/test" }: SampleOptions,
): Sample {
  const time = new Date(nowMs).toISOString();
  const sha = nowMs.toString(16).padEnd(40, "0");
  return provider.sample({ nowMs, time, repository, sha });
}
