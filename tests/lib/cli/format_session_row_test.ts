import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatSessionRow,
  type ListedSession,
  SESSION_HEADER,
  toSessionJson,
} from "../../../lib/cli/format_session_row.ts";
import { STORED_AT } from "../_events.ts";
import { hostileText } from "../_texts.ts";

const SESSION: ListedSession = {
  id: 3,
  key: "1a2b3c4d-0000-4000-8000-000000000000",
  project: "web-app",
  repository: "acme/web-app",
  pid: 4242,
  startedAt: STORED_AT,
  activeAt: STORED_AT + 60_000,
  isDeaf: false,
  endedAt: null,
};

Deno.test("formatSessionRow() shows a session in one line", () => {
  assertEquals(formatSessionRow(SESSION, STORED_AT + 120_000), [
    "1a2b3c4d",
    "web-app",
    "acme/web-app",
    "4242",
    "2 min",
    "1 min",
    "no",
    "-",
  ]);
  const ended = { ...SESSION, repository: undefined, isDeaf: true, endedAt: STORED_AT + 60_000 };
  assertEquals(formatSessionRow(ended, STORED_AT + 3_660_000).slice(2), [
    "-",
    "4242",
    "1 h",
    "1 h",
    "yes",
    "1 h",
  ]);
  assertEquals(formatSessionRow(SESSION, STORED_AT).length, SESSION_HEADER.length);
});

Deno.test("formatSessionRow() lets nothing through that moves a terminal's cursor", () => {
  fc.assert(fc.property(hostileText, hostileText, hostileText, (key, project, repository) => {
    const cells = formatSessionRow({ ...SESSION, key, project, repository }, STORED_AT);
    assertEquals(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u.exec(cells.join("|")), null);
  }));
});

Deno.test("toSessionJson() tells the process and the end of a session as well", () => {
  const expected = {
    session: SESSION.key,
    project: "web-app",
    repository: "acme/web-app",
    started_at: "2026-11-21T04:00:00.000Z",
    active_at: "2026-11-21T04:01:00.000Z",
    deaf: false,
    pid: 4242,
    ended_at: null,
  };
  assertEquals(toSessionJson(SESSION), expected);
  assertEquals(
    toSessionJson({ ...SESSION, endedAt: STORED_AT }).ended_at,
    "2026-11-21T04:00:00.000Z",
  );
});
