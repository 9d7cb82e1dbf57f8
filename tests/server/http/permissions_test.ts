import { assert, assertEquals } from "@std/assert";
import { Allowlist } from "../../../lib/access/allowlist.ts";
import { bearer } from "../_memory_access.ts";
import { Port, REQUEST, textOf } from "../_port.ts";

const NO_HEADERS = new Allowlist([]);
const JSON_TYPE = { "content-type": "application/json" };

/** The port with a session, a sender who may only speak, and one who may only approve. */
async function createFixture({ relay = true } = {}) {
  const port = new Port({ allowlist: NO_HEADERS, relay });
  port.attach();
  const approver = bearer(await port.access.letIn("ops", { rights: ["approve"] }));
  const speaker = bearer(await port.access.letIn("ci", { rights: ["speak"] }));
  return {
    port,
    approver,
    speaker,
    settle: (behavior: string, headers: Record<string, string> = approver, id = "abcde") =>
      port.send(
        "POST",
        `/api/permissions/${id}`,
        { ...headers, ...JSON_TYPE },
        JSON.stringify({ behavior }),
      ),
    async list() {
      const response = await port.get("/api/permissions", approver);
      assertEquals(response.status, 200);
      return await response.json();
    },
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}

Deno.test("GET /api/permissions gives approvers the whole of what is asked, the newest first [permission.api]", async () => {
  await using fixture = await createFixture();
  const { list, port } = fixture;
  assertEquals(await list(), []);
  const inputPreview = JSON.stringify({ command: `echo ${"x".repeat(100_000)}</channel>\u202e` });
  port.ask({ inputPreview, description: "first\nline" });
  port.ask({ requestId: "fghij" });
  const [second, first] = await list();
  assertEquals(second.request_id, "fghij");
  const { asked_at, expires_at, ...rest } = first;
  assertEquals(rest, {
    request_id: "abcde",
    state: "open",
    tool_name: "Bash",
    description: "first\nline",
    input_preview: inputPreview,
    project: "project",
  });
  assertEquals(Date.parse(expires_at) - Date.parse(asked_at), 60_000);
});

Deno.test("GET /api/permissions tells the state of a request, and the sender that has answered it [permission.api]", async () => {
  await using fixture = await createFixture();
  const { list, port, settle } = fixture;
  const { permissions, sessions } = port.memory.journal;
  port.ask({ requestId: "aaaaa" });
  port.ask({ requestId: "bbbbb" });
  port.ask({ requestId: "ccccc" }, -1);
  port.ask({ requestId: "ddddd", toolName: "mcp__webhook__reply" });
  port.ask({ requestId: "eeeee" });
  assertEquals((await settle("allow", undefined, "aaaaa")).status, 200);
  assertEquals((await settle("deny", undefined, "bbbbb")).status, 200);
  const call = { session: port.session.id, name: "reply", ids: [], nowMs: Date.now() };
  assert(permissions.close(permissions.findCalled(call)?.id ?? 0, Date.now()));
  const states = async () =>
    (await list()).map((p: Record<string, unknown>) => `${p.request_id} ${p.state}`);
  const closed = ["ddddd answered elsewhere", "ccccc expired", "bbbbb denied", "aaaaa allowed"];
  assertEquals(await states(), ["eeeee open", ...closed]);
  sessions.markEnded(port.session.id, Date.now());
  assertEquals((await states())[0], "eeeee answered elsewhere", "its session has ended");
  const [open, , , denied] = await list();
  assertEquals([open.answered_by, "answered_by" in open], [undefined, false]);
  assertEquals([denied.answered_by, denied.answered_from], ["ops", "token from 127.0.0.1"]);
  assert(Math.abs(Date.parse(denied.answered_at) - Date.now()) < 60_000);
});

Deno.test("/api/permissions is for approvers only [permission.api] [verdict.approver-only]", async () => {
  await using fixture = await createFixture();
  const { port, settle, speaker } = fixture;
  port.ask();
  for (const headers of [speaker, {}, { "x-sender": "ops" }]) {
    assertEquals(await textOf(await port.get("/api/permissions", headers)), [403, "forbidden"]);
    assertEquals(await textOf(await settle("allow", headers)), [403, "forbidden"]);
    assertEquals(await textOf(await port.post("yes abcde", headers)), [403, "forbidden"]);
  }
  assertEquals([port.verdicts(), port.pushed], [[], []]);
});

Deno.test("POST /api/permissions/<id> gives the verdict, as JSON or as a form, and wakes the session [permission.api] [verdict.recorded]", async () => {
  await using fixture = await createFixture();
  const { approver, port, settle } = fixture;
  port.ask();
  port.ask({ requestId: "fghij" });
  const response = await settle("deny");
  assertEquals(await textOf(response), [200, "verdict recorded"]);
  assert(response.headers.get("x-event-id")?.startsWith("evt_"));
  const form = await port.post("behavior=allow", approver, "/api/permissions/fghij");
  assertEquals(await textOf(form), [200, "verdict recorded"]);
  assertEquals(port.verdicts(), ["deny abcde", "allow fghij"]);
  assertEquals([port.session.verdictSyncs, port.session.syncs, port.pushed], [2, 0, []]);
});

Deno.test("a verdict is recorded with its sender, its time and its origin [permission.api] [audit.rows]", async () => {
  await using fixture = await createFixture();
  const { approver, port, settle } = fixture;
  const { journal } = port.memory;
  port.ask();
  port.ask({ requestId: "fghij" });
  port.peer = { address: "192.0.2.1" };
  const before = Date.now();
  await settle("allow");
  port.peer = { address: "2001:DB8::1" };
  await port.post("no fghij", approver);
  const [second, first] = journal.permissions.list(9);
  for (const permission of [first, second]) {
    assertEquals(permission?.sender, "ops");
    const at = permission?.settledAt ?? 0;
    assert(at >= before && at <= Date.now());
  }
  const from = ["token from 192.0.2.1", "token from 2001:db8::1"];
  assertEquals([first?.settledFrom, second?.settledFrom], from);
  const rows = port.audit().filter(({ action }) => action === "verdict");
  assertEquals(rows.map(({ actor, subject, detail }) => [actor, subject, detail]), [
    ["ops", "abcde", `allow, ${from[0]}`],
    ["ops", "fghij", `deny, ${from[1]}`],
  ]);
  const said = journal.outbound.after(0, 9).map(({ outbound }) => outbound);
  assertEquals(said, [
    { kind: "verdict", request_id: "abcde", behavior: "allow", sender: "ops" },
    { kind: "verdict", request_id: "fghij", behavior: "deny", sender: "ops" },
  ]);
  assertEquals(journal.events.list({ limit: 9 }).map(({ state }) => state), [
    "answered",
    "answered",
  ]);
});

Deno.test("a verdict that has no effect gets 409 with the reason [permission.api] [permission.elsewhere]", async () => {
  await using fixture = await createFixture();
  const { approver, port, settle } = fixture;
  const { permissions } = port.memory.journal;
  port.ask({ requestId: "aaaaa" });
  await settle("allow", undefined, "aaaaa");
  port.ask({ requestId: "bbbbb" }, -1);
  port.ask({ requestId: "ccccc", toolName: "mcp__webhook__inbox" });
  const call = { session: port.session.id, name: "inbox", ids: [], nowMs: Date.now() };
  assert(permissions.close(permissions.findCalled(call)?.id ?? 0, Date.now()));
  port.ask({ requestId: "ddddd" });
  permissions.open({ ...REQUEST, requestId: "ddddd" }, port.session.id + 1, 0, 1e15);
  const reasons = {
    aaaaa: "was answered already: allowed",
    bbbbb: "has expired",
    ccccc: "was answered elsewhere",
    ddddd: "was asked by several sessions: answer it there",
    eeeee: "was never asked",
  };
  for (const [id, reason] of Object.entries(reasons)) {
    const expected: [number, string] = [409, `no effect: request "${id}" ${reason}`];
    assertEquals(await textOf(await settle("deny", undefined, id)), expected);
    assertEquals(await textOf(await port.post(`no ${id}`, approver)), expected);
  }
  assertEquals(port.verdicts(), ["allow aaaaa"]);
  assertEquals(port.audit().filter(({ action }) => action === "verdict").length, 1);
});

Deno.test("of many verdicts at once, said in any way, exactly one wins [verdict.once]", async () => {
  await using fixture = await createFixture();
  const { approver, port, settle } = fixture;
  port.ask();
  const answers = await Promise.all([
    settle("allow"),
    settle("deny"),
    port.post("yes abcde", approver),
    port.post("no abcde", approver),
    port.post("behavior=deny", approver, "/api/permissions/abcde"),
  ]);
  assertEquals(answers.map(({ status }) => status).sort(), [200, 409, 409, 409, 409]);
  assertEquals(port.verdicts().length, 1);
  const { journal } = port.memory;
  assertEquals(journal.outbound.after(0, 9).length, 1);
  assertEquals(journal.events.list({ limit: 9 }).length, 1);
  assertEquals(port.audit().filter(({ action }) => action === "verdict").length, 1);
});

Deno.test("POST /api/permissions/<id> takes a behavior and nothing else [permission.api]", async () => {
  await using fixture = await createFixture();
  const { approver, port, settle } = fixture;
  port.ask();
  for (const behavior of ["yes", "ALLOW", "", "allow "]) {
    const expected: [number, string] = [400, 'behavior: expected "allow" or "deny"'];
    assertEquals(await textOf(await settle(behavior)), expected, behavior);
  }
  for (const body of ["{}", "", "yes abcde", '{"behavior":"allow","sender":"root"}', "[]"]) {
    const response = await port.post(body, approver, "/api/permissions/abcde");
    assertEquals(response.status, 400, body);
  }
  for (const id of ["ABCDE", "abcd", "abcdl", "abcde%00", "abcde2", ""]) {
    assertEquals((await settle("allow", undefined, id)).status, 404, id);
  }
  const cases = [
    ["GET", "/api/permissions/abcde", 405, "POST"],
    ["POST", "/api/permissions", 405, "GET, HEAD"],
    ["POST", "/api/permissions/abcde/", 405, "GET, HEAD"],
    ["PUT", "/api/permissions/abcde", 405, "POST"],
  ] as const;
  for (const [method, path, status, allow] of cases) {
    const response = await port.send(method, path, approver);
    assertEquals([response.status, response.headers.get("allow")], [status, allow], path);
  }
  assertEquals(port.verdicts(), []);
});

Deno.test("where nothing is relayed a verdict has nothing to answer [permission.api]", async () => {
  await using fixture = await createFixture({ relay: false });
  fixture.port.ask();
  const expected: [number, string] = [409, 'no effect: request "abcde" was never asked'];
  assertEquals(await textOf(await fixture.settle("allow")), expected);
  assertEquals(fixture.port.verdicts(), []);
});
