import { at, text } from "../shape/payload.ts";
import type { Scheme } from "../proof/scheme.ts";

/** The answer to a delivery that becomes no event. */
export interface ChallengeAnswer {
  readonly status: 200 | 204;
  readonly contentType?: "text/plain" | "application/json";
  /** The body; empty for none. */
  readonly body: string;
}

/** A text that may be echoed: it has no white space and no markup. */
const CHALLENGE_REGEXP = /^[A-Za-z0-9._~+/=-]{1,256}$/;

/** Answers a ping of Discord: type 0 comes to a webhook, type 1 to an interactions endpoint. */
function answerDiscord(payload: unknown): ChallengeAnswer | undefined {
  const type = at(payload, "type");
  if (type === 0) return { status: 204, body: "" };
  // A webhook gets type 1 with every event; a ping has no event.
  return type === 1 && at(payload, "event") === undefined
    ? { status: 200, contentType: "application/json", body: `{"type":1}` }
    : undefined;
}

function answerSlack(payload: unknown): ChallengeAnswer | undefined {
  if (text(payload, "type") !== "url_verification") return undefined;
  const challenge = text(payload, "challenge") ?? "";
  return {
    status: 200,
    contentType: "text/plain",
    body: CHALLENGE_REGEXP.test(challenge) ? challenge : "",
  };
}

/**
 * Answers a delivery that only asks a question or tests the connection. Such a delivery becomes no
 * event; its signature must hold like any other's.
 *
 * @returns The answer, or `undefined` for a delivery that is an event.
 */
export function answerChallenge(
  scheme: Pick<Scheme, "challenge" | "pings">,
  { event, payload }: { readonly event: string; readonly payload: unknown },
): ChallengeAnswer | undefined {
  if (scheme.pings?.includes(event)) return { status: 200, body: "" };
  if (scheme.challenge === "slack") return answerSlack(payload);
  return scheme.challenge === "discord" ? answerDiscord(payload) : undefined;
}
