import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createEventMeta } from "../../lib/event_meta.ts";
import { sanitizeMeta } from "../../lib/sanitize_meta.ts";

const OWN = { chat_id: "chat_1", event_id: "evt_1", sender: "dev", path: "/ci" };

Deno.test("createEventMeta() keeps the parameters of the sender", () => {
  assertEquals(createEventMeta(OWN, {}), { record: OWN, changes: [] });
  assertEquals(createEventMeta(OWN, { severity: "high" }), {
    record: { severity: "high", ...OWN },
    changes: [],
  });
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, "v"]));
  const { record, changes } = createEventMeta(OWN, many);
  assertEquals(Object.keys(record).length, 32);
  assertEquals(changes.map(({ key, detail }) => [key, detail]), [
    ["k28", "more than 28 parameters"],
    ["k29", "more than 28 parameters"],
  ]);
});

Deno.test("createEventMeta() leaves out what would pass for one of our own, and says so", () => {
  for (const key of ["sender", "Sender", "SENDER", "chat-id", "Chat.Id", "event_ID", "Path"]) {
    const { record, changes } = createEventMeta(OWN, { [key]: "forged", a: "1" });
    assertEquals(record, { ...OWN, a: "1" }, key);
    assertEquals(changes, [{ key, action: "dropped", detail: "reserved" }], key);
  }
});

Deno.test("createEventMeta() lets no parameters crowd out, replace or imitate our own", () => {
  const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "sender", "Sender", "chat-id"));
  fc.assert(fc.property(fc.dictionary(key, fc.string(), { maxKeys: 60 }), (query) => {
    const { meta } = sanitizeMeta(createEventMeta(OWN, query).record);
    for (const [name, value] of Object.entries(OWN)) assertEquals(meta[name], value);
    const folded = Object.keys(meta).map((name) => name.toLowerCase());
    for (const name of Object.keys(OWN)) {
      assert(folded.filter((other) => other === name).length === 1, name);
    }
  }));
});
