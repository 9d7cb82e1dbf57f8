import { assert, assertEquals } from "@std/assert";
import { medianOf, printFigures } from "../_fleet.ts";
import { createScratch } from "../_session.ts";
import { excusedUntil, findLost, findShownTwice } from "./_checks.ts";
import { makeRound } from "./_faults.ts";
import { FAULT_KINDS, type FaultKind, type Plan, planRun } from "./_plan.ts";
import { type Disk, DISKS, findClock, hasLimits, mountDisk, runShell } from "./_tools.ts";
import { World } from "./_world.ts";

/** The gate draws no seed of its own: a failure there must come from the change that it judges. */
const GATE_SEED = 1;
const GATE_SECONDS = 20;

/**
 * All faults but `past`: retention counts ages by the clock, so the next owner removes what arrived while
 * the clock was behind.
 */
const GATE_FAULTS: readonly FaultKind[] = FAULT_KINDS.filter((kind) => kind !== "past");

interface Options {
  readonly seeds: readonly number[];
  readonly seconds: number;
  readonly kinds: readonly FaultKind[];
  readonly disk: Disk | undefined;
}

/** Reads `--seeds=1,2`, `--seconds=60`, `--faults=disk,lock` and `--disk=limit`. */
function readOptions(args: readonly string[]): Options {
  const values = new Map<string, string>();
  for (const arg of args) {
    const [, name = "", value = ""] = /^--(seeds|seconds|faults|disk)=(.+)$/.exec(arg) ?? [];
    assert(name !== "", `Unknown argument "${arg}"`);
    values.set(name, value);
  }
  const kinds = values.get("faults")?.split(",") ?? GATE_FAULTS;
  for (const kind of kinds) assert(FAULT_KINDS.some((known) => known === kind), kind);
  return {
    seeds: (values.get("seeds") ?? String(GATE_SEED)).split(",").map(Number),
    seconds: Number(values.get("seconds") ?? GATE_SECONDS),
    kinds: kinds as FaultKind[],
    disk: DISKS.find((disk) => disk === values.get("disk")),
  };
}

async function findDisk(): Promise<Disk | undefined> {
  const folder = createScratch("disk-");
  const isMounted = await mountDisk(folder);
  if (isMounted) await runShell('umount "$0"', folder);
  Deno.removeSync(folder);
  if (isMounted) return "tmpfs";
  return await hasLimits() ? "limit" : undefined;
}

/** Runs a plan until an invariant is violated; returns the world as it was at the end. */
async function runPlan(
  plan: Plan,
  tools: { readonly disk: Disk | undefined; readonly clock: string | undefined },
): Promise<World> {
  await using world = await World.create(tools, plan.sessions);
  for (const round of plan.rounds) {
    await makeRound(world, round, tools.disk);
    await world.settle();
    if (world.violations.length > 0) break;
  }
  await world.finish();
  return world;
}

Deno.test("a run has the same faults for the same seed, and each kind before one comes again", () => {
  const plan = planRun(7, 20_000, FAULT_KINDS);
  assertEquals(planRun(7, 20_000, FAULT_KINDS), plan);
  const kinds = plan.rounds.flatMap(({ faults }) => faults.map(({ kind }) => kind));
  assertEquals(kinds.slice(0, FAULT_KINDS.length).toSorted(), FAULT_KINDS.toSorted());
});

Deno.test("a lost event and one that is shown twice are found", () => {
  const answered = [5, 20, 30].map((sentAt) => ({
    delivery: `delivery-0-${sentAt}`,
    id: `evt_${sentAt}`,
    sentAt,
    answeredAt: sentAt,
    attempts: 1,
  }));
  assertEquals(excusedUntil(10, [{ from: 900, to: 2000 }, { from: 0, to: 5 }]), 3000);
  const lost = findLost(answered, new Map([["evt_20", "delivery-0-20"]]), 10);
  assertEquals(lost.map(({ id }) => id), ["evt_30"]);
  const shown = [
    { content: "delivery-0-5 x", meta: { event_id: "evt_00000000005" } },
    { content: "2 events\nevt_00000000005 (dev)\nevt_00000000006 (dev)", meta: { digest: "2" } },
    { content: "delivery-0-5 x", meta: { event_id: "evt_00000000007" } },
  ];
  const attempts = new Map([["delivery-0-5", 1]]);
  assertEquals(findShownTwice(shown, attempts), ["evt_00000000005", "delivery-0-5"]);
});

const options = readOptions(Deno.args);

for (const seed of options.seeds) {
  Deno.test(`nothing is lost or doubled, and processes stay calm and leave, amid chaos (${seed})`, async () => {
    const disk = options.disk ?? await findDisk();
    const clock = await findClock();
    const kinds = options.kinds.filter((kind) =>
      (kind !== "disk" || disk !== undefined) &&
      (clock !== undefined || kind !== "clock" && kind !== "past")
    );
    const plan = planRun(seed, options.seconds * 1000, kinds);
    const world = await runPlan(plan, { disk, clock });
    printFigures({
      seed,
      faults: kinds.join(" "),
      "left out": options.kinds.filter((kind) => !kinds.includes(kind)).join(" ") || "none",
      disk: disk ?? "none",
      sessions: `${plan.sessions} at a time, ${world.members.length} in all`,
      rounds: plan.rounds.length,
      answered: world.load.answered.length,
      refused: world.load.refused,
      shown: world.members.reduce((sum, { process }) => sum + process.shown.length, 0),
      "leave ms p50": medianOf(world.leaveMs),
      "leave ms max": Math.max(...world.leaveMs),
      usage: world.usage.isMeasured ? "measured" : "not measured",
      "MiB max": world.usage.maxRssBytes / 2 ** 20,
      "core % max": world.usage.maxShare * 100,
      "calm core % max": world.maxCalmShare * 100,
    });
    assert(
      world.violations.length === 0,
      `Seed ${seed}, ${options.seconds} s, faults ${kinds.join(",")}:\n` +
        `${world.violations.join("\n")}\n\n${world.log.join("\n")}`,
    );
  });
}
