/**
 * A provider: one system that sends webhooks, and all that is known of it, in one object.
 *
 * @module
 */

import type { Scheme, SchemeSelector } from "./proof/scheme.ts";
import type { Delivery, Shape } from "./shape/shape.ts";

/** How a source is set up at the provider. */
export interface ProviderSetup {
  /** The page, menu or file at the provider. */
  readonly where: string;
  /** The name of its field for the address. */
  readonly urlField: string;
  /** The name of its field for the secret. */
  readonly secretField: string;
  /**
   * Whether the provider makes the secret and takes none.
   *
   * @default {false}
   */
  readonly isSecretTheirs?: boolean;
  /**
   * The form of a new secret: hexadecimal digits, or base64 after `whsec_`.
   *
   * @default {"hex"}
   */
  readonly secretForm?: "hex" | "whsec";
  /**
   * Further fields and their values.
   *
   * @default {[]}
   */
  readonly settings?: readonly (readonly [field: string, value: string])[];
}

/** A setting that most providers have. */
export const CONTENT_TYPE = ["Content type", "application/json"] as const;

/** A delivery for trying out a source. */
export interface Sample {
  /** The type as the header of its source says it; empty where the body says it. */
  readonly event: string;
  /** Any JSON value. */
  readonly payload: unknown;
}

/** What samples are made of. */
export interface SampleParts {
  /** The time in milliseconds since the epoch, which tells one sample from another. */
  readonly nowMs: number;
  /** The same time in the format of ISO 8601. */
  readonly time: string;
  readonly repository: string;
  /** The hash of a commit that does not exist. */
  readonly sha: string;
}

/** What every sample says: it is shown like any other event. */
export const SAMPLE_TEXT = "A test of the source: nothing is wrong";

/** The page that samples lead to. */
export const SAMPLE_PAGE = "https://example.com/test";

/** All that is known of a provider. */
export interface Provider<Name extends string = string> {
  /** The name, which is the `kind` of a source in the configuration. */
  readonly name: Name;
  /** How it signs deliveries; a function where the settings of the source decide. */
  readonly scheme: Scheme | SchemeSelector;
  readonly setup: ProviderSetup;
  /** Makes the smallest delivery that the default filter lets through. */
  sample(parts: SampleParts): Sample;
  /** Says what a delivery says. Any payload gives a shape; none makes it throw. */
  shape(delivery: Delivery): Shape;
  /** Types of events worth naming in `events.allow` and `events.deny`; empty where any can come. */
  readonly events: readonly string[];
}

/** What a sample is made for. */
interface SampleOptions {
  /** The time in milliseconds since the epoch; samples of two times are two deliveries. */
  readonly nowMs: number;
  /** @default {"example/test"} */
  readonly repository?: string | undefined;
}

/** Creates a delivery for trying out a source of a provider. */
export function createSample(
  provider: Provider,
  { nowMs, repository = "example/test" }: SampleOptions,
): Sample {
  const time = new Date(nowMs).toISOString();
  const sha = nowMs.toString(16).padEnd(40, "0");
  return provider.sample({ nowMs, time, repository, sha });
}
