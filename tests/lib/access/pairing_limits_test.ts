import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Access } from "../../../lib/access/access_file.ts";
import { pruneAccess } from "../../../lib/access/changes.ts";
import {
  MAX_PAIRINGS_PER_ADDRESS,
  MAX_PENDING_PAIRINGS,
  MAX_WRONG_CODES,
  PAIRING_TTL_MS,
  pendingPairings,
  requestPairing,
} from "../../../lib/access/pairing.ts";
import {
  accepted,
  approve,
  claim,
  codeOf,
  emptyAccess,
  freeze,
  guess,
  HOUR_MS,
  MINUTE_MS,
  NOW,
  refused,
  REQUEST,
  withPairing,
} from "../_access.ts";
import { show } from "../_texts.ts";

Deno.test("requestPairing() is refused while three pairings wait for approval [access.limits]", () => {
  assertEquals(MAX_PENDING_PAIRINGS, 3);
  const two = withPairing(withPairing(emptyAccess(), 1), 2);
  const three = withPairing(two, 3, { nowMs: NOW + 1 });
  const refusal = {
    ok: false as const,
    code: "pending" as const,
    message: "Too many pairings wait for approval: expected less than 3",
  };
  assertEquals(requestPairing(three, REQUEST), refusal);
  const lateMs = NOW + PAIRING_TTL_MS;
  assertEquals(requestPairing(three, { ...REQUEST, nowMs: lateMs - 1 }), refusal);
  assert(requestPairing(three, { ...REQUEST, nowMs: lateMs }).ok);
  // One that was granted does not wait any more, and neither does one that has ended.
  assert(requestPairing(accepted(approve(three, { code: codeOf(2) })).access, REQUEST).ok);
  assert(requestPairing(guess(three, MAX_WRONG_CODES), REQUEST).ok);
});

Deno.test("requestPairing() is refused for an address that asked twice in an hour [access.limits]", () => {
  assertEquals(MAX_PAIRINGS_PER_ADDRESS, 2);
  const { address } = REQUEST;
  const first = withPairing(emptyAccess(), 1, { address });
  const second = withPairing(first, 2, { address, nowMs: NOW + MINUTE_MS });
  const ended = guess(second, MAX_WRONG_CODES, NOW + MINUTE_MS);
  for (const access of [second, ended]) {
    const nowMs = NOW + 5 * MINUTE_MS;
    assertEquals(requestPairing(access, { ...REQUEST, nowMs }), {
      ok: false,
      code: "address",
      message: "Too many pairings from this address: expected at most 2 in an hour",
      retryAfterMs: 55 * MINUTE_MS,
    });
    assert(requestPairing(access, { ...REQUEST, nowMs, address: "10.0.0.10" }).ok);
    assertEquals(requestPairing(access, { ...REQUEST, nowMs: NOW + HOUR_MS - 1 }).ok, false);
    const third = withPairing(access, 3, { address, nowMs: NOW + HOUR_MS });
    const fourth = refused(requestPairing(third, { ...REQUEST, nowMs: NOW + HOUR_MS }));
    assertEquals(fourth.code === "address" && fourth.retryAfterMs, MINUTE_MS);
  }
});

Deno.test("requestPairing() counts the addresses of one IPv6 network as one [access.limits]", () => {
  const first = withPairing(emptyAccess(), 1, { address: "2001:db8::1" });
  const second = withPairing(first, 2, { address: "2001:db8::2" });
  const third = refused(requestPairing(second, { ...REQUEST, address: "2001:db8::3" }));
  assertEquals(third.code, "address");
  assert(requestPairing(second, { ...REQUEST, address: "2001:db8:0:1::1" }).ok);
});

Deno.test("requestPairing() lets each address ask twice in any hour [access.limits]", () => {
  const request = fc.tuple(fc.nat(3), fc.nat(20 * MINUTE_MS));
  fc.assert(fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
    let access = emptyAccess();
    let nowMs = NOW;
    const taken: { address: string; nowMs: number }[] = [];
    for (const [number, passedMs] of requests) {
      nowMs += passedMs;
      const address = `10.0.0.${number}`;
      const result = requestPairing(access, { ...REQUEST, address, nowMs });
      if (result.ok) {
        access = freeze(pruneAccess(result.access, nowMs));
        taken.push({ address, nowMs });
      } else if (result.code === "address") {
        const atMs = nowMs + result.retryAfterMs;
        assertEquals(requestPairing(access, { ...REQUEST, address, nowMs: atMs - 1 }).ok, false);
        assert(requestPairing(access, { ...REQUEST, address, nowMs: atMs }).ok);
      }
      const lastHour = taken.filter((other) => nowMs - other.nowMs < HOUR_MS);
      const count = lastHour.filter((other) => other.address === address).length;
      assert(count <= 2, `${count}`);
      assert(pendingPairings(access, nowMs).length <= 3);
    }
    assert(access.pairings.length <= 8, `${access.pairings.length}`);
  }));
});

Deno.test("approvePairing() counts each code that no pending pairing has as wrong [access.limits]", () => {
  const asked = withPairing(withPairing(emptyAccess(), 1), 2);
  const late = withPairing(asked, 3, { nowMs: NOW + 1 });
  const granted = accepted(approve(late, { code: codeOf(1) })).access;
  const claimed = accepted(claim(granted, 1)).access;
  const cases: [Access, string, number][] = [
    [asked, codeOf(3), NOW],
    [asked, "", NOW],
    [asked, codeOf(1).slice(1), NOW],
    [asked, `${codeOf(1)}2`, NOW],
    [granted, codeOf(1), NOW],
    [claimed, codeOf(1), NOW],
    [late, codeOf(2), NOW + PAIRING_TTL_MS],
    [guess(late, MAX_WRONG_CODES), codeOf(2), NOW],
    [emptyAccess(), codeOf(1), NOW],
    // The code does not say which of the two devices is meant.
    [withPairing(asked, 3, { code: codeOf(1) }), codeOf(1), NOW],
  ];
  for (const [access, code, nowMs] of cases) {
    assertEquals(approve(access, { code, nowMs }), {
      ok: false,
      message: "Wrong pairing code: expected one that a page shows now; " +
        "tries left before all pairings end: 4",
      access: { ...access, wrong_codes: 1 },
    }, show([code, nowMs]));
  }
});

Deno.test("approvePairing() ends all pending pairings at the fifth wrong code [access.limits]", () => {
  assertEquals(MAX_WRONG_CODES, 5);
  const asked = withPairing(withPairing(withPairing(emptyAccess(), 1), 2), 3);
  const { access: granted } = accepted(approve(asked, { code: codeOf(3) }));
  const four = guess(granted, 4, NOW + 7);
  assertEquals(four, { ...granted, wrong_codes: 4 });
  const fifth = refused(approve(four, { code: codeOf(29), nowMs: NOW + 7 }));
  assertEquals(
    fifth.message,
    "Wrong pairing code: expected one that a page shows now; " +
      "all have ended after 5 wrong ones, pair again",
  );
  assertEquals(fifth.access?.wrong_codes, 0);
  const endings = fifth.access?.pairings.map(({ ended_at }) => ended_at);
  assertEquals(endings, [NOW + 7, NOW + 7, null]);
  assertEquals(refused(approve(fifth.access ?? asked, { code: codeOf(1) })).access?.wrong_codes, 1);
  assert(claim(fifth.access ?? asked, 3).ok);
});

Deno.test("approvePairing() begins to count anew after a right code [access.limits]", () => {
  const asked = guess(withPairing(withPairing(emptyAccess(), 1), 2), 4);
  const { access } = accepted(approve(asked, { code: codeOf(1) }));
  assertEquals(access.wrong_codes, 0);
  assertEquals(pendingPairings(guess(access, 4), NOW).length, 1);
});
