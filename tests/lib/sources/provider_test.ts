import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readDelivery } from "../../../lib/sources/body/read_delivery.ts";
import { matchesEvent } from "../../../lib/sources/filter/event_rules.ts";
import { createSample, type Provider, SAMPLE_TEXT } from "../../../lib/sources/provider.ts";
import { PROVIDERS } from "../../../lib/sources/providers/kinds.ts";
import { formatShape } from "../../../lib/sources/shape/format_shape.ts";
import { FIXED_NAMES, SCHEMES } from "../../_schemes.ts";

const NOW_MS = 1_763_700_000_000;

/** Providers whose samples have no place for a text. */
const WORDLESS: readonly string[] = ["shopify"];

Deno.test("createSample() makes a delivery of each provider that its default filter lets through [cli.source]", () => {
  for (const provider of Object.values(PROVIDERS)) {
    const { name } = provider;
    const shape = provider.shape(createSample(provider, { nowMs: NOW_MS }));
    assert(shape.isWanted, name);
    const { text } = formatShape(name, shape);
    if (!WORDLESS.includes(name)) assertStringIncludes(text, SAMPLE_TEXT, name);
  }
});

Deno.test("createSample() says its type where its provider does [cli.source]", () => {
  for (const name of FIXED_NAMES) {
    const scheme = SCHEMES[name];
    const { event, payload } = createSample(PROVIDERS[name], { nowMs: NOW_MS });
    const { headers: names, paths } = scheme.event;
    const [header] = names ?? [];
    assertEquals(event === "", header === undefined, name);
    const headers = new Headers(header === undefined ? {} : { [header]: event });
    const note = readDelivery(scheme, { headers, payload });
    assertEquals(note.event === "", names === undefined && paths === undefined, name);
    const isInBody = scheme.id.path !== undefined || scheme.id.isOfAlerts === true;
    assertEquals(note.deliveryId !== undefined, isInBody, name);
  }
});

Deno.test("createSample() makes another delivery at another time, about the repository that is given [cli.source]", () => {
  for (const provider of Object.values(PROVIDERS)) {
    const [first, second] = [NOW_MS, NOW_MS + 1].map((nowMs) =>
      JSON.stringify(createSample(provider, { nowMs }).payload)
    );
    assert(first !== second, provider.name);
  }
  const sample = createSample(PROVIDERS.github, { nowMs: NOW_MS, repository: "acme/web" });
  assertEquals(PROVIDERS.github.shape(sample).repo, "acme/web");
});

/**
 * Returns deliveries that say a type in a header, in a member of the body, or as the name of a
 * member.
 */
function deliveriesOf({ sample }: Provider, type: string) {
  const time = new Date(NOW_MS).toISOString();
  const { event, payload } = sample({ nowMs: NOW_MS, time, repository: "acme/web", sha: "0" });
  const inner = { type, event_type: type, data: {} };
  return [
    { event: type, payload },
    { event, payload },
    { event: "", payload: { ...Object(payload), type } },
    { event: "", payload: { type: 1, event: inner } },
    { event: "", payload: { event: type } },
    { event: "", payload: { object_kind: type } },
    { event: "", payload: { [type]: {} } },
    { event: "", payload: { command: "/deploy" } },
    { event: type, payload: { action: type, run: {} } },
  ];
}

Deno.test("the events of each provider are those of deliveries that it can read [source.shape]", () => {
  for (const provider of Object.values(PROVIDERS)) {
    const { name, events } = provider;
    assertEquals(events.length, new Set(events).size, name);
    for (const event of events) {
      const shapes = deliveriesOf(provider, event).map((delivery) => provider.shape(delivery));
      assert(shapes.some((shape) => matchesEvent(event, shape.event)), `${name}: ${event}`);
    }
  }
});
