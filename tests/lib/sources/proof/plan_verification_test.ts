import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { createHmacProof, createTokenProof } from "../../../../lib/sources/proof/create_proof.ts";
import { planVerification } from "../../../../lib/sources/proof/plan_verification.ts";
import { MAX_SIGNATURES } from "../../../../lib/sources/proof/read_signatures.ts";
import type { HmacProof, Proof } from "../../../../lib/sources/proof/scheme.ts";
import { GITLAB_SIGNED, SCHEMES } from "../../../_schemes.ts";
import { hostileText, show } from "../../_texts.ts";

const NOW_MS = 1_700_000_000_500;
const NOW = "1700000000";
const BODY = new TextEncoder().encode('{"a":1}');
const HEX = "ab".repeat(32);
const BASE64 = new Uint8Array(32).toBase64();

function plan(proof: Proof, headers: Record<string, string | null>, nowMs = NOW_MS) {
  const get = (name: string) => headers[name] ?? null;
  return planVerification({ proof }, { headers: { get }, body: BODY, nowMs });
}

function codeOf(proof: Proof, headers: Record<string, string | null>, nowMs = NOW_MS): string {
  const planned = plan(proof, headers, nowMs);
  return planned.ok ? "ok" : planned.code;
}

/** The text that has to be signed. */
function contentOf(proof: Proof, headers: Record<string, string>): string | undefined {
  const planned = plan(proof, headers);
  const [check] = planned.ok ? planned.checks : [];
  return check === undefined || check.type === "token"
    ? undefined
    : new TextDecoder().decode(check.content);
}

const { github, standard, stripe, slack, discord, pagerduty, vercel, shopify, forgejo, gitlab } =
  SCHEMES;

const STANDARD_HEADERS = {
  "webhook-id": "msg_1",
  "webhook-timestamp": NOW,
  "webhook-signature": `v1,${BASE64}`,
};

const SLACK_HEADERS = {
  "x-slack-signature": `v0=${HEX}`,
  "x-slack-request-timestamp": NOW,
};

Deno.test("planVerification() puts together what each source signs [source.verify]", () => {
  const sixtyFour = "cd".repeat(64);
  const cases: [Proof, Record<string, string>, string][] = [
    [github.proof, { "x-hub-signature-256": `sha256=${HEX}` }, '{"a":1}'],
    [standard.proof, STANDARD_HEADERS, `msg_1.${NOW}.{"a":1}`],
    [GITLAB_SIGNED.proof, STANDARD_HEADERS, `msg_1.${NOW}.{"a":1}`],
    [stripe.proof, { "stripe-signature": `t=${NOW},v1=${HEX}` }, `${NOW}.{"a":1}`],
    [slack.proof, SLACK_HEADERS, `v0:${NOW}:{"a":1}`],
    [
      discord.proof,
      { "x-signature-ed25519": sixtyFour, "x-signature-timestamp": NOW },
      `${NOW}{"a":1}`,
    ],
    [vercel.proof, { "x-vercel-signature": "ab".repeat(20) }, '{"a":1}'],
  ];
  for (const [proof, headers, content] of cases) {
    assertEquals(contentOf(proof, headers), content, show(headers));
  }
});

Deno.test("planVerification() hands over the body itself where it alone is signed [source.verify]", () => {
  const planned = plan(github.proof, { "x-hub-signature-256": `sha256=${HEX}` });
  const [check] = planned.ok ? planned.checks : [];
  assert(check?.type === "signature" && check.content === BODY);
});

Deno.test("planVerification() fills in a value that looks like a placeholder as it is [source.verify]", () => {
  const proof = createHmacProof("x-signature", {
    headers: [{ signature: "x-signature", id: "x-id" }],
    content: "$&{id}:{body}$1",
  });
  const headers = { "x-signature": HEX, "x-id": "{body}$&{id}" };
  assertEquals(contentOf(proof, headers), '$&{body}$&{id}:{"a":1}$1');
});

Deno.test("planVerification() never mixes the headers of two sets [source.verify]", () => {
  const svix = {
    "svix-id": "msg_2",
    "svix-timestamp": NOW,
    "svix-signature": `v1,${BASE64}`,
  };
  assertEquals(contentOf(standard.proof, svix), `msg_2.${NOW}.{"a":1}`);
  assertEquals(contentOf(standard.proof, { ...svix, ...STANDARD_HEADERS }), `msg_1.${NOW}.{"a":1}`);
  assertEquals(contentOf(standard.proof, { ...svix, "webhook-id": "x" }), `msg_2.${NOW}.{"a":1}`);
  const { "webhook-signature": signature } = STANDARD_HEADERS;
  assertEquals(
    codeOf(standard.proof, { ...svix, "webhook-signature": signature }),
    "missing_timestamp",
  );
  assertEquals(codeOf(GITLAB_SIGNED.proof, svix), "missing_signature");
  assertEquals(codeOf(forgejo.proof, { "x-gitea-signature": HEX }), "ok");
  assertEquals(codeOf(SCHEMES.gitea.proof, { "x-forgejo-signature": HEX }), "missing_signature");
});

Deno.test("planVerification() counts each signature of the scheme's version [source.verify]", () => {
  const count = (proof: Proof, headers: Record<string, string>) => {
    const planned = plan(proof, headers);
    return planned.ok ? planned.checks.length : planned.code;
  };
  const pairs = (value: string) => count(pagerduty.proof, { "x-pagerduty-signature": value });
  const spaced = (value: string) =>
    count(standard.proof, { ...STANDARD_HEADERS, "webhook-signature": value });
  assertEquals(pairs(`v1=${HEX}`), 1);
  assertEquals(pairs(`v1=${HEX},v1=${HEX}`), 2);
  assertEquals(pairs(`v1=${HEX}, v0=${HEX}, v1=${HEX}`), 2);
  assertEquals(pairs(`v0=${HEX}`), "malformed_signature");
  assertEquals(pairs(`v1=${HEX},v1=`), "malformed_signature");
  assertEquals(pairs(Array(MAX_SIGNATURES).fill(`v1=${HEX}`).join()), MAX_SIGNATURES);
  assertEquals(pairs(Array(MAX_SIGNATURES + 1).fill(`v1=${HEX}`).join()), "malformed_signature");
  assertEquals(spaced(`v1,${BASE64} v1,${BASE64}  v1a,x`), 2);
  assertEquals(spaced(`v1a,${BASE64}`), "malformed_signature");
  assertEquals(spaced(`v1,${BASE64}, v1,${BASE64}`), "repeated_header");
  assertEquals(
    count(stripe.proof, { "stripe-signature": `t=${NOW},v1=${HEX},v1=${HEX},v0=x` }),
    2,
  );
});

Deno.test("planVerification() refuses a signature that is not written as it must be [source.verify]", () => {
  const hex = (value: string | null) => codeOf(github.proof, { "x-hub-signature-256": value });
  const base64 = (value: string) => codeOf(shopify.proof, { "x-shopify-hmac-sha256": value });
  assertEquals(hex(null), "missing_signature");
  assertEquals(hex(""), "missing_signature");
  assertEquals(hex(`sha256=${HEX.toUpperCase()}`), "ok");
  assertEquals(hex(`sha256=${HEX}, sha256=${HEX}`), "repeated_header");
  const malformed = [
    HEX,
    "sha256=",
    `sha1=${HEX}`,
    `SHA256=${HEX}`,
    `sha256= ${HEX}`,
    `sha256=${HEX.slice(1)}`,
    `sha256=${HEX.slice(2)}`,
    `sha256=${HEX}ab`,
    `sha256=${HEX.slice(1)}g`,
    `sha256=${HEX.slice(2)}\u0660\u0661`,
    `sha256=${BASE64}`,
    `sha256=${HEX},sha256=${HEX}`,
  ];
  for (const value of malformed) assertEquals(hex(value), "malformed_signature", value);
  assertEquals(base64(BASE64), "ok");
  const faults = [
    HEX,
    BASE64.slice(4),
    `${BASE64}AAAA`,
    BASE64.replace("A", " "),
    `${"_".repeat(43)}=`,
  ];
  faults.push(BASE64.slice(0, -1), BASE64.replace("A=", "B="));
  for (const value of faults) assertEquals(base64(value), "malformed_signature", value);
  assertEquals(base64(`${BASE64}, ${BASE64}`), "repeated_header");
});

Deno.test("planVerification() takes a signed time up to 300 s from now, either way [source.replay]", () => {
  const headers = (time: string) => ({ "stripe-signature": `t=${time},v1=${HEX}` });
  const nowMs = 1_700_000_000_000;
  const cases: [number, string][] = [
    [-301, "stale"],
    [-300, "ok"],
    [-299, "ok"],
    [0, "ok"],
    [299, "ok"],
    [300, "ok"],
    [301, "stale"],
  ];
  for (const [offset, code] of cases) {
    const seconds = nowMs / 1000 + offset;
    assertEquals(codeOf(stripe.proof, headers(String(seconds)), nowMs), code, String(offset));
    assertEquals(codeOf(stripe.proof, headers(String(seconds * 1000)), nowMs), code, "in ms");
    const standardHeaders = { ...STANDARD_HEADERS, "webhook-timestamp": String(seconds) };
    assertEquals(codeOf(standard.proof, standardHeaders, nowMs), code, String(offset));
    const slackHeaders = { ...SLACK_HEADERS, "x-slack-request-timestamp": String(seconds) };
    assertEquals(codeOf(slack.proof, slackHeaders, nowMs), code, String(offset));
  }
});

Deno.test("planVerification() says which clock is behind [source.replay]", () => {
  const messageAt = (nowMs: number) => {
    const planned = plan(slack.proof, SLACK_HEADERS, nowMs);
    return planned.ok ? undefined : planned.message;
  };
  assertEquals(
    messageAt(1_700_000_301_000),
    "the signed time is 301 s behind this clock: expected at most 300 s",
  );
  assertEquals(
    messageAt(1_699_999_000_000),
    "the signed time is 1000 s ahead of this clock: expected at most 300 s",
  );
});

Deno.test("planVerification() refuses a time or an id that is missing, repeated or odd [source.replay]", () => {
  const cases: [Record<string, string | null>, string][] = [
    [{ "webhook-timestamp": null }, "missing_timestamp"],
    [{ "webhook-timestamp": "" }, "missing_timestamp"],
    [{ "webhook-timestamp": `${NOW}, ${NOW}` }, "repeated_header"],
    [{ "webhook-timestamp": `${NOW}.0` }, "malformed_timestamp"],
    [{ "webhook-timestamp": `+${NOW}` }, "malformed_timestamp"],
    [{ "webhook-timestamp": `-${NOW}` }, "malformed_timestamp"],
    [{ "webhook-timestamp": "0x65540000" }, "malformed_timestamp"],
    [{ "webhook-timestamp": "1e9" }, "malformed_timestamp"],
    [{ "webhook-timestamp": "٠" }, "malformed_timestamp"],
    [{ "webhook-timestamp": "9".repeat(16) }, "malformed_timestamp"],
    [{ "webhook-timestamp": "0" }, "stale"],
    [{ "webhook-id": null }, "missing_id"],
    [{ "webhook-id": "" }, "missing_id"],
    [{ "webhook-id": "a, b" }, "repeated_header"],
    [{ "webhook-id": "a b" }, "malformed_id"],
    [{ "webhook-id": "é" }, "malformed_id"],
    [{ "webhook-id": "a".repeat(256) }, "malformed_id"],
    [{ "webhook-id": "a".repeat(255) }, "ok"],
  ];
  for (const [headers, code] of cases) {
    assertEquals(codeOf(standard.proof, { ...STANDARD_HEADERS, ...headers }), code, show(headers));
  }
  const stripeCode = (value: string) => codeOf(stripe.proof, { "stripe-signature": value });
  assertEquals(stripeCode(`v1=${HEX}`), "missing_timestamp");
  assertEquals(stripeCode(`t=,v1=${HEX}`), "missing_timestamp");
  assertEquals(stripeCode(`t=x,v1=${HEX}`), "malformed_timestamp");
  assertEquals(stripeCode(`t=${NOW},v1=${HEX},t=${NOW}`), "repeated_header");
});

Deno.test("planVerification() lets no part of the body pass for the id or the time [source.replay]", () => {
  // The sender has signed the id 1 with a body in which a stranger has written `.1700000000.`.
  const id = '1.1600000000.{"text":"';
  assertEquals(codeOf(standard.proof, { ...STANDARD_HEADERS, "webhook-id": id }), "malformed_id");
  const bare = createHmacProof("x-signature", {
    headers: [{ signature: "x-signature", id: "x-id", timestamp: "x-time" }],
    content: "{id}{timestamp}{body}",
    toleranceMs: 300_000,
  });
  const headers = { "x-signature": HEX, "x-time": NOW };
  assertEquals(codeOf(bare, { ...headers, "x-id": '1{"text":"' }), "malformed_id");
  assertEquals(codeOf(bare, { ...headers, "x-id": "1-a_B" }), "ok");
  const signature = "cd".repeat(64);
  for (const time of ['1700000000{"a":1}', "{", "1 2", "1.5", "", "1, 1", "a".repeat(33)]) {
    const discordHeaders = { "x-signature-ed25519": signature, "x-signature-timestamp": time };
    assert(codeOf(discord.proof, discordHeaders) !== "ok", time);
  }
});

Deno.test("planVerification() reads a token in the forms of its scheme and no other [source.verify]", () => {
  const tokenOf = (proof: Proof, value: string | null) => {
    const planned = plan(proof, { [proof.type === "token" ? proof.header : ""]: value });
    if (!planned.ok) return planned.code;
    const [check] = planned.checks;
    return check?.type === "token" ? `token ${new TextDecoder().decode(check.token)}` : "none";
  };
  const basic = btoa("user:pass");
  const { alertmanager } = SCHEMES;
  const key = createTokenProof("x-key", { prefix: "Key " });
  const cases: [Proof, string | null, string][] = [
    [gitlab.proof, "a token", "token a token"],
    [gitlab.proof, null, "missing_signature"],
    [gitlab.proof, "", "missing_signature"],
    [gitlab.proof, "one, two", "repeated_header"],
    [key, "Key abc", "token abc"],
    [key, "Key ", "malformed_signature"],
    [key, "abc", "malformed_signature"],
    [alertmanager.proof, "Bearer abc", "token abc"],
    [alertmanager.proof, "bearer abc", "token abc"],
    [alertmanager.proof, `Basic ${basic}`, "token user:pass"],
    [alertmanager.proof, "Bearer a, Bearer b", "repeated_header"],
    [alertmanager.proof, "Bearer", "malformed_signature"],
    [alertmanager.proof, "Bearer a b", "malformed_signature"],
    [alertmanager.proof, "abc", "malformed_signature"],
    [alertmanager.proof, "Digest abc", "malformed_signature"],
    [alertmanager.proof, "Basic user:pass", "malformed_signature"],
    [alertmanager.proof, "Basic A", "malformed_signature"],
    [createTokenProof("a", { forms: ["bearer"] }), `Basic ${basic}`, "malformed_signature"],
    [createTokenProof("a", { forms: ["basic"] }), "Bearer abc", "malformed_signature"],
  ];
  for (const [proof, value, expected] of cases) {
    assertEquals(tokenOf(proof, value), expected, show(value));
  }
});

Deno.test("planVerification() names the header and what is expected, and nothing sent [source.verify]", () => {
  const cases: [Proof, Record<string, string>, string][] = [
    [github.proof, {}, 'the header "x-hub-signature-256" is missing'],
    [
      standard.proof,
      {},
      'the header "webhook-signature" or "svix-signature" is missing',
    ],
    [
      github.proof,
      { "x-hub-signature-256": "SENT" },
      'the header "x-hub-signature-256" is malformed: expected 64 hexadecimal digits after "sha256="',
    ],
    [
      shopify.proof,
      { "x-shopify-hmac-sha256": "SENT" },
      'the header "x-shopify-hmac-sha256" is malformed: expected 32 bytes in base64',
    ],
    [
      SCHEMES.alertmanager.proof,
      { authorization: "SENT" },
      'the header "authorization" is malformed: expected Bearer or Basic',
    ],
    [
      standard.proof,
      { ...STANDARD_HEADERS, "webhook-id": "SENT SENT" },
      'the header "webhook-id" is malformed: expected no space and no "."',
    ],
  ];
  for (const [proof, headers, message] of cases) {
    const planned = plan(proof, headers);
    assertEquals(planned.ok ? undefined : planned.message, message, show(headers));
  }
});

Deno.test("planVerification() never throws, repeats what was sent or passes without a check [source.verify]", () => {
  const proofs: Proof[] = [...Object.values(SCHEMES), GITLAB_SIGNED].map(({ proof }) => proof);
  const piece = fc.constantFrom(
    ...["sha256=", "v1=", "v1,", "t=", "v0=", HEX, BASE64, NOW, "Bearer ", "Basic ", "v1a,"],
    ...[",", " ", ", ", "=", "é"],
  );
  const value = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
    hostileText,
    fc.constant(null),
  );
  const secretText = "payload-of-the-sender";
  fc.assert(
    fc.property(fc.constantFrom(...proofs), fc.array(value, { minLength: 3 }), (proof, values) => {
      const marked = values.map((text) => text && text + secretText);
      let turn = 0;
      const get = () => (turn % 2 === 0 ? values : marked)[turn++ % values.length] ?? null;
      const planned = planVerification({ proof }, { headers: { get }, body: BODY, nowMs: NOW_MS });
      if (!planned.ok) return assertFalse(planned.message.includes(secretText));
      assert(planned.checks.length > 0);
      const length = (proof as HmacProof).hash === "SHA-1" ? 20 : undefined;
      for (const check of planned.checks) {
        if (check.type !== "token" && length) assertEquals(check.signature.length, length);
      }
    }),
    { numRuns: 1000 },
  );
});
