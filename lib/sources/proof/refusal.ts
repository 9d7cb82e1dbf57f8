/** Why a delivery is refused before any secret is looked at. */
export interface Refusal {
  /** Tells a refusal from a result. */
  readonly ok: false;
  /** What is wrong, for a program. */
  readonly code:
    | "missing_signature"
    | "malformed_signature"
    | "missing_timestamp"
    | "malformed_timestamp"
    | "missing_id"
    | "malformed_id"
    | "repeated_header"
    | "stale";
  /** What is wrong, for a person; without anything that was sent. */
  readonly message: string;
}

/** Refuses a delivery. */
export function refuse(code: Refusal["code"], message: string): Refusal {
  return { ok: false, code, message };
}
