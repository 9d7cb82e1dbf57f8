import { JournalKeeper } from "../../server/journal/keeper.ts";
import { journalPathOf } from "../../server/state/folder.ts";
import { createScratch } from "./_scratch.ts";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A keeper whose clock and timers stand still until {@linkcode pass} moves them. */
export function createKeeper(options: { stateDir?: string; onUsable?: () => void } = {}) {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const stateDir = options.stateDir ?? `${createScratch()}/state`;
  const timers = new Set<Timer>();
  let uptime = 0;
  let usable = 0;
  const keeper = new JournalKeeper({
    stateDir,
    durability: "normal",
    log: { info: log, warn: log },
    onUsable: () => {
      usable++;
      options.onUsable?.();
    },
    uptime: () => uptime,
    later(ms, run) {
      const timer = { at: uptime + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  return {
    keeper,
    lines,
    stateDir,
    path: journalPathOf(stateDir),
    /** The number of announcements that the journal can be used. */
    usable: () => usable,
    timers,
    /** Lets time pass, and runs what falls due. */
    pass(ms: number) {
      const until = uptime + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        uptime = next.at;
        next.run();
      }
      uptime = until;
    },
    [Symbol.dispose]() {
      keeper.close();
    },
  };
}
