/**
 * Attacks by those who would like to be senders: with tokens, cookies and pairings that are not theirs.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { hashToken } from "../../server/runtime/crypto.ts";
import { type Attack, DEV, HOST, type RawAnswer, type RawRequest, Target } from "./_attack.ts";

/** A post with other headers. */
function posting(name: string, status: number, headers: readonly string[]): Attack {
  return { name, status, headers: [HOST, ...headers], body: "hi" };
}

function cookieOf(value: string): string {
  return `Cookie: deno_channel=${value}`;
}

/** Changes one character in the middle of a text. */
function flip(text: string): string {
  const middle = Math.floor(text.length / 2);
  return text.slice(0, middle) + (text[middle] === "A" ? "B" : "A") + text.slice(middle + 1);
}

Deno.test("a token that is not quite right is refused [attack.refused]", async () => {
  await using target = await Target.start();
  const ci = await target.letIn("ci");
  const other = await target.letIn("other");
  const expired = await target.letIn("expired", { expiresAt: 1 });
  const token = ci.replace("Authorization: Bearer ", "");
  await target.refuses([
    posting("cut", 401, [ci.slice(0, -1)]),
    posting("with one bit that is another", 401, [flip(ci)]),
    posting("in upper case", 401, [`Authorization: Bearer ${token.toUpperCase()}`]),
    posting("expired", 401, [expired]),
    posting("beside the name of another sender", 401, [ci, "X-Sender: other"]),
    posting("beside a name that is believed", 401, [ci, DEV]),
    posting("of no sender beside a name that is believed", 401, [flip(ci), DEV]),
    posting("by another scheme", 401, [`Authorization: Basic ${btoa(`ci:${token}`)}`]),
    posting("twice", 401, [ci, other]),
    posting("as a name", 403, [`X-Sender: ${token}`]),
  ]);
  // Ten were counted; those without any credential are not looked at, and cost their address nothing.
  await using next = await Target.start();
  await next.refuses([
    { ...posting("in the query", 403, []), line: `POST /?token=${token}&access_token=${token}` },
    { ...posting("in the path", 403, []), line: `POST /${token}` },
    posting("in another header", 403, [
      `X-Api-Key: ${token}`,
      `Proxy-Authorization: Bearer ${token}`,
    ]),
    posting("an empty name", 403, ["X-Sender: "]),
    posting("two names", 403, [DEV, "X-Sender: other"]),
    posting("the name of an object's member", 403, ["X-Sender: __proto__"]),
    posting("a name with a byte that is no text", 403, ["X-Sender: dev\xff"]),
    posting("the name in upper case", 403, ["X-Sender: DEV"]),
  ]);
  await target.isUnharmed();
  await next.isUnharmed();
});

Deno.test("a token ends when it is rotated, loses its rights or is removed [attack.refused]", async () => {
  await using target = await Target.start();
  const headers: Record<string, string> = {};
  for (const id of ["rotated", "muted", "removed"]) headers[id] = await target.letIn(id);
  for (const [id, header] of Object.entries(headers)) {
    assertEquals((await target.send({ headers: [HOST, header], body: "hi" })).status, 202, id);
  }
  await target.access("token", "rotate", "rotated");
  await target.access("rights", "muted", "none");
  await target.access("remove", "removed");
  await target.refuses([
    posting("rotated", 401, [headers.rotated ?? ""]),
    posting("muted", 403, [headers.muted ?? ""]),
    posting("removed", 401, [headers.removed ?? ""]),
  ]);
  await target.access("policy", "disabled");
  await target.refuses([posting("a name that is believed", 403, [DEV])]);
  await target.isUnharmed(3);
});

Deno.test("a cookie that is forged or over lets no sender in [attack.refused]", async () => {
  await using target = await Target.start();
  const signIn = async (id: string) => {
    const headers = [HOST, await target.letIn(id)];
    const { status, text } = await target.send({ line: "POST /session", headers });
    assertEquals(status, 200, text);
    const [, value = ""] = /deno_channel=([^;]+)/.exec(text) ?? [];
    target.secrets.push(value);
    return value;
  };
  const ci = await signIn("ci");
  const removed = await signIn("removed");
  await target.refuses([
    posting("of no sender", 403, [cookieOf("A".repeat(43))]),
    posting("of no sender, with a signature", 403, [
      cookieOf(`${"A".repeat(43)}.${"0".repeat(64)}`),
    ]),
    posting("with another id", 403, [cookieOf(flip(ci))]),
    posting("with half a signature", 403, [cookieOf(`${ci}.${"0".repeat(32)}`)]),
    posting("with the hash of its id", 403, [cookieOf(await hashToken(ci))]),
    posting("wrong beside a name that is believed", 403, [cookieOf(flip(ci)), DEV]),
    posting("by a page elsewhere", 403, [cookieOf(ci), "Origin: http://localhost:3000"]),
  ]);
  const leave = { line: "DELETE /session", headers: [HOST, cookieOf(ci)] };
  assertEquals((await target.send(leave)).status, 200);
  await target.access("remove", "removed");
  await target.refuses([
    posting("after it was given up", 403, [cookieOf(ci)]),
    posting("of a sender that was removed", 403, [cookieOf(removed)]),
  ]);
  await target.isUnharmed();
});

Deno.test("who guesses tokens is soon not looked at any more, whatever address it claims [attack.refused]", async () => {
  await using target = await Target.start();
  const ci = await target.letIn("ci");
  const claim = (i: number) => [`X-Forwarded-For: 10.0.0.${i}`, `Forwarded: for=10.0.0.${i}`];
  const guess = `Authorization: Bearer dct_${"A".repeat(43)}`;
  await target.refuses([
    ...Array.from({ length: 10 }, (_, i) => posting(`guess ${i}`, 401, [guess, ...claim(i)])),
    posting("one more", 429, [guess, ...claim(11)]),
    posting("the right one after that", 429, [ci, ...claim(12)]),
    posting("a name that is believed after that", 429, [DEV, "X-Real-IP: 10.0.0.13"]),
  ]);
  const { text } = await target.send({ headers: [HOST, ci], body: "hi" });
  assertStringIncludes(text.toLowerCase(), "retry-after: ");
  await target.isUnharmed();
});

Deno.test("strangers and senders are counted, whatever address they claim [attack.refused]", async () => {
  // Two at once, and one more every ten seconds.
  await using target = await Target.start({ flags: ["--rate-limit", "6"] });
  const ci = await target.letIn("ci");
  const claim = (i: number) => `X-Forwarded-For: 10.0.0.${i}`;
  await target.refuses([
    posting("a stranger", 403, [claim(1)]),
    posting("a second one", 403, [claim(2)]),
    posting("a third one", 429, [claim(3)]),
    { ...posting("a request to pair after that", 429, [claim(4)]), line: "POST /pair" },
    { ...posting("a sign-in after that", 429, [ci, claim(5)]), line: "POST /session" },
    posting("a post of a sender, which is right", 202, [ci, claim(6)]),
    posting("a second one, which is right", 202, [ci, claim(7)]),
    posting("a third one of the sender", 429, [ci, claim(8)]),
  ]);
  await target.isUnharmed(2);
});

interface Pairing {
  readonly pairing_id: string;
  readonly code: string;
}

function bodyOf<Body>({ text }: RawAnswer): Body {
  return JSON.parse(text.slice(text.indexOf("\r\n\r\n")));
}

Deno.test("a pairing is neither guessed nor claimed twice, and few can wait [attack.refused]", async () => {
  await using target = await Target.start({
    flags: ["--behind-proxy", "127.0.0.1", "--rate-limit", "0"],
  });
  const ask = (from: string): RawRequest => ({
    line: "POST /pair",
    headers: [HOST, `X-Forwarded-For: ${from}`],
    body: '{"label":"phone"}',
  });
  const poll = (id: string): RawRequest => ({ line: `GET /pair/${id}`, headers: [HOST] });
  const pair = async (from: string) => {
    const answer = await target.send(ask(from));
    assertEquals(answer.status, 201, answer.text);
    const pairing = bodyOf<Pairing>(answer);
    target.secrets.push(pairing.pairing_id);
    return pairing;
  };
  const first = await pair("10.0.0.1");
  const second = await pair("10.0.0.1");
  await target.refuses([
    { ...ask("10.0.0.1"), name: "a third from one address", status: 429 },
    { ...ask("8.8.8.8, 10.0.0.1"), name: "a third that claims another one", status: 429 },
  ]);
  const third = await pair("10.0.0.2");
  await target.refuses([
    { ...ask("10.0.0.3"), name: "a fourth that waits", status: 429 },
    { ...poll("A".repeat(22)), name: "an id that is guessed", status: 410 },
    { ...poll(flip(first.pairing_id)), name: "an id that is nearly right", status: 410 },
    { ...poll(first.code), name: "the code as the id", status: 403 },
    { ...poll(first.pairing_id), name: "a token before it is approved", status: 202 },
  ]);
  const denied = await target.access("pair", third.code.replace(/./, "0"));
  assertEquals([denied.code, denied.stdout], [1, ""]);
  const approved = await target.access("pair", first.code);
  assertEquals(approved.code, 0, approved.stderr);
  await target.refuses([
    {
      ...poll(first.pairing_id),
      line: `HEAD /pair/${first.pairing_id}`,
      name: "HEAD",
      status: 405,
    },
  ]);
  const claims = await Promise.all(
    Array.from({ length: 5 }, () => target.send(poll(first.pairing_id))),
  );
  assertEquals(claims.map(({ status }) => status).sort(), [200, 410, 410, 410, 410]);
  for (let i = 0; i < 5; i++) {
    const { code, stderr } = await target.access("pair", `00000${i}`);
    assertEquals(code, 1, stderr);
  }
  assertEquals((await target.access("pair", second.code)).code, 1, "all have ended");
  await target.refuses([
    { ...poll(first.pairing_id), name: "a second claim", status: 410 },
    { ...poll(second.pairing_id), name: "a pairing that was ended", status: 410 },
    { ...poll(third.pairing_id), name: "another one that was ended", status: 410 },
  ]);
  await target.access("policy", "allowlist");
  await target.refuses([{ ...ask("10.0.0.9"), name: "against the policy", status: 403 }]);
  await target.isUnharmed();
});

/** The first message of the owner at a feed. */
interface Challenge {
  readonly nonce: string;
  readonly proof: string;
}

Deno.test("a feed without the right proof is refused, and none is a WebSocket [attack.refused]", async () => {
  await using target = await Target.start();
  const url = `http://127.0.0.1:${target.port}/feed`;
  const ask = async (nonce: string): Promise<Challenge> =>
    await (await fetch(`${url}?nonce=${nonce}`)).json();
  const proofs: ((challenge: Challenge) => string | Promise<string>)[] = [
    () => "0".repeat(64),
    ({ nonce }) => nonce,
    // The proof of the owner itself, and the proof that the owner gives for its own challenge.
    ({ proof }) => proof,
    async ({ nonce }) => (await ask(nonce)).proof,
  ];
  for (const prove of proofs) {
    const challenge = await ask("a".repeat(64));
    const target = `${url}?nonce=${challenge.nonce}&proof=${await prove(challenge)}`;
    // Zero stands for no session: a proof that is accepted wakes it at once.
    const { status, body } = await fetch(target, { method: "POST", body: "session 0\nlook\n" });
    await body?.cancel();
    assertEquals(status, 403, String(prove));
  }
  const socket = new WebSocket(`ws://127.0.0.1:${target.port}/feed?nonce=${"a".repeat(64)}`);
  const outcome = await new Promise((resolve) => {
    socket.onopen = () => resolve("open");
    socket.onerror = (event) => event.preventDefault();
    socket.onclose = () => resolve("refused");
  });
  assertEquals(outcome, "refused");
  await target.isUnharmed();
});
