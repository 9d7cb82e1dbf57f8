/**
 * Attacks over the wire without credentials: a table of requests and the refusal that each gets.
 * `attacks_senders_test.ts` has those with credentials, `attacks_verdicts_test.ts` those by senders, and
 * `attacks_state_test.ts` those on files and flags.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type Attack, DEV, formatRequest, HOST, Target } from "./_attack.ts";

const EVIL = "evil.example";
const JSON_BODY = '{"behavior":"allow"}';
const CHUNKED = "Transfer-Encoding: chunked";
const UPGRADE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A post in the name of a sender that the process believes, under a name that is not its own. */
function withHost(name: string, host: string, status = 403): Attack {
  return { name: `Host: ${name}`, status, headers: [`Host: ${host}`, DEV], body: "hi" };
}

/** A post by a page. */
function byPage(name: string, headers: readonly string[]): Attack {
  return { name: `page: ${name}`, status: 403, headers: [HOST, DEV, ...headers], body: "a=b" };
}

/** A request that two readers may understand in two ways. */
function smuggled(name: string, headers: readonly string[], body = "hi"): Attack {
  return { name: `smuggling: ${name}`, status: 400, headers: [HOST, DEV, ...headers], body };
}

function reading(line: string, status: number, headers: readonly string[] = []): Attack {
  return { name: line, line: `GET ${line}`, status, headers: [HOST, DEV, ...headers] };
}

const HOSTS: readonly Attack[] = [
  withHost("another name", EVIL),
  withHost("another name with the port", `${EVIL}:8788`),
  withHost("another name in upper case", "EVIL.EXAMPLE"),
  withHost("another name with a dot at the end", `${EVIL}.`),
  withHost("its own with a dot at the end", "localhost."),
  withHost("IPv6 of another machine", "[2001:db8::1]:8788"),
  withHost("the unspecified address", "0.0.0.0"),
  withHost("its own as a label", "localhost.evil"),
  withHost("its own address as a label", "127.0.0.1.evil"),
  withHost("its own as user info", "localhost@evil"),
  withHost("user info before its own", "evil@localhost"),
  withHost("user info with a password", "localhost:80@evil"),
  withHost("a space within", "local host"),
  withHost("a list", `localhost, ${EVIL}`),
  withHost("a port that there is not", "localhost:99999"),
  withHost("a port that is no number", "localhost:80a"),
  withHost("a path", "localhost/evil"),
  withHost("empty", ""),
  withHost("another spelling of the address", "2130706433"),
  withHost("bytes that are no text", "localhost\xff"),
  withHost("a line feed in front", "\r\n localhost", 400),
  { name: "Host: missing", status: 403, headers: [DEV], body: "hi" },
  { name: "Host: two", status: 400, headers: [HOST, `Host: ${EVIL}`, DEV], body: "hi" },
  {
    name: "Host: another beside X-Forwarded-Host",
    status: 403,
    headers: [`Host: ${EVIL}`, "X-Forwarded-Host: localhost", "Forwarded: host=localhost", DEV],
    body: "hi",
  },
];

const PAGES: readonly Attack[] = [
  byPage("of nowhere", ["Origin: null"]),
  byPage("of another site", [`Origin: http://${EVIL}`]),
  byPage("of another port", ["Origin: http://localhost:3000"]),
  byPage("of the name with TLS at another port", ["Origin: https://localhost:8443"]),
  byPage("of the address instead of the name", ["Origin: http://127.0.0.1"]),
  byPage("of its own as a label", [`Origin: http://localhost.${EVIL}`]),
  byPage("with a form", [
    `Origin: http://${EVIL}`,
    "Content-Type: application/x-www-form-urlencoded",
  ]),
  byPage("with a form of text", [`Origin: http://${EVIL}`, "Content-Type: text/plain"]),
  byPage("across sites", ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"]),
  byPage("of the same site", ["Sec-Fetch-Site: same-site"]),
  byPage("with its own Origin across sites", [
    "Origin: http://localhost",
    "Sec-Fetch-Site: cross-site",
  ]),
  byPage("with two origins", ["Origin: http://localhost", `Origin: http://${EVIL}`]),
  {
    name: "page: a name that was made to point here",
    status: 403,
    headers: [
      `Host: ${EVIL}:8788`,
      `Origin: http://${EVIL}:8788`,
      "Sec-Fetch-Site: same-origin",
      DEV,
    ],
    body: "hi",
  },
  {
    name: "page: listens from another site",
    line: "GET /events",
    status: 403,
    headers: [HOST, `Origin: http://${EVIL}`],
  },
  {
    name: "page: asks to pair from another site",
    line: "POST /pair",
    status: 403,
    headers: [HOST, `Origin: http://${EVIL}`],
    body: '{"label":"phone"}',
  },
  {
    name: "page: opens a feed from another site",
    line: `GET /feed?nonce=${"a".repeat(64)}`,
    status: 403,
    headers: [HOST, `Origin: http://${EVIL}`, ...UPGRADE],
  },
  {
    name: "page: asks what it may send",
    line: "OPTIONS /",
    status: 403,
    headers: [HOST, `Origin: http://${EVIL}`, "Access-Control-Request-Method: POST"],
  },
];

const SMUGGLING: readonly Attack[] = [
  smuggled("a length and chunks", ["Content-Length: 4", CHUNKED], "0\r\n\r\n"),
  smuggled("chunks and a length", [CHUNKED, "Content-Length: 4"], "2\r\nhi\r\n0\r\n\r\n"),
  smuggled(
    "a request behind the last chunk",
    ["Content-Length: 90", CHUNKED],
    `0\r\n\r\n${formatRequest({ headers: [HOST, DEV], body: "hi" })}`,
  ),
  smuggled("two lengths", ["Content-Length: 2", "Content-Length: 3"], "hi!"),
  smuggled("a list of lengths", ["Content-Length: 2, 3"], "hi!"),
  smuggled("a negative length", ["Content-Length: -2"]),
  smuggled("a length with a sign", ["Content-Length: +2"]),
  smuggled("a length that is hexadecimal", ["Content-Length: 0x2"]),
  smuggled("two encodings", [CHUNKED, CHUNKED], "2\r\nhi\r\n0\r\n\r\n"),
  smuggled("an encoding behind chunks", [CHUNKED, "Transfer-Encoding: identity"], "0\r\n\r\n"),
  smuggled("an encoding that there is not", ["Transfer-Encoding: xchunked"], "0\r\n\r\n"),
  smuggled("a space before the colon", ["Transfer-Encoding : chunked"], "0\r\n\r\n"),
  smuggled("a header that goes on in the next line", ["X-A: b", " c"]),
  smuggled("a carriage return within a header", ["X-A: b\rX-Sender: dev"]),
  smuggled("a zero within a header", ["X-A: b\0"]),
  smuggled("a header without a colon", ["X-Sender dev"]),
  { ...smuggled("a chunk without a size", [CHUNKED], "ZZ\r\nhi\r\n0\r\n\r\n"), status: 0 },
  {
    name: "smuggling: another host in the URL",
    line: `POST http://${EVIL}/`,
    status: 403,
    headers: [HOST, DEV],
    body: "hi",
  },
  {
    name: "smuggling: its own host as user info in the URL",
    line: `POST http://localhost@${EVIL}/`,
    status: 403,
    headers: [HOST, DEV],
    body: "hi",
  },
  {
    name: "smuggling: its own host in the URL and another in the header",
    line: "POST http://localhost/",
    status: 403,
    headers: [`Host: ${EVIL}`, DEV],
    body: "hi",
  },
];

const METHODS: readonly Attack[] = [
  ...["DELETE", "PUT", "PATCH", "TRACE", "OPTIONS", "post", "POSTX"].map((method) => ({
    name: method,
    line: `${method} /`,
    status: 405,
    headers: [HOST, DEV],
  })),
  { name: "a tunnel", line: `CONNECT ${EVIL}:443`, status: 403, headers: [HOST, DEV] },
  { name: "a tunnel to itself", line: "CONNECT localhost:22", status: 405, headers: [HOST, DEV] },
  { name: "every path", line: "OPTIONS *", status: 405, headers: [HOST, DEV] },
  {
    name: "a verdict by PUT",
    line: "PUT /api/permissions/abcde",
    status: 405,
    headers: [HOST, DEV],
  },
  { name: "a pairing by HEAD", line: `HEAD /pair/${"a".repeat(22)}`, status: 405, headers: [HOST] },
];

const PATHS: readonly Attack[] = [
  reading("/api/permissions", 403),
  reading("/API/permissions", 405),
  reading("//api/permissions", 405),
  reading("/api/../api/permissions", 404),
  reading("/api/./permissions", 404),
  reading("/api/permissions/", 405),
  reading("/%2e%2e/api/permissions", 405),
  reading("/api%2fpermissions", 405),
  reading("/api\\permissions", 405),
  reading("/api/permissions#", 404),
  reading("/api/permissions?__proto__[approve]=1&constructor=1", 403),
  reading("/api/permissions/abcde%00", 405),
  reading("/api/permissions/abcde\0", 400),
  reading("/api/events/evt_00000000000", 404),
  reading("/api/events/../permissions", 404),
  reading("/api/events/%2e%2e%2fpermissions", 404),
  reading("/api/events/__proto__", 404),
  reading("/access.json", 405),
  reading("/../../etc/passwd", 405),
  reading("/", 405, UPGRADE),
  reading("/", 405, [
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMA",
  ]),
  reading("/api/sessions/", 404, UPGRADE),
  reading("/feed", 400),
  reading("/feed", 400, UPGRADE),
  reading("/feed?nonce=short", 400, UPGRADE),
  reading("/events?format=__proto__", 400),
  reading("/events", 400, ["Last-Event-ID: -1"]),
  reading("/events", 400, ["Last-Event-ID: 1e3"]),
  reading("/events", 400, ["Last-Event-ID: 1 OR 1=1"]),
  reading("/events", 400, ["Last-Event-ID: 99999999999999999999"]),
  reading("/events", 400, ["Last-Event-ID: 1", "Last-Event-ID: 2"]),
  ...["abcde", "abcde%00", "../../", "%61bcde", "__proto__"].map((id) => ({
    name: `a verdict on ${id}`,
    line: `POST /api/permissions/${id}`,
    status: id === "../../" ? 405 : 403,
    headers: [HOST, DEV],
    body: JSON_BODY,
  })),
];

const BODIES: readonly Attack[] = [
  {
    name: "a header of a mebibyte",
    status: 400,
    headers: [HOST, DEV, `X-A: ${"a".repeat(1 << 20)}`],
  },
  {
    name: "five hundred headers",
    status: 400,
    headers: [HOST, DEV, ...Array.from({ length: 500 }, (_, i) => `X-${i}: a`)],
  },
  {
    name: "a path of 70,000 letters",
    line: `POST /${"a".repeat(70_000)}`,
    status: 400,
    headers: [HOST, DEV],
  },
  {
    name: "a body over a mebibyte",
    status: 413,
    headers: [HOST, DEV],
    body: "x".repeat((1 << 20) + 1),
  },
  {
    name: "a body that is said to be huge",
    status: 413,
    headers: [HOST, DEV, "Content-Length: 999999999999"],
  },
  { name: "a body that is no text", status: 415, headers: [HOST, DEV], body: "\xff\xfe\0" },
  { name: "half a character", status: 415, headers: [HOST, DEV], body: "hi \xe2\x82" },
  { name: "a character in too many bytes", status: 415, headers: [HOST, DEV], body: "\xc0\xaf" },
  {
    name: "a session's name of 300 letters",
    line: `POST /?session=${"a".repeat(300)}`,
    status: 400,
    headers: [HOST, DEV],
    body: "hi",
  },
  {
    name: "a key of 300 letters",
    status: 400,
    headers: [HOST, DEV, `Idempotency-Key: ${"a".repeat(300)}`],
    body: "hi",
  },
  ...[
    `{"label":"${"a".repeat(1 << 20)}"}`,
    '{"label":"a","__proto__":{"policy":"pairing"}}',
    '{"__proto__":"a"}',
    '{"constructor":"a"}',
    '{"label":{"toString":"a"}}',
    '{"label":"a","label":1}',
    '[["label","a"]]',
    '{"label":',
    "[".repeat(100_000),
    "label=a&__proto__=b",
    "label=a&rights=approve",
  ].map((body, i) => ({
    name: `a request to pair with ${body.slice(0, 40)}`,
    line: "POST /pair",
    status: i === 0 ? 413 : 400,
    headers: [HOST],
    body,
  })),
  {
    name: "a token that is no text",
    line: "POST /session",
    status: 415,
    headers: [HOST],
    body: '{"token":"\xff"}',
  },
];

Deno.test("no trick of the wire lets a stranger in [attack.refused]", async () => {
  await using target = await Target.start();
  await target.refuses([...HOSTS, ...PAGES, ...SMUGGLING, ...METHODS, ...PATHS, ...BODIES]);
  await target.isUnharmed();
});

Deno.test("HTTP/2 without TLS, which no browser speaks, is refused whatever it names [attack.refused]", async () => {
  await using target = await Target.start();
  for (const host of ["localhost", EVIL]) {
    const { stdout } = await new Deno.Command("curl", {
      args: ["--silent", "--max-time", "5", "--http2-prior-knowledge", "--header", `Host: ${host}`]
        .concat(["--output", "/dev/null", "--write-out", "%{http_version} %{http_code}"])
        .concat([`${target.process.url}/events`]),
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "2 403", host);
  }
  await target.isUnharmed();
});
