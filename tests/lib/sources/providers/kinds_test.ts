import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { PROVIDER_NAMES, PROVIDERS } from "../../../../lib/sources/providers/kinds.ts";
import { hostileText } from "../../_texts.ts";
import * as forges from "../_forge_payloads.ts";
import * as services from "../_payloads.ts";
import { assertSound, mutationOf } from "../_shapes.ts";

Deno.test("PROVIDERS has each provider by its name, once [source.shape]", () => {
  assertEquals(Object.keys(PROVIDERS), [...PROVIDER_NAMES]);
  for (const [name, provider] of Object.entries(PROVIDERS)) assertEquals(provider.name, name);
});

Deno.test("PROVIDERS inherits nothing [source.total]", () => {
  for (const name of ["constructor", "__proto__", "toString", ""]) {
    assertEquals(PROVIDERS[name], undefined);
  }
});

Deno.test("PROVIDERS make an event of any payload, also of another service [source.total]", () => {
  const provider = fc.constantFrom(...Object.values(PROVIDERS));
  const event = fc.oneof(
    hostileText,
    fc.constantFrom("push", "pull_request", "issues", "workflow_run", "repo:push", "Issue"),
  );
  const payload = fc.constantFrom<unknown>(...Object.values({ ...services, ...forges }), null)
    .chain(mutationOf);
  fc.assert(
    fc.property(provider, event, payload, (provider, event, payload) => {
      assertSound(provider, { event, payload });
    }),
    { numRuns: 1000 },
  );
});

Deno.test("PROVIDERS get through a payload that is large, deep or long [source.total]", () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 20_000; depth++) deep = depth % 2 === 0 ? { data: deep } : [deep];
  const wide = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index]),
  );
  const long = "a@b ".repeat(250_000);
  const list = Array.from({ length: 20_000 }, () => ({ message: "x", labels: { a: "b" } }));
  for (const provider of Object.values(PROVIDERS)) {
    for (const value of [deep, wide, long, list]) {
      assertSound(provider, { event: "", payload: value });
      assertSound(provider, {
        event: "push",
        payload: { text: value, message: value, alerts: value, data: value, event: value },
      });
    }
  }
});
