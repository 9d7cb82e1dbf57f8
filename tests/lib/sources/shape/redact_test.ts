import { assertEquals, assertNotMatch, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { isSecretKey, redactText } from "../../../../lib/sources/shape/redact.ts";
import { hostileText } from "../../_texts.ts";

/** Put together here, so that no scanner takes a test for a leak. */
const SECRETS: readonly string[] = [
  `ghp_${"aB3".repeat(12)}`,
  `ghs_${"aB3".repeat(12)}`,
  `github_pat_${"aB3".repeat(20)}`,
  `glpat-${"aB3_".repeat(5)}`,
  `glpat-${"aB-3_x".repeat(5)}.01.${"1a2b3c4d5"}`,
  `gldt-${"aB3".repeat(7)}`,
  `glrt-t1_${"aB3_".repeat(5)}`,
  `glcbt-64_${"aB3_".repeat(5)}`,
  `glptt-${"a1b2".repeat(10)}`,
  `glft-${"aB3_".repeat(5)}`,
  `glimt-${"aB3".repeat(8)}`,
  `glagent-${"aB3-_".repeat(10)}`,
  `glsoat-${"aB3_".repeat(5)}`,
  `gloas-${"a1b2".repeat(16)}`,
  `glffct-${"aB3_".repeat(5)}`,
  `glwt-${"aB3_".repeat(5)}`,
  `xoxb-${"12345-".repeat(4)}abc`,
  `sk_live_${"aB3".repeat(8)}`,
  `rk_test_${"aB3".repeat(8)}`,
  `whsec_${"aB3+".repeat(8)}=`,
  `AKIA${"ABCD".repeat(4)}`,
  `AIza${"aB3_".repeat(9)}`,
  `glrtr-${"aB3_".repeat(5)}`,
  `sk-${"aB3_-".repeat(5)}`,
  `sk-ant-api03-${"aB3_".repeat(9)}`,
  `sk-proj-${"aB3_-".repeat(9)}`,
  `sk-svcacct-${"aB3_-".repeat(9)}`,
  `sk-admin-${"aB3_-".repeat(9)}`,
  `sk-or-v1-${"a1b2".repeat(16)}`,
  `sk-lf-${"a1b2c3d4-e5f6".repeat(3)}`,
  `sk-${"aB3".repeat(16)}`,
  `sk-${"a1b2".repeat(8)}`,
  `sk-None-${"aB3".repeat(16)}`,
  `glpat-${"a".repeat(20)}`,
  `hf_${"aB3".repeat(12)}`,
  `pypi-${"aB3_-".repeat(9)}`,
  `xapp-1-${"AB3".repeat(4)}-12345678901-${"a1b2".repeat(16)}`,
  `sntrys_${"aB3+/".repeat(8)}==_${"aB3/".repeat(10)}`,
  `dop_v1_${"a1b2".repeat(16)}`,
  `npm_${"aB3".repeat(12)}`,
  `SG.${"aB3_".repeat(5)}.${"aB3_".repeat(10)}`,
  `shpat_${"a1b2".repeat(8)}`,
  `lin_api_${"aB3".repeat(12)}`,
  `123456789:${"aB3_x".repeat(7)}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${"aB3_".repeat(10)}`,
  `-----BEGIN RSA PRIVATE KEY-----\n${"aB3+".repeat(16)}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN OPENSSH PRIVATE KEY----- ${"aB3+".repeat(16)}`,
];

Deno.test("redactText() takes out every shape of a secret and leaves what is around it [source.redaction]", () => {
  for (const secret of SECRETS) {
    assertEquals(redactText(secret), "[redacted]", secret);
    assertEquals(redactText(`it is "${secret}`), 'it is "[redacted]', secret);
    assertEquals(redactText(`KEY=${secret}`), "KEY=[redacted]", secret);
  }
});

Deno.test("redactText() takes out what stands where secrets stand [source.redaction]", () => {
  const cases: [string, string][] = [
    ["https://bob:hunter2@example.com/x", "https://[redacted]@example.com/x"],
    ["Authorization: Bearer abcdef1234567890abcdef", "Authorization: Bearer [redacted]"],
    ["DB_PASSWORD=hunter2 make", "DB_PASSWORD=[redacted] make"],
    ["https://example.com/?apikey=abcdef&x=1", "https://example.com/?apikey=[redacted]&x=1"],
  ];
  for (const [text, redacted] of cases) assertEquals(redactText(text), redacted);
});

Deno.test("redactText() takes out addresses and numbers of people [source.redaction]", () => {
  const cases: [string, string][] = [
    ["Bob <bob.smith+x@mail.example.com>, hi", "Bob <[e-mail]>, hi"],
    ["1+bot@users.noreply.github.com", "[e-mail]"],
    ["jürgen@müller.de", "[e-mail]"],
    ["me@163.com", "[e-mail]"],
    ["call +49 170 1234567 now", "call [phone] now"],
    ["+4917012345678", "[phone]"],
    ["(555) 123-4567 or 555-123-4567", "[phone] or [phone]"],
  ];
  for (const [text, redacted] of cases) assertEquals(redactText(text), redacted);
});

Deno.test("redactText() leaves what engineers write [source.redaction]", () => {
  const texts = [
    "uses actions/checkout@v4.1.0 and lodash@4.17.21, pkg@1.0.0-rc.beta, @scope/name",
    "git@github.com:owner/name.git",
    "10.0.0.5:9100 is down, 192.168.100.200 too",
    "SyntaxError: Unexpected token: xyz",
    "basic authentication-related change",
    "+10 -20 40 files, +120 -45 in 3 files, 2024-01-01T00:00:00+02:00",
    "6dcb09b5b57875f334f61aebed695e2e4193db5e",
    "123e4567-e89b-12d3-a456-426614174000",
    "12345678901234567890, run 30433642, took 1,234.5 s",
    "task-runner risk_live sk_ eyJ token= password=",
  ];
  for (const text of texts) assertStrictEquals(redactText(text), text);
});

Deno.test("redactText() leaves names that begin as tokens do [source.redaction]", () => {
  const names = [
    "acme/global-payments-gateway",
    "glossary-generator-plugin",
    "glibc-dev-2.31-package-x",
    "gluon-kubernetes-agent",
    "global-rate-limiter-config",
    "glft-migration-of-the-editor",
    "glrt-integration-tests-2024",
    "sk-translation-update-2024",
    "sk-test-translation-update-2024",
    "sk-admin-panel-with-new-colors",
    "sk-or-en-dictionary-for-websites",
    "xoxo-celebration-banner",
    "xapp-thumbnailers-common",
    "github_pat_rotation_reminder",
    "ghs_telecommunications",
    "sk_test_connections",
    "pk_live_dashboard2",
    "whsec_rotation_job",
    "pypi-publish-with-trusted-publishers-v2",
    "sntrys_rotation_of_all_keys",
    "lin_api_characterization",
    "1700000000:refactor-the-payments-gateway-of-the-shop",
  ];
  for (const name of names) {
    assertStrictEquals(redactText(name), name);
    const url = `https://github.com/acme/${name}/pull/2, on ${name}.`;
    assertStrictEquals(redactText(url), url);
  }
});

Deno.test("redactText() changes nothing when it is done twice [source.redaction]", () => {
  const pieces = fc.oneof(fc.constantFrom(...SECRETS, "a@b.co", "+49 170 1234567"), hostileText);
  fc.assert(fc.property(fc.array(pieces).map((texts) => texts.join(" ")), (text) => {
    const redacted = redactText(text);
    assertStrictEquals(redactText(redacted), redacted);
    assertNotMatch(redacted, /ghp_a|sk_live_a|AKIAA|PRIVATE KEY|a@b\.co/);
  }));
});

Deno.test("redactText() gets through long text that is made to keep a pattern busy [source.redaction]", () => {
  const teasers = [
    "eyJ",
    "+1 23 ",
    "a.b-c@",
    "a@b.",
    "bearer ",
    "://a",
    "-----BEGIN ",
    "token=",
    "sk-",
    "sk-test-",
    "glpat-",
    "xapp-a.",
    "whsec_a_",
    "1",
  ];
  for (const teaser of teasers) redactText(teaser.repeat(Math.ceil(100_000 / teaser.length)));
});

Deno.test("isSecretKey() knows keys by the words in their names [source.redaction]", () => {
  const secret = [
    ...["secret", "clientSecret", "API-Key", "apikey", "x_session_id", "accessToken", "Cookie"],
    ...["password", "db_passwd", "AUTHORIZATION", "private_key", "credentials", "sentryDsn"],
    ...["ip", "client_ip", "ipAddress", "remote_addr", "phone_number"],
    ...["response_url", "responseUrl", "trigger_id"],
  ];
  const harmless = [
    ...["author_association", "description", "zip", "ship", "monkey", "key", "id", "adsname"],
    ...["", "pipeline", "accessed_keys", "url", "response", "trigger", "trigger_identity"],
  ];
  assertEquals(secret.filter((key) => !isSecretKey(key)), []);
  assertEquals(harmless.filter(isSecretKey), []);
});
