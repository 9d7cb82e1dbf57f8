import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatSessionName,
  type OpenSession,
  type Route,
  routeEvent,
} from "../../../lib/session/route_event.ts";
import { anyCase, show } from "../_texts.ts";

function sessionOf(id: number, fields: Partial<OpenSession> = {}): OpenSession {
  return {
    id,
    key: `key-${id}-of-a-session`,
    project: `project-${id}`,
    activeAt: 1000,
    isDeaf: false,
    ...fields,
  };
}

/** A route as the ids of its sessions. */
function idsOf(route: Route): readonly number[] | number | "none" {
  if (route.kind === "none") return "none";
  return route.kind === "session" ? route.session.id : route.candidates.map(({ id }) => id);
}

const PROJECTS = ["app", "App", "APP", "web", "deadbeef", ""];
const KEYS = ["deadbeef-0001", "deadbeef-0002", "DEADBEEF-0001", "0a1b2c3d", "app", ""];
const REPOSITORIES = ["o/app", "O/App", "o/web", "other/app"];

const NAMES = [...PROJECTS, ...KEYS, "dead", "dea", "DeadBeef", "0a1b", "unknown"];

const sessions: fc.Arbitrary<OpenSession[]> = fc.uniqueArray(
  fc.record({
    id: fc.nat(50),
    key: fc.constantFrom(...KEYS),
    project: fc.constantFrom(...PROJECTS),
    repository: fc.option(fc.constantFrom(...REPOSITORIES), { nil: undefined }),
    activeAt: fc.nat(3),
    isDeaf: fc.boolean(),
  }),
  { selector: ({ id }) => id, maxLength: 6 },
);

const maybeName = fc.option(fc.constantFrom(...NAMES), { nil: undefined });

const address = fc.record({
  session: maybeName,
  repository: fc.option(fc.constantFrom(...REPOSITORIES, "o/none"), { nil: undefined }),
});

/** Returns whether a name means a session, where there is no other. */
function matchesName(session: OpenSession, name: string): boolean {
  return routeEvent({ session: name }, [session]).kind === "session";
}

Deno.test("routeEvent() takes a project in any case and a beginning of the key [route.explicit]", () => {
  const session = sessionOf(1, { key: "DeadBeef-0001", project: "My-App" });
  const matching = [
    "My-App",
    "my-app",
    "MY-APP",
    "Dead",
    "dead",
    "DEADBEEF",
    "deadbeef-0001",
  ];
  for (const name of matching) assert(matchesName(session, name), show(name));
  const others = [
    "",
    "my-ap",
    "my-app ",
    " my-app",
    "my-app2",
    "my_app",
    "My-Аpp",
    "dea",
    "eadb",
    "beef",
    "deadbeef-00012",
    "0001",
    "*",
    ".*",
  ];
  for (const name of others) assertEquals(matchesName(session, name), false, show(name));
});

Deno.test("routeEvent() takes a key as short as four characters and a name no shorter [route.explicit]", () => {
  const session = sessionOf(1, { key: "abcd" });
  assertEquals(["", "a", "ab", "abc", "abcd", "abcde"].map((name) => matchesName(session, name)), [
    false,
    false,
    false,
    false,
    true,
    false,
  ]);
});

Deno.test("routeEvent() means the same by a name in any case [route.explicit]", () => {
  const named = fc.constantFrom("my-app", "deadbeef", "dead").chain(anyCase);
  const session = sessionOf(1, { key: "deadbeef-0001", project: "My-App" });
  fc.assert(fc.property(named, (name) => assert(matchesName(session, name))));
});

Deno.test("routeEvent() routes to none when no session is open [route.order]", () => {
  assertEquals(routeEvent({}, []), { kind: "none" });
  assertEquals(routeEvent({ session: "app" }, []), { kind: "none" });
  assertEquals(routeEvent({ repository: "o/app" }, [], "app"), { kind: "none" });
});

Deno.test("routeEvent() tries name, repository, only one, default and activity in order [route.order]", () => {
  const app = sessionOf(1, { project: "app", repository: "o/app", activeAt: 1 });
  const web = sessionOf(2, { project: "web", repository: "o/web", activeAt: 2 });
  const api = sessionOf(3, { project: "api", activeAt: 3 });
  const all = [app, web, api];
  assertEquals(idsOf(routeEvent({ session: "app", repository: "o/web" }, all, "api")), 1);
  assertEquals(idsOf(routeEvent({ repository: "o/app" }, all, "web")), 1);
  assertEquals(idsOf(routeEvent({ repository: "O/APP" }, all, "web")), 1);
  assertEquals(idsOf(routeEvent({ repository: "o/none" }, all, "web")), 2);
  assertEquals(idsOf(routeEvent({}, all, "web")), 2);
  assertEquals(idsOf(routeEvent({}, all, "unknown")), 3);
  assertEquals(idsOf(routeEvent({}, all)), 3);
  assertEquals(idsOf(routeEvent({ repository: "o/none" }, [app])), 1);
  assertEquals(idsOf(routeEvent({ repository: "o/none" }, [app], "web")), 1);
});

Deno.test("routeEvent() prefers the exact name, then another case, then the key [route.explicit]", () => {
  const exact = sessionOf(1, { project: "Work" });
  const otherCase = sessionOf(2, { project: "work", activeAt: 5000 });
  const byKey = sessionOf(3, { key: "WORK-1234", activeAt: 9000 });
  assertEquals(idsOf(routeEvent({ session: "Work" }, [byKey, otherCase, exact])), 1);
  assertEquals(idsOf(routeEvent({ session: "Work" }, [byKey, otherCase])), 2);
  assertEquals(idsOf(routeEvent({ session: "Work" }, [byKey])), 3);
  assertEquals(idsOf(routeEvent({ session: "WORK" }, [byKey, otherCase, exact])), [2, 1]);
});

Deno.test("routeEvent() lets a named event wait rather than go to another [route.explicit]", () => {
  const app = sessionOf(1, { project: "app", repository: "o/app" });
  const web = sessionOf(2, { project: "web", repository: "o/web" });
  for (const name of ["unknown", "", "ap", "app ", "key", "o/app"]) {
    const address = { session: name, repository: "o/app" };
    assertEquals(routeEvent(address, [app], "app"), { kind: "none" }, show(name));
    assertEquals(routeEvent(address, [app, web], "app"), { kind: "none" }, show(name));
  }
});

Deno.test("routeEvent() names all candidates when a name means several [route.explicit]", () => {
  const sessions = [
    sessionOf(1, { project: "app", activeAt: 2000 }),
    sessionOf(2, { project: "app", activeAt: 1000 }),
    sessionOf(3, { project: "app", activeAt: 3000, isDeaf: true }),
    sessionOf(4, { project: "app", activeAt: 2000 }),
    sessionOf(5, { project: "web", activeAt: 9000 }),
  ];
  const route = routeEvent({ session: "app" }, sessions);
  assertEquals(route.kind, "ambiguous");
  assertEquals(idsOf(route), [3, 4, 1, 2]);
});

Deno.test("routeEvent() takes the most active of one session's sub-agents [route.explicit]", () => {
  const key = "deadbeef-0001";
  const sessions = [
    sessionOf(1, { key, project: "app", activeAt: 1000 }),
    sessionOf(2, { key, project: "app", activeAt: 2000, isDeaf: true }),
    sessionOf(3, { key, project: "app", activeAt: 1500 }),
  ];
  assertEquals(idsOf(routeEvent({ session: "app" }, sessions)), 2);
  assertEquals(idsOf(routeEvent({ session: "deadbeef" }, sessions)), 2);
  const other = sessionOf(4, { key: "deadbeef-0002", project: "app", activeAt: 1700 });
  assertEquals(idsOf(routeEvent({ session: "app" }, [...sessions, other])), [2, 4, 3, 1]);
});

Deno.test("routeEvent() takes the most active of several with the repository [route.order]", () => {
  const sessions = [
    sessionOf(1, { repository: "o/app", activeAt: 1000 }),
    sessionOf(2, { repository: "O/App", activeAt: 2000 }),
    sessionOf(3, { repository: "o/app", activeAt: 3000, isDeaf: true }),
    sessionOf(4, { repository: "o/web", activeAt: 4000 }),
    sessionOf(5, { activeAt: 5000 }),
  ];
  assertEquals(idsOf(routeEvent({ repository: "o/app" }, sessions)), 2);
  const deaf = sessions.filter(({ id }) => id > 2);
  assertEquals(idsOf(routeEvent({ repository: "o/app" }, deaf)), 3);
});

Deno.test("routeEvent() takes the only session that is not deaf for the only one [route.order]", () => {
  const deaf = sessionOf(1, { project: "app", activeAt: 9000, isDeaf: true });
  const hearing = sessionOf(2, { project: "web", activeAt: 1 });
  assertEquals(idsOf(routeEvent({}, [deaf, hearing], "app")), 2);
  assertEquals(idsOf(routeEvent({}, [deaf, hearing, sessionOf(3, { activeAt: 2 })], "app")), 1);
  assertEquals(idsOf(routeEvent({}, [deaf])), 1);
});

Deno.test("routeEvent() matches the default like a name and takes the most active [route.order]", () => {
  const sessions = [
    sessionOf(1, { key: "deadbeef-0001", project: "App", activeAt: 1000 }),
    sessionOf(2, { key: "deadbeef-0002", project: "app", activeAt: 2000 }),
    sessionOf(3, { key: "deadbeef-0003", project: "app", activeAt: 3000, isDeaf: true }),
    sessionOf(4, { activeAt: 9000 }),
  ];
  assertEquals(idsOf(routeEvent({}, sessions, "App")), 1);
  assertEquals(idsOf(routeEvent({}, sessions, "app")), 2);
  assertEquals(idsOf(routeEvent({}, sessions, "APP")), 2);
  assertEquals(idsOf(routeEvent({}, sessions, "deadbeef")), 2);
  assertEquals(idsOf(routeEvent({}, sessions, "deadbeef-0001")), 1);
  assertEquals(idsOf(routeEvent({}, sessions, "dea")), 4);
  assertEquals(idsOf(routeEvent({}, sessions, "")), 4);
});

Deno.test("routeEvent() takes the most active session in the end, a deaf one last [route.order]", () => {
  const sessions = [
    sessionOf(1, { activeAt: 1000 }),
    sessionOf(3, { activeAt: 2000 }),
    sessionOf(2, { activeAt: 2000 }),
    sessionOf(4, { activeAt: 3000, isDeaf: true }),
    sessionOf(5, { activeAt: 2500, isDeaf: true }),
  ];
  assertEquals(idsOf(routeEvent({}, sessions)), 3);
  assertEquals(idsOf(routeEvent({}, sessions.filter(({ isDeaf }) => isDeaf))), 4);
});

Deno.test("routeEvent() looks at nothing of the only session when no name is given [route.order]", () => {
  const session = new Proxy(sessionOf(1), {
    get(_, property): never {
      throw new Error(`Read ${String(property)}`);
    },
  });
  const route = routeEvent({ repository: "o/app" }, Object.freeze([session]), "web");
  assert(route.kind === "session");
  assertStrictEquals(route.session, session);
});

Deno.test("routeEvent() always routes to sessions that were given [route.order]", () => {
  fc.assert(
    fc.property(address, sessions, maybeName, (address, sessions, defaultSession) => {
      const route = routeEvent(address, Object.freeze(sessions), defaultSession);
      if (route.kind === "session") assert(sessions.includes(route.session));
      if (route.kind !== "ambiguous") return;
      assert(route.candidates.length > 1);
      assertEquals(new Set(route.candidates).size, route.candidates.length);
      for (const candidate of route.candidates) assert(sessions.includes(candidate));
    }),
    { numRuns: 500 },
  );
});

Deno.test("routeEvent() does not care for the order of the sessions [route.order]", () => {
  const shuffled = sessions.chain((sessions) =>
    fc.tuple(
      fc.constant(sessions),
      fc.shuffledSubarray(sessions, { minLength: sessions.length, maxLength: sessions.length }),
    )
  );
  fc.assert(
    fc.property(address, shuffled, maybeName, (address, [sessions, others], defaultSession) => {
      assertEquals(
        routeEvent(address, others, defaultSession),
        routeEvent(address, sessions, defaultSession),
      );
    }),
    { numRuns: 500 },
  );
});

Deno.test("routeEvent() reaches by name what matches it, and something if anything does [route.explicit]", () => {
  const name = fc.constantFrom(...NAMES);
  fc.assert(
    fc.property(name, address, sessions, maybeName, (name, address, sessions, defaultSession) => {
      const route = routeEvent({ ...address, session: name }, sessions, defaultSession);
      const matching = sessions.filter((session) => matchesName(session, name));
      assertEquals(route.kind === "none", matching.length === 0, name);
      if (route.kind === "session") assert(matching.includes(route.session), name);
      if (route.kind !== "ambiguous") return;
      for (const candidate of route.candidates) assert(matching.includes(candidate), name);
      assert(new Set(route.candidates.map(({ key }) => key)).size > 1, name);
    }),
    { numRuns: 500 },
  );
});

Deno.test("routeEvent() finds a session for every event without a name if one is open [route.order]", () => {
  fc.assert(
    fc.property(address, sessions, maybeName, ({ repository }, sessions, defaultSession) => {
      const { kind } = routeEvent({ repository }, sessions, defaultSession);
      assertEquals(kind, sessions.length === 0 ? "none" : "session");
    }),
  );
});

Deno.test("routeEvent() goes to the repository's sessions whenever there are any [route.order]", () => {
  const repository = fc.constantFrom(...REPOSITORIES);
  fc.assert(
    fc.property(repository, sessions, maybeName, (repository, sessions, defaultSession) => {
      const route = routeEvent({ repository }, sessions, defaultSession);
      const own = sessions.filter((session) =>
        session.repository?.toLowerCase() === repository.toLowerCase()
      );
      if (own.length === 0) return;
      assert(route.kind === "session" && own.includes(route.session));
      assertEquals(route.session.isDeaf, own.every(({ isDeaf }) => isDeaf));
    }),
    { numRuns: 300 },
  );
});

Deno.test("formatSessionName() tells the project and a beginning of the key that names the session", () => {
  const session = sessionOf(1, { key: "deadbeef-0001", project: "My-App" });
  assertEquals(formatSessionName(session), "My-App (deadbeef)");
  assertEquals(formatSessionName({ ...session, key: "abcd" }), "My-App (abcd)");
  const [, key = ""] = /\((.*)\)$/.exec(formatSessionName(session)) ?? [];
  assert(matchesName(session, key), key);
});
