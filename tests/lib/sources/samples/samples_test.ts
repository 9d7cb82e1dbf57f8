import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatShape } from "../../../../lib/sources/shape/format_shape.ts";
import { SOURCE_KINDS } from "../../../../lib/sources/providers/kinds.ts";
import { readDelivery } from "../../../../lib/sources/body/read_delivery.ts";
import { createSample } from "../../../../lib/sources/samples/samples.ts";
import { SAMPLE_TEXT } from "../../../../lib/sources/samples/code_samples.ts";
import { SCHEME_KINDS } from "../../../../lib/sources/proof/scheme.ts";
import { SCHEMES } from "../../../../lib/sources/proof/schemes.ts";

const NOW_MS = 1_763_700_000_000;

/** Kinds of whose text a sample has no place for more than identifiers. */
const WORDLESS: readonly string[] = ["shopify"];

Deno.test("createSample() makes a delivery of each kind that its default filter lets through [cli.source]", () => {
  for (const kind of SCHEME_KINDS) {
    const shape = SOURCE_KINDS[kind]?.shape(createSample(kind, { nowMs: NOW_MS }));
    assert(shape?.isWanted, kind);
    const { text } = formatShape(kind, shape);
    if (!WORDLESS.includes(kind)) assertStringIncludes(text, SAMPLE_TEXT, kind);
  }
});

Deno.test("createSample() says its type where its source does [cli.source]", () => {
  for (const [kind, scheme] of Object.entries(SCHEMES)) {
    const { event, payload } = createSample(scheme.kind, { nowMs: NOW_MS });
    const { headers: names, paths } = scheme.event;
    const [header] = names ?? [];
    assertEquals(event === "", header === undefined, kind);
    const headers = new Headers(header === undefined ? {} : { [header]: event });
    const note = readDelivery(scheme, { headers, payload });
    assertEquals(note.event === "", names === undefined && paths === undefined, kind);
    const isInBody = scheme.id.path !== undefined || scheme.id.isOfAlerts === true;
    assertEquals(note.deliveryId !== undefined, isInBody, kind);
  }
});

Deno.test("createSample() makes another delivery at another time, about the repository that is given [cli.source]", () => {
  for (const kind of SCHEME_KINDS) {
    const [first, second] = [NOW_MS, NOW_MS + 1].map((nowMs) =>
      JSON.stringify(createSample(kind, { nowMs }).payload)
    );
    assert(first !== second, kind);
  }
  const { payload } = createSample("github", { nowMs: NOW_MS, repository: "acme/web" });
  assertEquals(SOURCE_KINDS.github?.shape({ event: "workflow_run", payload }).repo, "acme/web");
});
