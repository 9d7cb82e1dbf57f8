import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { permissionStateOf } from "../../../lib/permission/permission.ts";
import { Journal } from "../../../server/journal/journal.ts";
import { MemoryJournal } from "../_memory_journal.ts";
import { REQUEST } from "../_port.ts";

const NOW = Date.UTC(2026, 10, 21);
const VERDICT = { behavior: "allow", sender: "ops", from: "token from ::1", nowMs: NOW } as const;
const CHAT = "chat_00000000001";

/** The table with a session, and what it has asked. */
function createFixture() {
  const memory = new MemoryJournal();
  const table = memory.journal.permissions;
  const [session, other] = [memory.startSession("web", NOW), memory.startSession("api", NOW)];
  return {
    table,
    session,
    other,
    ask: (requestId: string, toolName = "Bash", inputPreview = "{}", asking = session) =>
      table.open({ ...REQUEST, requestId, toolName, inputPreview }, asking, NOW, NOW + 1000),
    /** Closes what a call shows to be answered; returns its id. */
    call(name: string, ids: readonly string[] = [], nowMs = NOW, calling = session) {
      const found = table.findCalled({ session: calling, name, ids, nowMs });
      return found && table.close(found.id, nowMs) ? found.requestId : undefined;
    },
    stateOf(requestId: string) {
      const [row] = table.find(requestId);
      return row && permissionStateOf(row, NOW);
    },
    idOf: (requestId: string) => table.find(requestId)[0]?.id ?? 0,
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

Deno.test("PermissionTable.settle() records the first verdict, and no other [verdict.once]", () => {
  using fixture = createFixture();
  const { ask, idOf, stateOf, table } = fixture;
  ask("abcde");
  assertEquals(table.settle(idOf("abcde"), VERDICT), true);
  const later = { ...VERDICT, behavior: "deny", sender: "dev", nowMs: NOW + 1 } as const;
  assertEquals(table.settle(idOf("abcde"), later), false);
  assertEquals(table.settle(99, VERDICT), false);
  const [row] = table.list(9);
  assertEquals([row?.behavior, row?.sender, row?.settledFrom, row?.settledAt], [
    "allow",
    "ops",
    "token from ::1",
    NOW,
  ]);
  assertEquals([stateOf("abcde"), fixture.call("Bash")], ["allowed", undefined]);
});

Deno.test("PermissionTable.claimVerdicts() hands each verdict of a session out once [verdict.own-session]", () => {
  using fixture = createFixture();
  const { ask, idOf, other, session, table } = fixture;
  ask("aaaaa", "Bash", "{}", other);
  for (const id of ["bbbbb", "ccccc", "ddddd"]) ask(id);
  for (const id of ["aaaaa", "bbbbb", "ddddd"]) table.settle(idOf(id), VERDICT);
  assertEquals(table.claimVerdicts(session, NOW), [
    { requestId: "bbbbb", behavior: "allow" },
    { requestId: "ddddd", behavior: "allow" },
  ]);
  assertEquals(table.claimVerdicts(session, NOW), []);
  assertEquals(table.claimVerdicts(other, NOW), [{ requestId: "aaaaa", behavior: "allow" }]);
});

Deno.test("PermissionTable.claimVerdicts() writes nothing where there are none [verdict.own-session]", () => {
  using database = new DatabaseSync(":memory:");
  const { permissions } = Journal.on(database, "memory");
  permissions.open(REQUEST, 1, NOW, NOW + 1000);
  database.exec("PRAGMA query_only = ON");
  assertEquals(permissions.claimVerdicts(1, NOW), []);
});

Deno.test("PermissionTable.findCalled() finds the oldest open request for the tool [permission.elsewhere]", () => {
  using fixture = createFixture();
  const { ask, call, idOf, stateOf, table } = fixture;
  for (const id of ["aaaaa", "bbbbb"]) ask(id, "mcp__webhook__inbox");
  ask("ccccc", "Bash");
  assertEquals([call("inbox"), stateOf("aaaaa"), stateOf("bbbbb")], [
    "aaaaa",
    "answered elsewhere",
    "open",
  ]);
  assertEquals(table.settle(idOf("aaaaa"), VERDICT), false, "a verdict comes too late");
  assertEquals(table.close(idOf("aaaaa"), NOW), false);
  assertEquals(table.claimVerdicts(fixture.session, NOW), []);
  assertEquals([call("inbox"), call("inbox"), stateOf("ccccc")], ["bbbbb", undefined, "open"]);
});

Deno.test("PermissionTable.findCalled() finds no request for another call [permission.elsewhere]", () => {
  const preview = JSON.stringify({ chat_id: CHAT, text: "hi" });
  const cases: [string, string, string, readonly string[]][] = [
    ["mcp__webhook__reply", preview, "reply", ["chat_00000000002"]],
    ["mcp__webhook__reply", preview, "reply", [CHAT, "evt_00000000001"]],
    ["mcp__webhook__reply", "{}", "reply", [CHAT]],
    ["mcp__webhook__reply", preview, "inbox", []],
    ["reply", preview, "reply", [CHAT]],
    ["mcp__webhook_reply", preview, "reply", [CHAT]],
    ["mcp__webhook__reply__x", preview, "reply", [CHAT]],
    ["Bash", preview, "reply", [CHAT]],
  ];
  for (const [tool, preview, name, ids] of cases) {
    using fixture = createFixture();
    fixture.ask("abcde", tool, preview);
    const what = [tool, preview, name, ...ids].join(" ");
    assertEquals([fixture.call(name, ids), fixture.stateOf("abcde")], [undefined, "open"], what);
  }
  using fixture = createFixture();
  const { ask, call, other } = fixture;
  ask("abcde", "mcp__webhook__reply", preview);
  assertEquals(call("reply", [CHAT], NOW, other), undefined, "the call of another session");
  assertEquals(call("reply", [CHAT], NOW + 1000), undefined, "it has expired");
  assertEquals(call("reply", [CHAT]), "abcde");
});

Deno.test("PermissionTable closes what a session has asked when it ends [permission.elsewhere]", () => {
  using memory = new MemoryJournal();
  const { permissions, sessions } = memory.journal;
  const session = memory.startSession();
  permissions.open(REQUEST, session, NOW, NOW + 1000);
  assertEquals(permissions.find("abcde")[0]?.isClosed, false);
  sessions.markEnded(session, NOW);
  assertEquals(permissions.find("abcde")[0]?.isClosed, true);
  assertEquals(permissions.list(9)[0]?.isClosed, true);
});

Deno.test("PermissionTable.open() ends an open request of the same session with the same id, and no other [verdict.once]", () => {
  using fixture = createFixture();
  const { ask, other, table } = fixture;
  ask("abcde");
  ask("abcde", "Bash", "{}", other);
  ask("abcde");
  const states = table.find("abcde").map((row) => permissionStateOf(row, NOW));
  assertEquals(states, ["open", "open", "expired"]);
});
