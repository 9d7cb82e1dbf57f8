import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Allowlist, isSenderId } from "../../../lib/access/allowlist.ts";
import { hostileText, show } from "../_texts.ts";

const NOTHING = { speak: false, approve: false };
const ALL = { speak: true, approve: true };

const senderId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/);

Deno.test("isSenderId() accepts 1 to 64 of its characters and no leading sign", () => {
  for (const id of ["a", "7", "ci", "dev@example.com", "a.b_c-d", "A".repeat(64)]) {
    assert(isSenderId(id), id);
  }
  const refused = [
    "",
    " ",
    "a b",
    " a",
    "a ",
    "a\n",
    "\na",
    "a,b",
    ".a",
    "_a",
    "-a",
    "@a",
    "a:b",
    "a/b",
    "é",
    "dеv",
    "a\u200b",
    "ci\0",
    "A".repeat(65),
  ];
  for (const id of refused) assertFalse(isSenderId(id), show(id));
});

Deno.test("Allowlist gives each sender its own rights and others none", () => {
  const allowlist = new Allowlist([
    ["ci", { speak: true, approve: false }],
    ["owner", ALL],
    ["muted", NOTHING],
  ]);
  assertEquals(allowlist.rightsOf("ci"), { speak: true, approve: false });
  assertEquals(allowlist.rightsOf("owner"), ALL);
  assertEquals(allowlist.rightsOf("muted"), NOTHING);
});

Deno.test("Allowlist gives no rights to absent senders and look-alikes", () => {
  const allowlist = new Allowlist([["owner", ALL]]);
  const senders = [
    null,
    undefined,
    "",
    "Owner",
    "OWNER",
    " owner",
    "owner ",
    "owner\n",
    "owner\0",
    "owner,ci",
    "оwner",
    "own\u200ber",
    "owne",
    "owner2",
    "__proto__",
    "constructor",
    "toString",
  ];
  for (const sender of senders) assertEquals(allowlist.rightsOf(sender), NOTHING, show(sender));
  assertEquals(new Allowlist([]).rightsOf("owner"), NOTHING);
});

Deno.test("Allowlist answers any text with the rights of exactly that sender", () => {
  fc.assert(fc.property(fc.uniqueArray(senderId), hostileText, (ids, text) => {
    const allowlist = new Allowlist(ids.map((id) => [id, ALL] as const));
    for (const id of ids) {
      assert(allowlist.rightsOf(id).approve);
      assertEquals(allowlist.rightsOf(`${id} `), NOTHING);
    }
    if (!ids.includes(text)) assertEquals(allowlist.rightsOf(text), NOTHING);
  }));
});

Deno.test("Allowlist lets the last of two entries for one sender count", () => {
  const allowlist = new Allowlist([["ci", ALL], ["ci", NOTHING]]);
  assertEquals(allowlist.rightsOf("ci"), NOTHING);
});

Deno.test("Allowlist cannot be changed through the rights that it gives to strangers", () => {
  const rights = new Allowlist([]).rightsOf("ci");
  assertFalse(Reflect.set(rights, "speak", true));
  assertEquals(new Allowlist([]).rightsOf("ci"), NOTHING);
});

Deno.test("Allowlist throws on an id that is none and names it", () => {
  for (const id of ["", "*", "a b", "a,b", "A".repeat(65)]) {
    const error = assertThrows(() => new Allowlist([["ci", ALL], [id, ALL]]), TypeError);
    assertStringIncludes(error.message, `received "${id}"`);
  }
});
