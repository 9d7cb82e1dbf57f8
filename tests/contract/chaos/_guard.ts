import { until } from "../../_until.ts";

/** Counts of the system for a process. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Clock ticks of `/proc`, in milliseconds. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

/**
 * Prints a line of `/proc` for each process that it is told, without a process of its own for each.
 * At the end of its input it ends the processes of the last line and unmounts the disk, so nothing is
 * left over where the test itself is killed.
 */
const SCRIPT = `
trap '' INT TERM HUP
pids=
while read -r line; do
  pids=$line
  for pid in $pids; do
    { read -r stat < "/proc/$pid/stat"; } 2>/dev/null && echo "$stat"
  done
  echo .
done
for pid in $pids; do kill -CONT "$pid"; kill -KILL "$pid"; done 2>/dev/null
[ -z "$0" ] || umount -l "$0"
`;

/** Watches processes, and cleans up after the test. */
export class Guard implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #isRead: Promise<void>;
  #lines: string[] = [];

  /** @param mounted The folder to unmount at the end, if there is one. */
  constructor(mounted: string | undefined) {
    this.#child = new Deno.Command("sh", {
      args: ["-c", SCRIPT, mounted ?? ""],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#isRead = this.#read();
  }

  /** Reads the usage of processes, by their ids. Those are ended with the test. */
  async measure(pids: readonly number[]): Promise<Map<number, Usage>> {
    this.#lines = [];
    await this.#stdin.write(new TextEncoder().encode(`${pids.join(" ")}\n`));
    await until("the guard answers", () => this.#lines.includes("."));
    const usages = new Map<number, Usage>();
    for (const line of this.#lines) {
      // The name of the program, which stands in parentheses, may have spaces.
      const [, pid, rest = ""] = /^(\d+) \(.*\) (.*)$/.exec(line) ?? [];
      if (pid === undefined) continue;
      const fields = rest.split(" ").map(Number);
      const [user = 0, system = 0] = fields.slice(11, 13);
      usages.set(Number(pid), {
        cpuMs: (user + system) * TICK_MS,
        rssBytes: (fields[21] ?? 0) * PAGE_BYTES,
      });
    }
    return usages;
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stdin.close();
    await this.#isRead;
    await this.#child.status;
  }
}
