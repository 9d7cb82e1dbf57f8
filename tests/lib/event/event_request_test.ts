import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  type EventHeaders,
  type EventRequest,
  readEventRequest,
} from "../../../lib/event/event_request.ts";
import { parseRequestTarget } from "../../../lib/http/parse_request_target.ts";
import { sanitizeMeta } from "../../../lib/event/sanitize_meta.ts";
import { anyString, hostileText, show } from "../_texts.ts";

type Accepted = Extract<EventRequest, { ok: true }>;

const NO_HEADERS: EventHeaders = { session: null, delivery: null };

function read(url: string, headers: Partial<EventHeaders> = {}): EventRequest {
  const target = parseRequestTarget(`http://localhost:8788${url}`);
  return readEventRequest("dev", target, { ...NO_HEADERS, ...headers });
}

function accept(url: string, headers: Partial<EventHeaders> = {}): Accepted {
  const request = read(url, headers);
  assert(request.ok, url);
  return request;
}

Deno.test("readEventRequest() reads nothing but sender and path out of a bare request", () => {
  assertEquals(read("/"), {
    ok: true,
    target: undefined,
    repository: undefined,
    delivery: undefined,
    meta: { sender: "dev", path: "/" },
    changes: [],
  });
});

Deno.test("readEventRequest() takes the session from the query before the header", () => {
  const cases: [string, string | null, string | undefined][] = [
    ["/", null, undefined],
    ["/?session=app", null, "app"],
    ["/", "web", "web"],
    ["/?session=app", "web", "app"],
    ["/?session=app&session=api", "web", "app"],
    ["/?session=a%20b%2Fc", null, "a b/c"],
    // A name that is given and empty means none, and not the header's.
    ["/?session=", null, undefined],
    ["/?session", "web", undefined],
    ["/", "", undefined],
    ["/?Session=app", null, undefined],
  ];
  for (const [url, session, target] of cases) {
    assertEquals(accept(url, { session }).target, target, show([url, session]));
  }
});

Deno.test("readEventRequest() makes no attribute of the session's name and says nothing of it", () => {
  for (const url of ["/ci?session=app&run=1", "/ci?session=&run=1", "/ci?run=1"]) {
    const { meta, changes } = accept(url, { session: "web" });
    assertEquals(meta, { run: "1", sender: "dev", path: "/ci" }, url);
    assertEquals(changes, [], url);
  }
});

Deno.test("readEventRequest() takes the delivery id of the header, an empty one for none", () => {
  assertEquals(accept("/", { delivery: "d-1" }).delivery, "d-1");
  assertEquals(accept("/", { delivery: "" }).delivery, undefined);
  assertEquals(accept("/?delivery=d-1").delivery, undefined);
});

Deno.test("readEventRequest() refuses a session's name or a delivery id over 255 characters", () => {
  const [most, more] = ["n".repeat(255), "n".repeat(256)];
  assertEquals(accept(`/?session=${most}`).target, most);
  assertEquals(accept("/", { session: most, delivery: most }).delivery, most);
  const session = {
    ok: false,
    message: "the session's name is longer than 255 characters",
  } as const;
  const delivery = { ok: false, message: "the delivery id is longer than 255 characters" } as const;
  assertEquals(read(`/?session=${more}`), session);
  assertEquals(read("/", { session: more }), session);
  assertEquals(read("/", { delivery: more }), delivery);
  assertEquals(read("/", { session: more, delivery: more }), session);
  // The header's name is not asked for where the query has one.
  assertEquals(accept("/?session=app", { session: more }).target, "app");
});

Deno.test("readEventRequest() takes a repository of the shape owner/name for an address as well", () => {
  const shaped = ["o/r", "Owner/Repo.js", "a-b/c_d", "group/sub/group/name", "1/2/3/4/5/6/7/8/9"];
  const most = `o/${"r".repeat(253)}`;
  for (const repository of [...shaped, most]) {
    const request = accept(`/?repository=${encodeURIComponent(repository)}`);
    assertEquals(request.repository, repository);
    assertEquals(request.meta.repository, repository);
  }
});

Deno.test("readEventRequest() takes any other repository for an attribute and no address", () => {
  const others = [
    "",
    "name",
    "/name",
    "owner/",
    "owner//name",
    "owner/na me",
    "owner/name\n",
    "https://example.com/o/r",
    "öwner/name",
    "1/2/3/4/5/6/7/8/9/10",
    `o/${"r".repeat(254)}`,
    `${"o/".repeat(100_000)}r`,
  ];
  for (const repository of others) {
    const request = accept(`/?repository=${encodeURIComponent(repository)}`);
    assertEquals(request.repository, undefined, show(repository.slice(0, 40)));
    assertEquals(typeof request.meta.repository, "string");
  }
  assertEquals(accept("/?Repository=o/r").repository, undefined);
});

Deno.test("readEventRequest() sanitizes the attributes and reports what was changed", () => {
  const { meta, changes } = accept(
    "/ci?Sender=forged&run-id=7&note=a%0Ab&source=me&severity=high&session=app",
  );
  assertEquals(meta, { run_id: "7", note: "a b", severity: "high", sender: "dev", path: "/ci" });
  assertEquals(changes, [
    { key: "Sender", action: "dropped", detail: "reserved" },
    { key: "source", action: "dropped", detail: "reserved" },
    { key: "run-id", action: "renamed", detail: "run_id" },
    { key: "note", action: "cleaned", detail: "value" },
  ]);
});

Deno.test("readEventRequest() reads any request, and keeps what it carries within bounds", () => {
  const text = fc.oneof(hostileText, anyString(400), fc.constantFrom("", "o/r", "app"));
  const key = fc.oneof(fc.constantFrom("session", "repository", "sender", "__proto__"), text);
  const query = fc.dictionary(key, text, { maxKeys: 40 });
  const header = fc.option(text);
  const headers = fc.record({ session: header, delivery: header });
  fc.assert(
    fc.property(query, headers, hostileText, (query, headers, rest) => {
      const path = `/${rest}`;
      const request = readEventRequest("dev", { path, query }, headers);
      if (!request.ok) {
        assert(
          /^the (?:session's name|delivery id) is longer than 255 characters$/.test(
            request.message,
          ),
        );
        return;
      }
      for (const name of [request.target, request.repository, request.delivery]) {
        assert(name === undefined || name.length > 0 && name.length <= 255);
      }
      assertEquals(request.meta.sender, "dev");
      assertEquals(sanitizeMeta(request.meta), { meta: request.meta, changes: [] });
      assertLessOrEqual(Object.keys(request.meta).length, 28);
    }),
    { numRuns: 300 },
  );
});
