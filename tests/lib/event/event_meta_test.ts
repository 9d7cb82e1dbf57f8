import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { createEventMeta } from "../../../lib/event/event_meta.ts";
import { formatChatId, formatEventId } from "../../../lib/event/event_id.ts";
import { toPushedEvent } from "../../../lib/event/pushed_event.ts";
import { MAX_META_ENTRIES, sanitizeMeta } from "../../../lib/event/sanitize_meta.ts";
import { anyCase, anyString } from "../_texts.ts";

const OWN = { sender: "dev", path: "/ci" };

const RESERVED = [
  "chat_id",
  "event_id",
  "sender",
  "path",
  "attempt",
  "digest",
  "source_name",
  "verified",
  "delivery_id",
];

/** A name of one of our own in any case, with other signs in the place of each `_`. */
const lookAlike = fc.tuple(
  fc.constantFrom(...RESERVED).chain(anyCase),
  fc.constantFrom("_", "-", ".", " ", "é", "\0", "\u200b"),
).map(([name, sign]) => name.replaceAll("_", sign));

const key = fc.oneof(
  fc.string(),
  anyString(8),
  lookAlike,
  fc.constantFrom("__proto__", "constructor", "source", "session", "Session", "run-id"),
);

const query = fc.dictionary(key, fc.string(), { maxKeys: 60 });

Deno.test("createEventMeta() keeps the parameters of the sender, before our own", () => {
  assertEquals(createEventMeta(OWN, {}), { record: OWN, changes: [] });
  const { record, changes } = createEventMeta(OWN, { severity: "high", run: "" });
  assertEquals(Object.entries(record), [
    ["severity", "high"],
    ["run", ""],
    ["sender", "dev"],
    ["path", "/ci"],
  ]);
  assertEquals(changes, []);
});

Deno.test("createEventMeta() keeps 26 parameters, so that our own six have room", () => {
  const many = Object.fromEntries(Array.from({ length: 28 }, (_, i) => [`k${i}`, "v"]));
  const { record, changes } = createEventMeta(OWN, many);
  assertEquals(Object.keys(record), [
    ...Array.from({ length: 26 }, (_, i) => `k${i}`),
    "sender",
    "path",
  ]);
  assertEquals(changes, [
    { key: "k26", action: "dropped", detail: "more than 26 parameters" },
    { key: "k27", action: "dropped", detail: "more than 26 parameters" },
  ]);
});

Deno.test("createEventMeta() counts no parameter that it leaves out for another reason", () => {
  const many = Object.fromEntries(Array.from({ length: 26 }, (_, i) => [`k${i}`, "v"]));
  const { record } = createEventMeta(OWN, { session: "app", Sender: "forged", ...many });
  assertEquals(Object.keys(record).length, 28);
  assertEquals(record.k25, "v");
});

Deno.test("createEventMeta() leaves out what would pass for one of our own, and says so", () => {
  const keys = [
    ...RESERVED,
    ...RESERVED.map((name) => name.toUpperCase()),
    "Sender",
    "chat-id",
    "Chat.Id",
    "event_ID",
    "event\u200bid",
    "__proto__",
  ];
  for (const key of keys) {
    const query = Object.fromEntries([[key, "forged"], ["a", "1"]]);
    const { record, changes } = createEventMeta(OWN, query);
    assertEquals(record, { ...OWN, a: "1" }, key);
    assertEquals(changes, [{ key, action: "dropped", detail: "reserved" }], key);
  }
});

Deno.test("createEventMeta() leaves out what reads like the word of the server [meta.no-imitation]", () => {
  const keys = [
    ...["verified", "is_verified", "verified_by", "unverified", "v_rified", "vérified", "VERIFIED"],
    ...[
      "vеrified",
      "ｖｅｒｉｆｉｅｄ",
      "𝐯𝐞𝐫𝐢𝐟𝐢𝐞𝐝",
      "ᴠᴇʀɪꜰɪᴇᴅ",
      "ver1fied",
      "verlfied",
      "v\u0259rified",
    ],
    ...["delivery_id", "Delivery-Id", "deliveryId", "x_delivery_id", "de1ivery.id", "delivery_іd"],
    ...["sender_", "_sender", "sender2", "real_sender", "senderName", "s-e-n-d-e-r", "ѕender"],
    ...["sender[]", "send_r", "s3nder", "event-id", "eventId", "event id_", "event\u200bid"],
    ...["chatid", "chаt_id", "telegram_chat_id", "sourceName", "source.name", "source_", "_source"],
    ...["sоurce", "path_", "_PATH", "p-a-t-h", "path2", "digest_", "attempt_1", "Attempt"],
    ...["trust", "trusted", "trust-level", "untrusted", "authenticated"],
  ];
  for (const key of keys) {
    const { record, changes } = createEventMeta(OWN, { [key]: "true", severity: "high" });
    assertEquals(record, { severity: "high", ...OWN }, key);
    assertEquals(changes, [{ key, action: "dropped", detail: "reserved" }], key);
  }
});

Deno.test("createEventMeta() keeps what only resembles our own", () => {
  const keys = [
    ...["severity", "run_id", "event", "event_type", "event_date", "repository", "branch", "actor"],
    ...["file_path", "xpath", "paths", "image_digest", "run_attempt", "attempts", "source_url"],
    ...["data_source", "delivery", "delivery_date", "chat_data", "send_report", "gender", "render"],
    ...["message_id", "user", "status", "url", "id", "environment"],
  ];
  for (const key of keys) {
    assertEquals(createEventMeta(OWN, { [key]: "x" }), {
      record: { [key]: "x", ...OWN },
      changes: [],
    });
  }
});

Deno.test("createEventMeta() leaves no key that folds to one of our own [meta.no-imitation]", () => {
  const affix = fc.constantFrom("", "_", "__", "-", ".", " ", "2", "_0");
  const imitation = fc.tuple(affix, lookAlike, affix).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(imitation, key), fc.string(), { maxKeys: 20 }), (query) => {
      const { meta } = sanitizeMeta(createEventMeta(OWN, query).record);
      const plain = Object.keys(meta).map((name) => name.replace(/[_0-9]/g, "").toLowerCase());
      const own = RESERVED.map((name) => name.replace("_", ""));
      assertEquals(plain.filter((name) => own.includes(name)), ["sender", "path"]);
    }),
    { numRuns: 500 },
  );
});

Deno.test("createEventMeta() leaves out the address in silence, and keeps what looks like it", () => {
  const query = { session: "app", Session: "1", sessions: "2", "session-id": "3" };
  assertEquals(createEventMeta(OWN, query), {
    record: { Session: "1", sessions: "2", "session-id": "3", ...OWN },
    changes: [],
  });
  assertEquals(createEventMeta(OWN, { session: "app" }), { record: OWN, changes: [] });
});

Deno.test("createEventMeta() keeps or reports each parameter but the address", () => {
  fc.assert(
    fc.property(query, (query) => {
      const { record, changes } = createEventMeta(OWN, query);
      const dropped = changes.map(({ key }) => key);
      assertEquals(new Set(dropped).size, dropped.length);
      for (const [key, value] of Object.entries(query)) {
        const isKept = !dropped.includes(key) && Object.hasOwn(record, key) &&
          record[key] === value;
        assert(key === "session" || isKept !== dropped.includes(key), key);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("createEventMeta() lets no parameters crowd out, replace or imitate our own", () => {
  fc.assert(
    fc.property(query, fc.maxSafeNat(), fc.integer({ min: 1, max: 3 }), (query, seq, attempts) => {
      const { meta } = sanitizeMeta(createEventMeta(OWN, query).record);
      const pushed = toPushedEvent({ seq, content: "", meta, attempts }).meta;
      assertLessOrEqual(Object.keys(pushed).length, MAX_META_ENTRIES);
      const own: Record<string, string> = {
        ...OWN,
        chat_id: formatChatId(seq),
        event_id: formatEventId(seq),
        ...(attempts > 1 && { attempt: String(attempts) }),
      };
      for (const [name, value] of Object.entries(own)) assertEquals(pushed[name], value, name);
      const reserved = Object.keys(pushed).filter((name) => RESERVED.includes(name.toLowerCase()));
      assertEquals(reserved.sort(), Object.keys(own).sort());
      // The additions are as clean as the rest.
      assertEquals(sanitizeMeta(pushed), { meta: pushed, changes: [] });
    }),
    { numRuns: 500 },
  );
});
