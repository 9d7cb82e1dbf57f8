import { assertEquals, assertStringIncludes } from "@std/assert";
import { type AccessOptions, readAccessOptions } from "../../../lib/cli/access_options.ts";
import { show } from "../_texts.ts";
import { messageOf as formatMessage } from "./_message_of.ts";

const NONE = { id: undefined, label: undefined, stateDir: undefined };
const SPEAKER = { rights: ["speak"], chats: "own", port: 8788 } as const;
const APPROVER = { ...SPEAKER, rights: ["speak", "approve"] } as const;
const CHANGE = { port: 8788, stateDir: undefined };

function messageOf(args: readonly string[]): string {
  return formatMessage(readAccessOptions(args));
}

Deno.test("readAccessOptions() reads each command and its flags [cli.access]", () => {
  const list = { kind: "list", json: false, stateDir: undefined } as const;
  const log = { kind: "log", limit: 50, json: false, stateDir: undefined } as const;
  const pair = { kind: "pair", code: "K7MWQ2", ...NONE, ...SPEAKER } as const;
  const add = { kind: "add", ...NONE, id: "ci", ...SPEAKER, expiresMs: undefined, json: false };
  const cases: [string, AccessOptions][] = [
    ["", list],
    ["--json --state-dir /s", { ...list, json: true, stateDir: "/s" }],
    ["list", list],
    ["list --json", { ...list, json: true }],
    ["log", log],
    ["log --limit 7 --json --state-dir=/s", { ...log, limit: 7, json: true, stateDir: "/s" }],
    ["pair K7MWQ2", pair],
    [
      "pair K7MWQ2 --approve --id phone --label Phone --chats all --port 9000 --state-dir /s",
      {
        ...pair,
        ...APPROVER,
        id: "phone",
        label: "Phone",
        chats: "all",
        port: 9000,
        stateDir: "/s",
      },
    ],
    ["add ci", { ...add, kind: "add" }],
    [
      "add ci --approve --label Build --expires 90d --chats own --json --port=1 --state-dir /s",
      {
        ...add,
        ...APPROVER,
        kind: "add",
        label: "Build",
        expiresMs: 90 * 24 * 3_600_000,
        json: true,
        port: 1,
        stateDir: "/s",
      },
    ],
    ["remove ci", { kind: "remove", id: "ci", ...CHANGE }],
    ["token rotate ci --port 9000", { kind: "rotate", id: "ci", ...CHANGE, port: 9000 }],
    ["rights ci none", { kind: "rights", id: "ci", rights: [], ...CHANGE }],
    ["rights ci both", { kind: "rights", id: "ci", rights: ["speak", "approve"], ...CHANGE }],
    ["rights ci approve", { kind: "rights", id: "ci", rights: ["approve"], ...CHANGE }],
    [
      "rights ci approve speak --state-dir /s",
      { kind: "rights", id: "ci", rights: ["speak", "approve"], ...CHANGE, stateDir: "/s" },
    ],
    ["policy", { kind: "policy", policy: undefined, ...CHANGE }],
    ["policy --state-dir /s", { kind: "policy", policy: undefined, ...CHANGE, stateDir: "/s" }],
    ["--state-dir /s policy pairing", {
      kind: "policy",
      policy: "pairing",
      ...CHANGE,
      stateDir: "/s",
    }],
    ["--port 9000 token rotate ci", { kind: "rotate", id: "ci", ...CHANGE, port: 9000 }],
    ["policy pairing", { kind: "policy", policy: "pairing", ...CHANGE }],
    ["policy allowlist", { kind: "policy", policy: "allowlist", ...CHANGE }],
    ["policy disabled --port 1", { kind: "policy", policy: "disabled", ...CHANGE, port: 1 }],
    ["restore", { kind: "restore", ...CHANGE }],
  ];
  for (const [line, options] of cases) {
    assertEquals(
      readAccessOptions(line.split(" ").filter(Boolean)),
      { ok: true, value: options },
      line,
    );
  }
});

Deno.test("readAccessOptions() says what is wrong, and what is allowed [cli.access]", () => {
  const commands =
    "expected one of list, pair, add, remove, rights, policy, token rotate, restore, log";
  const cases: [string[], string][] = [
    [["dance"], `Unknown command "access dance": ${commands}`],
    [[""], `Unknown command "access ": ${commands}`],
    [["token"], `Unknown command "access token": ${commands}`],
    [["token", "--json"], `Unknown command "access token": ${commands}`],
    [["token", "renew", "ci"], `Unknown command "access token renew": ${commands}`],
    [["rotate", "ci"], 'Unknown command "access rotate"'],
    [["toString"], 'Unknown command "access toString"'],
    [["pair"], "The code that a device shows is missing: expected access pair <code>"],
    [["add", "--json"], "The id of a sender is missing: expected access add <id>"],
    [["remove"], "The id of a sender is missing: expected access remove <id>"],
    [["rights"], "The id of a sender is missing: expected access rights <id> <rights>"],
    [["token", "rotate"], "expected access token rotate <id>"],
    [["rights", "ci"], "A right is missing: expected access rights <id> <rights>"],
    [["rights", "ci", ""], 'Invalid rights "": expected speak, approve, both or none'],
    [["rights", "ci", "Speak"], 'Invalid rights "Speak": expected speak'],
    [["rights", "ci", "none", "speak"], 'Invalid rights "none speak"'],
    [["rights", "ci", "both", "speak"], 'Invalid rights "both speak"'],
    [["rights", "ci", "speak", "admin"], 'Invalid rights "speak admin"'],
    [["policy", "open"], 'Invalid policy "open": expected one of pairing, allowlist, disabled'],
    [["policy", "allow-list"], 'Invalid policy "allow-list": did you mean "allowlist"?'],
    [["pair", "K7M", "WQ2"], 'Unknown argument "WQ2"'],
    [["pair", "K7MWQ2", "--expires", "1d"], 'Unknown flag "--expires"'],
    [["remove", "ci", "--json"], 'Unknown flag "--json": allowed flags are --port, --state-dir'],
    [["list", "ci"], 'Unknown argument "ci"'],
    [["restore", "now"], 'Unknown argument "now"'],
    [["add", "ci", "--chats", "some"], 'Invalid value "some" for --chats: expected own or all'],
    [["pair", "K7MWQ2", "--chats="], 'Invalid value "" for --chats'],
    [["add", "a b"], 'Invalid id "a b": expected 1 to 64 letters, digits or "._@-"'],
    [["add", "ci", "--label", ""], 'Invalid value "" for --label: expected 1 to 64 characters'],
    [["pair", "K7MWQ2", "--label="], 'Invalid value "" for --label'],
    [["pair", "K7MWQ2", "--id", "a b"], 'Invalid value "a b" for --id: expected 1 to 64 letters'],
    [["add", "ci", "--state-dir", "${HOME}/x"], 'Invalid value "${HOME}/x" for --state-dir'],
    [["add", "ci", "--expires", "4000d"], 'for --expires: expected a duration such as "10m"'],
    [["add", "ci", "--expires", "4000d"], ", at most 3650d"],
    [["add", "ci", "--expires", "soon"], 'Invalid value "soon" for --expires: expected a duration'],
    [["add", "ci", "--port", "0"], 'Invalid value "0" for --port'],
    [["pair", "K7MWQ2", "--port", "x"], 'Invalid value "x" for --port'],
    [["restore", "--port", "65536"], 'Invalid value "65536" for --port'],
    [["log", "--limit", "0"], 'Invalid value "0" for --limit: expected a whole number from 1'],
    [["log", "--limit", "1001"], 'Invalid value "1001" for --limit'],
  ];
  for (const [args, part] of cases) assertStringIncludes(messageOf(args), part, show(args));
});
