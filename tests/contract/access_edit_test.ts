import { assert, assertEquals } from "@std/assert";
import { addSender } from "../../lib/access/changes.ts";
import { AccessStore } from "../../server/access/store.ts";
import { createScratch, PROJECT } from "./_session.ts";

const EDITS = 500;
const IDS = ["left", "right"] as const;

/** Edits the access in a process of its own. */
function startEditor(stateDir: string, id: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--frozen", `--allow-read=${stateDir}`],
      `--allow-write=${stateDir}`,
      new URL("tests/contract/_edit_access.ts", PROJECT).href,
      ...[stateDir, id, String(EDITS)],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

Deno.test("two processes that edit access lose nothing, and a third can read it all the time [access.two-writers]", async () => {
  const stateDir = createScratch();
  const faults: string[] = [];
  const store = new AccessStore({ stateDir, onFault: (message) => faults.push(message) });
  for (const id of IDS) {
    await store.update((access) =>
      addSender(access, {
        id,
        label: id,
        rights: ["speak"],
        chats: "own",
        expiresAt: null,
        tokenSha256: null,
        nowMs: 0,
      })
    );
  }

  const editors = IDS.map((id) => startEditor(stateDir, id).output());
  let isRunning = true;
  const outputs = Promise.all(editors).finally(() => isRunning = false);
  const counts = new Set<number>();
  let last = 0;
  while (isRunning) {
    const state = store.read();
    assert(state.ok, JSON.stringify(state));
    const { wrong_codes: count, senders } = state.access;
    assert(count >= last, `${count} edits after ${last}`);
    assertEquals(senders.reduce((sum, sender) => sum + (sender.last_used_at ?? 0), 0), count);
    counts.add(last = count);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  const decoder = new TextDecoder();
  for (const { code, stderr } of await outputs) {
    assertEquals([code, decoder.decode(stderr)], [0, ""]);
  }
  const state = store.read();
  assert(state.ok);
  assertEquals(state.access.wrong_codes, IDS.length * EDITS);
  assertEquals(state.access.senders.map((sender) => sender.last_used_at), [EDITS, EDITS]);
  assert(counts.size > 20, `${counts.size} states were seen`);
  assertEquals(faults, []);
  assertEquals(Array.from(Deno.readDirSync(stateDir), ({ name }) => name).sort(), [
    "access.json",
    "access.json.last-good",
    "access.json.lock",
  ]);
});
