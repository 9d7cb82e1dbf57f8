import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  answerChallenge,
  type ChallengeAnswer,
} from "../../../../lib/sources/body/answer_challenge.ts";
import { SCHEMES } from "../../../_schemes.ts";
import { show } from "../../_texts.ts";

type Kind = keyof typeof SCHEMES;

const NO_BODY: ChallengeAnswer = { status: 200, body: "" };

function answer(kind: Kind, event: string, payload: unknown): ChallengeAnswer | undefined {
  return answerChallenge(SCHEMES[kind], { event, payload });
}

Deno.test("answerChallenge() answers a ping without an event [source.challenge]", () => {
  const pings: [Kind, string][] = [
    ["github", "ping"],
    ["bitbucket", "diagnostics:ping"],
    ["circleci", "ping"],
    ["pagerduty", "pagey.ping"],
  ];
  for (const [kind, event] of pings) assertEquals(answer(kind, event, {}), NO_BODY, kind);
  for (const kind of Object.keys(SCHEMES) as Kind[]) {
    assertEquals(answer(kind, "push", { type: "push" }), undefined, kind);
    assertEquals(answer(kind, "", undefined), undefined, kind);
  }
  assertEquals(answer("github", "pinged", {}), undefined);
  assertEquals(answer("stripe", "ping", {}), undefined);
});

Deno.test("answerChallenge() echoes what Slack asks, and nothing but a token [source.challenge]", () => {
  const ask = (challenge: unknown) => answer("slack", "", { type: "url_verification", challenge });
  const challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P";
  assertEquals(ask(challenge), { status: 200, contentType: "text/plain", body: challenge });
  for (const bad of ["<script>", "a b", "a\nb", "", "é", null, {}, "x".repeat(257)]) {
    assertEquals(ask(bad), { status: 200, contentType: "text/plain", body: "" }, show(bad));
  }
  assertEquals(answer("slack", "message", { type: "event_callback", challenge }), undefined);
  assertEquals(answer("github", "", { type: "url_verification", challenge }), undefined);
});

Deno.test("answerChallenge() tells both pings of Discord from its events [source.challenge]", () => {
  const json = { status: 200, contentType: "application/json", body: '{"type":1}' } as const;
  assertEquals(answer("discord", "1", { id: "1", type: 1, version: 1 }), json);
  assertEquals(answer("discord", "0", { application_id: "1", type: 0 }), { status: 204, body: "" });
  for (const payload of [{ type: 1, event: {} }, { type: 2 }, { type: "1" }, {}, null, []]) {
    assertEquals(answer("discord", "", payload), undefined, show(payload));
  }
});

Deno.test("answerChallenge() answers any payload with no markup [source.challenge]", () => {
  const payload = fc.oneof(
    fc.jsonValue(),
    fc.record({ type: fc.constantFrom("url_verification", 0, 1), challenge: fc.jsonValue() }),
  );
  fc.assert(fc.property(payload, fc.constantFrom("slack", "discord"), (payload, kind) => {
    const answered = answer(kind as Kind, "", payload);
    assert(answered === undefined || !/[<>&\s]/.test(answered.body));
  }));
});
