import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Scheme } from "../../../../lib/sources/proof/scheme.ts";
import { PROVIDER_NAMES } from "../../../../lib/sources/providers/kinds.ts";
import { GITLAB_SIGNED, SCHEMES } from "../../../_schemes.ts";
import { selectScheme } from "../../../../lib/sources/config/select_scheme.ts";
import type { SignatureEntry } from "../../../../lib/sources/proof/scheme.ts";
import type { SourceEntry } from "../../../../lib/sources/config/entry.ts";
import { show } from "../../_texts.ts";

const ALL: readonly (readonly [name: string, scheme: Scheme])[] = [
  ...Object.entries(SCHEMES),
  ["gitlab signed", GITLAB_SIGNED],
];

function select(
  kind: typeof PROVIDER_NAMES[number],
  { secrets = ["a secret"], ...fields }: Partial<Omit<SourceEntry, "kind">> = {},
): Scheme | string {
  const selected = selectScheme({ kind, ...fields }, secrets);
  return selected.ok ? selected.scheme : selected.message;
}

function generic(signature: SignatureEntry): Scheme | string {
  return select("generic", { signature });
}

Deno.test("schemes sign the body once and name headers in lower case [source.verify]", () => {
  for (const [kind, { proof, id, event }] of ALL) {
    const names = [...id.headers ?? [], ...event.headers ?? []];
    if (proof.type === "token") {
      names.push(proof.header);
    } else {
      assertEquals(proof.content.split("{body}").length, 2, kind);
      for (const set of proof.headers) {
        names.push(...Object.values<string>({ ...set }));
        assertEquals("id" in set, proof.content.includes("{id}"), kind);
        const hasTime = "timestamp" in set || proof.timestampPair !== undefined;
        assertEquals(hasTime, proof.content.includes("{timestamp}"), kind);
      }
    }
    for (const name of names) assertMatch(name, /^[a-z0-9-]+$/, kind);
  }
});

Deno.test("schemes look at each signed time but that of Discord, for five minutes [source.replay]", () => {
  for (const [kind, { proof }] of ALL) {
    const isTimed = proof.type !== "token" && proof.content.includes("{timestamp}");
    const tolerance = proof.type === "token" ? undefined : proof.toleranceMs;
    assertEquals(tolerance, isTimed && kind !== "discord" ? 300_000 : undefined, kind);
  }
  assertEquals(SCHEMES.linear.bodyTime?.toleranceMs, 60_000);
});

Deno.test("selectScheme() lets the secrets of GitLab decide, and takes no mixture [source.verify]", () => {
  const signed = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  assertEquals(select("gitlab", { secrets: ["one", "two"] }), SCHEMES.gitlab);
  assertEquals(select("gitlab", { secrets: [signed] }), GITLAB_SIGNED);
  assertEquals(
    select("gitlab", { secrets: ["one", signed] }),
    "Cannot take both tokens and signing secrets: expected all secrets of the source to begin with " +
      '"whsec_", or none',
  );
});

Deno.test("selectScheme() signs the time of Grafana where its header is configured [source.replay]", () => {
  const timed = select("grafana", { timestamp_header: "X-Grafana-Time" });
  assert(typeof timed !== "string" && timed.proof.type === "hmac");
  assertEquals(timed.proof.content, "{timestamp}:{body}");
  assertEquals(timed.proof.headers[0].timestamp, "x-grafana-time");
  assertEquals(timed.proof.toleranceMs, 300_000);
  assertEquals(select("grafana"), SCHEMES.grafana);
  assertEquals(
    select("grafana", { timestamp_header: "not a name" }),
    "Cannot use the timestamp header: expected the name of a header",
  );
  for (const kind of ["github", "gitlab", "generic"] as const) {
    const signature = kind === "generic" ? { algorithm: "bearer" } as const : undefined;
    assertEquals(
      select(kind, { timestamp_header: "x-time", signature }),
      `The kind "${kind}" takes no timestamp header beside a signature: only "grafana" does`,
    );
  }
});

Deno.test("selectScheme() takes a signature for a generic source and for no other [source.verify]", () => {
  assertEquals(
    select("github", { signature: { algorithm: "bearer" } }),
    'The kind "github" takes no signature: only "generic" does',
  );
  assertEquals(
    select("generic"),
    'The kind "generic" needs a signature: expected how it is made',
  );
  for (const kind of PROVIDER_NAMES.filter((kind) => kind !== "generic")) {
    assertEquals(select(kind), SCHEMES[kind]);
  }
});

Deno.test("selectScheme() makes the generic scheme of what is configured [source.verify]", () => {
  assertEquals(
    generic({
      algorithm: "sha512",
      header: "X-Signature",
      template: "{id}.{timestamp}.{body}",
      encoding: "base64",
      prefix: "v9=",
      timestamp_header: "X-Time",
      id_header: "X-Id",
      event_header: "X-Event",
      event_path: '["a"][0].b',
    }),
    {
      proof: {
        type: "hmac",
        hash: "SHA-512",
        key: "text",
        headers: [{ signature: "x-signature", timestamp: "x-time", id: "x-id" }],
        layout: "whole",
        prefix: "v9=",
        encoding: "base64",
        content: "{id}.{timestamp}.{body}",
        toleranceMs: 300_000,
      },
      id: { headers: ["x-id"] },
      event: { headers: ["x-event"], paths: ["a.0.b"] },
    },
  );
  const bare = { id: {}, event: { headers: [], paths: [] } } as const;
  const token = (header: string, form: "plain" | "bearer" | "basic", prefix = "") => ({
    ...bare,
    proof: { type: "token" as const, header, forms: [form], prefix },
  });
  assertEquals(generic({ algorithm: "bearer" }), token("authorization", "bearer"));
  assertEquals(generic({ algorithm: "basic", header: "X-Auth" }), token("x-auth", "basic"));
  assertEquals(
    generic({ algorithm: "token", header: "X-Key", prefix: "Key " }),
    token("x-key", "plain", "Key "),
  );
});

Deno.test("selectScheme() refuses a generic signature that proves less than it seems to [source.verify]", () => {
  const hmac = { algorithm: "sha256", header: "x-signature" } as const;
  const cases: [SignatureEntry, RegExp][] = [
    [{ ...hmac, template: "{timestamp}", timestamp_header: "x-time" }, /does not sign the body/],
    [{ ...hmac, template: "{body}{body}" }, /"\{body\}" once$/],
    [{ ...hmac, template: "" }, /does not sign the body/],
    [{ ...hmac, timestamp_header: "x-time" }, /timestamp header do not fit/],
    [{ ...hmac, template: "{timestamp}.{body}" }, /timestamp header do not fit/],
    [{ ...hmac, template: "{id}.{body}" }, /id header do not fit/],
    [{ ...hmac, template: "{id}{id}{body}", id_header: "x-id" }, /id header do not fit/],
    [{ ...hmac, template: "{url}{body}" }, /no meaning for "\{url\}"/],
    [{ algorithm: "sha1" }, /^The algorithm "sha1" needs a header/],
    [{ algorithm: "token" }, /^The algorithm "token" needs a header/],
    [{ ...hmac, header: "x y" }, /^The header is malformed/],
    [{ ...hmac, header: "" }, /^The header is malformed/],
    [{ ...hmac, id_header: "é" }, /^The id header is malformed/],
    [{ ...hmac, event_header: "a:b" }, /^The event header is malformed/],
    [{ ...hmac, timestamp_header: "a\nb" }, /^The timestamp header is malformed/],
    [{ algorithm: "bearer", template: "{body}" }, /signs nothing/],
    [{ algorithm: "token", header: "x", encoding: "hex" }, /signs nothing/],
    [{ algorithm: "basic", timestamp_header: "x" }, /signs nothing/],
    [{ algorithm: "bearer", prefix: "Bearer " }, /has a prefix of its own/],
  ];
  for (const [signature, expected] of cases) {
    const message = generic(signature);
    assert(typeof message === "string", show(signature));
    assertMatch(message, expected, show(signature));
  }
});
