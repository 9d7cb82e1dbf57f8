import { assertEquals } from "@std/assert";
import type { Scheme } from "../../../lib/sources/proof/scheme.ts";
import { GITLAB_SIGNED, SCHEMES } from "../../_schemes.ts";
import { type SentHeaders, verify } from "../_webhooks.ts";

/** Vectors that providers or their libraries have published. */
const VECTORS: readonly { scheme: Scheme; secret: string; headers: SentHeaders; body: string }[] = [
  {
    scheme: SCHEMES.github,
    secret: "It's a Secret to Everybody",
    body: "Hello, World!",
    headers: {
      "x-hub-signature-256":
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    },
  },
  {
    scheme: SCHEMES.github,
    secret: "mysecret",
    body: '{"foo":"bar"}',
    headers: {
      "x-hub-signature-256":
        "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3",
    },
  },
  {
    scheme: SCHEMES.standard,
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    body: '{"test": 2432232314}',
    headers: {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
  },
  {
    scheme: SCHEMES.standard,
    secret: "whsec_plJ3nmyCDGBKInavdOK15jsl",
    body: '{"event_type":"ping","data":{"success":true}}',
    headers: {
      "svix-id": "msg_loFOjxBNrRLzqYUf",
      "svix-timestamp": "1731705121",
      "svix-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    },
  },
  {
    scheme: SCHEMES.slack,
    secret: "8f742231b10e8888abcd99yyyzzz85a5",
    body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow" +
      "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner" +
      "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com" +
      "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
      "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    headers: {
      "x-slack-request-timestamp": "1531420618",
      "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    },
  },
  {
    scheme: SCHEMES.circleci,
    secret: "secret",
    body: "hello world",
    headers: {
      "circleci-signature": "v1=734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a",
    },
  },
  {
    scheme: SCHEMES.circleci,
    secret: "hunter123",
    body: "an-important-request-payload",
    headers: {
      "circleci-signature": "v1=9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa",
    },
  },
  {
    scheme: SCHEMES.stripe,
    secret: "whsec_test_secret",
    body: '{"test":true}',
    headers: {
      "stripe-signature":
        "t=1700000000,v1=32b68d6773bc8281e71c057bd086c7ecf7d74bcaa4613d9953d5fab0cde7ba2b",
    },
  },
  {
    scheme: SCHEMES.discord,
    secret: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    body: "",
    headers: {
      "x-signature-timestamp": "r",
      "x-signature-ed25519": "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    },
  },
];

const SECRET = "made-for-this-test";
const BODY = '{"id":"évt-1","text":"made for this test"}';

/** The HMAC of {@linkcode BODY}: `printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET"` */
const SHA256 = "72a1657ac42c1a734f7e6cc052d3ebbfdac31549a7d7aee7e68752330760e5c4";

/** The same, `-binary | base64`. */
const BASE64 = "cqFlesQsGnNPfmzAUtPrv9rDFUmn167n5odSMwdg5cQ=";

/** The same with `-sha1`. */
const SHA1 = "cb7baf83886e110be5f758177b0e44c7d70a9501";

/** The HMAC with the time before it: `printf %s "1760000000.$BODY" | openssl dgst -sha256 -hmac "$SECRET"` */
const TIMED = "6a6be20f82c9853c88eb0093be24da09438a5db3b1f67abeb4c328885ff56ba2";

/**
 * The HMAC with id and time before it, by the bytes of the secret: `printf %s "msg_1.1760000000.$BODY" |
 * openssl dgst -sha256 -mac HMAC -macopt hexkey:000102030405060708090a0b0c0d0e0f -binary | base64`
 */
const SIGNED = "0LpbIlyuIoozcj6AlmruHiDmnY7+mw870jCQ0yI5i0A=";

/** Vectors that `openssl` has computed, of schemes for which none is published. */
const COMPUTED: typeof VECTORS = [
  { scheme: SCHEMES.pagerduty, headers: { "x-pagerduty-signature": `v1=${SHA256}` } },
  { scheme: SCHEMES.bitbucket, headers: { "x-hub-signature": `sha256=${SHA256}` } },
  { scheme: SCHEMES.gitea, headers: { "x-gitea-signature": SHA256 } },
  { scheme: SCHEMES.forgejo, headers: { "x-forgejo-signature": SHA256 } },
  { scheme: SCHEMES.sentry, headers: { "sentry-hook-signature": SHA256 } },
  { scheme: SCHEMES.grafana, headers: { "x-grafana-alerting-signature": SHA256 } },
  { scheme: SCHEMES.shopify, headers: { "x-shopify-hmac-sha256": BASE64 } },
  { scheme: SCHEMES.vercel, headers: { "x-vercel-signature": SHA1 } },
  {
    scheme: SCHEMES.buildkite,
    headers: { "x-buildkite-signature": `timestamp=1760000000,signature=${TIMED}` },
  },
  {
    scheme: GITLAB_SIGNED,
    secret: "whsec_AAECAwQFBgcICQoLDA0ODw==",
    headers: {
      "webhook-id": "msg_1",
      "webhook-timestamp": "1760000000",
      "webhook-signature": `v1,${SIGNED}`,
    },
  },
].map((vector) => ({ secret: SECRET, body: BODY, ...vector }));

Deno.test("WebhookVerifier.verify() accepts vectors from elsewhere [source.verify]", async () => {
  for (const { scheme, secret, headers, body } of [...VECTORS, ...COMPUTED]) {
    const time = Object.values(headers).find((value) => /^(?:t=|timestamp=)?\d{10}/.test(value)) ??
      "0";
    const nowMs = Number(/\d+/.exec(time)?.[0]) * 1000;
    const at = (other: string) => verify(scheme, [secret], { headers, body: other, nowMs });
    const where = JSON.stringify(headers);
    assertEquals([await at(body), await at(`${body} `)], ["ok 0", "bad_signature"], where);
  }
});
