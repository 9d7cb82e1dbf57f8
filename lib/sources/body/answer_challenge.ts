import { at, text } from "../shape/payload.ts";
import type { Scheme } from "../proof/scheme.ts";

/** What is answered to a delivery that becomes no event. */
export interface ChallengeAnswer {
  /** The status of the answer. */
  readonly status: 200 | 204;
  /** The type of the answer's body, where it has one. */
  readonly contentType?: "text/plain" | "application/json";
  /** The answer's body; empty for none. */
  readonly body: string;
}

/** What is echoed: without white space and markup, whoever asks. */
const CHALLENGE_REGEXP = /^[A-Za-z0-9._~+/=-]{1,256}$/;

/** A webhook of Discord pings with type 0, an interactions endpoint with type 1. */
function answerDiscord(payload: unknown): ChallengeAnswer | undefined {
  const type = at(payload, "type");
  if (type === 0) return { status: 204, body: "" };
  // To webhooks, type 1 is every event; the event itself tells one from a ping.
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
 * Says what is answered to a delivery that asks whether somebody is there, or only tries the way.
 * Such a delivery becomes no event. Its signature must hold like any other's.
 *
 * @param scheme How the source asks.
 * @param delivery The type of the event and the parsed body.
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
