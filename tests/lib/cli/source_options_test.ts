import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { readSourceOptions, type SourceOptions } from "../../../lib/cli/source_options.ts";
import { PROVIDER_NAMES } from "../../../lib/sources/providers/kinds.ts";
import { messageOf as formatMessage } from "./_message_of.ts";

const ADD = {
  kind: "add",
  secretFrom: undefined,
  session: undefined,
  repository: undefined,
  port: 8788,
  stateDir: undefined,
} as const;
const TEST = {
  kind: "test",
  name: "ci",
  file: undefined,
  event: undefined,
  port: 8788,
  stateDir: undefined,
} as const;

function messageOf(line: string): string {
  return formatMessage(readSourceOptions(line.split(" ")));
}

Deno.test("readSourceOptions() reads each command and its flags [cli.source]", () => {
  const list = { kind: "list", json: false, stateDir: undefined } as const;
  const cases: [string, SourceOptions][] = [
    ["", list],
    ["--json", { ...list, json: true }],
    ["list --json --state-dir /s", { ...list, json: true, stateDir: "/s" }],
    ["add github", { ...ADD, sourceKind: "github", name: "github", path: "/github" }],
    ["add github --name ci", { ...ADD, sourceKind: "github", name: "ci", path: "/ci" }],
    [
      "add generic --name ci --path /hooks/ci --secret-from env:CI --session web " +
      "--repository acme/web --port 9000 --state-dir /s",
      {
        kind: "add",
        sourceKind: "generic",
        name: "ci",
        path: "/hooks/ci",
        secretFrom: "env:CI",
        session: "web",
        repository: "acme/web",
        port: 9000,
        stateDir: "/s",
      },
    ],
    ["remove ci", { kind: "remove", name: "ci", stateDir: undefined }],
    ["test ci", TEST],
    ["test ci -", { ...TEST, file: "-" }],
    ["test ci a.json --event push --port 1", { ...TEST, file: "a.json", event: "push", port: 1 }],
    ["test ci --state-dir /s", { ...TEST, stateDir: "/s" }],
    ["explain evt_1", { kind: "explain", id: "evt_1", stateDir: undefined }],
  ];
  for (const [line, options] of cases) {
    assertEquals(
      readSourceOptions(line.split(" ").filter(Boolean)),
      { ok: true, value: options },
      line,
    );
  }
  const spaced = ["test", "ci", "--event", "Pipeline Hook"];
  assertEquals(readSourceOptions(spaced), { ok: true, value: { ...TEST, event: spaced[3] } });
});

Deno.test("readSourceOptions() takes every kind, and names the one that was meant [cli.source]", () => {
  for (const kind of PROVIDER_NAMES) assert(readSourceOptions(["add", kind]).ok, kind);
  assertEquals(messageOf("add githb"), 'Invalid kind "githb": did you mean "github"?');
  assertStringIncludes(messageOf("add nagios"), 'Invalid kind "nagios": expected one of github, ');
  assertStringIncludes(messageOf("add form"), 'Invalid kind "form": ');
});

Deno.test("readSourceOptions() says what is wrong, and what is expected [cli.source]", () => {
  const cases: [string, string][] = [
    [
      "dance",
      'Unknown command "source dance": expected one of list, add, remove, test, explain',
    ],
    ["add", "The kind of a source is missing: expected source add <kind>"],
    ["remove", "The name of a source is missing: expected source remove <name>"],
    ["test", "The name of a source is missing: expected source test <name> [<file>]"],
    ["explain", "The id of an event is missing: expected source explain <event id>"],
    ["add github --name Git", 'Invalid value "Git" for --name: expected 1 to 32 of "a-z0-9_-"'],
    ["add github --name ../x", 'Invalid value "../x" for --name: expected 1 to 32'],
    [
      "add github --path hook",
      'Invalid value "hook" for --path: expected a path such as "/github"',
    ],
    ["add github --name events", 'Invalid value "/events" for --path: expected a path that the'],
    ["add github --port 0", 'Invalid value "0" for --port: expected a whole number from 1'],
    ["add github --session ", 'Invalid value "" for --session: expected the name of a session'],
    ["add github --repository foo", 'Invalid value "foo" for --repository: expected a repository'],
    [
      "add github --secret-from file:rel",
      "Invalid value for --secret-from: expected an absolute path",
    ],
    ["add github --secret-from env:A-B", "for --secret-from: expected the name of a variable"],
    ["test ci --event \t", 'Invalid value "\t" for --event: expected'],
    ["test ci a.json b.json", 'Unknown argument "b.json"'],
    ["remove ci --json", 'Unknown flag "--json": allowed flags are --state-dir'],
    ["list --port 1", 'Unknown flag "--port"'],
  ];
  for (const [line, message] of cases) assertStringIncludes(messageOf(line), message, line);
});

Deno.test("readSourceOptions() takes no secret on the command line, and repeats none [source.secrets]", () => {
  for (const secret of ["hunter2hunter2", "whsec_AQIDBAUG", "user:password", "ENV:A"]) {
    const message = messageOf(`add github --secret-from ${secret}`);
    assertStringIncludes(
      message,
      "Invalid value for --secret-from: expected env:NAME or file:/path",
    );
    assertFalse(message.includes(secret), message);
  }
});
