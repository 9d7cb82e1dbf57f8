import { assertEquals } from "@std/assert";
import { AgeClock } from "../../../lib/event/age_clock.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 10, 21);

/** A clock, and the two that it compares. */
function createFixture(lastEventAt: number | undefined = NOW) {
  const clock = new AgeClock();
  let wallMs = NOW;
  let uptimeMs = 5000;
  return {
    /** Lets time pass, and moves the wall clock by some time more; returns what is believed then. */
    look(passedMs: number, jumpMs = 0): boolean {
      uptimeMs += passedMs;
      wallMs += passedMs + jumpMs;
      return clock.isBelieved({ wallMs, uptimeMs }, () => lastEventAt);
    },
  };
}

Deno.test("AgeClock.isBelieved() is true while both clocks move alike [journal.clock]", () => {
  const { look } = createFixture();
  for (const ms of [0, 10_000, HOUR_MS, 400 * DAY_MS]) assertEquals(look(ms), true, `${ms}`);
  assertEquals(look(10_000, MINUTE_MS), true, "a clock that is corrected a little");
});

Deno.test("AgeClock.isBelieved() is false after a jump ahead, until the clock was steady for an hour [journal.clock]", () => {
  for (const jumpMs of [MINUTE_MS + 1, 31 * DAY_MS, 4000 * DAY_MS]) {
    const { look } = createFixture();
    look(0);
    assertEquals(look(10_000, jumpMs), false, "the jump");
    for (let i = 0; i < 5; i++) assertEquals(look(10 * MINUTE_MS), false);
    assertEquals(look(10 * MINUTE_MS), true, "an hour later");
    assertEquals(look(10_000, jumpMs), false, "another jump");
  }
});

Deno.test("AgeClock.isBelieved() goes on after a clock was set back, which makes nothing older [journal.clock]", () => {
  const { look } = createFixture();
  look(0);
  assertEquals(look(10_000, -31 * DAY_MS), true);
  assertEquals(look(10_000, 31 * DAY_MS), false);
});

Deno.test("AgeClock.isBelieved() is false at a start far beyond the last event, until an hour has passed [journal.clock]", () => {
  const cases: [number | undefined, boolean][] = [
    [undefined, true],
    [NOW, true],
    [NOW - DAY_MS, true],
    [NOW - DAY_MS - 1, false],
    [NOW - 4000 * DAY_MS, false],
    [NOW + 4000 * DAY_MS, true],
  ];
  for (const [lastEventAt, isBelieved] of cases) {
    const { look } = createFixture(lastEventAt);
    assertEquals(look(0), isBelieved, `${lastEventAt}`);
    assertEquals(look(59 * MINUTE_MS), isBelieved);
    assertEquals(look(MINUTE_MS), true);
  }
});
