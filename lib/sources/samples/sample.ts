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
