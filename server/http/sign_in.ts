/**
 * Signing in over HTTP, for browsers: `POST /session` gives a cookie for a token, `GET /session` names
 * the sender, and `DELETE /session` signs out.
 *
 * @module
 */

import { deleteCookie, setCookie } from "@std/http/cookie";
import { STATUS_CODE } from "@std/http/status";
import { addSignIn, removeSignIn } from "../../lib/access/changes.ts";
import { isAccessToken } from "../../lib/access/token.ts";
import { COOKIE_NAME } from "../../lib/access/session_cookie.ts";
import { createRandomId } from "../access/random.ts";
import type { AccessStore } from "../access/store.ts";
import type { AuditLog } from "../journal/audit_log.ts";
import type { BodyReader } from "./body_reader.ts";
import type { Caller } from "../access/credentials.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { hashToken } from "../runtime/crypto.ts";
import { answer, answerJson } from "./answer.ts";
import { readFields } from "./read_fields.ts";
import type { Exchange } from "./router.ts";

/** The parts that signing in works with. */
export interface SignInContext {
  readonly access: Pick<AccessStore, "update">;
  readonly bodies: Pick<BodyReader, "readUnprovenText">;
  readonly gatekeeper: Pick<Gatekeeper, "identify" | "admitStranger">;
  readonly audit: Pick<AuditLog, "note">;
}

/** The time for which a browser stays signed in, in milliseconds. */
const SIGN_IN_TTL_MS = 30 * 24 * 60 * 60_000;

/** The headers of a request that has the token of its body in `Authorization`, which takes no other text. */
function withToken(headers: Headers, token: string): { readonly headers: Headers } {
  const authorization = isAccessToken(token) ? `Bearer ${token}` : "Bearer";
  const name = headers.get("x-sender");
  return { headers: new Headers({ authorization, ...(name !== null && { "x-sender": name }) }) };
}

function describe({ id, rights, chats }: Caller) {
  const names = (["speak", "approve"] as const).filter((right) => rights[right]);
  return { sender: id, rights: names, chats };
}

/** Answers `GET /session`: names the sender. */
export async function showSession(
  { request, peer }: Exchange,
  { gatekeeper }: Pick<SignInContext, "gatekeeper">,
): Promise<Response> {
  const caller = await gatekeeper.identify(request, peer);
  return caller instanceof Response ? caller : answerJson(describe(caller));
}

/** Answers `POST /session`: gives a cookie for a token. */
export async function signIn(
  { request, peer }: Exchange,
  { access, bodies, gatekeeper, audit }: SignInContext,
): Promise<Response> {
  const refusal = gatekeeper.admitStranger(peer);
  if (refusal !== undefined) return refusal;
  const { headers } = request;
  const fields = await readFields(request, {
    read: (request) => bodies.readUnprovenText(request),
    names: ["token"],
  });
  if (!fields.ok) return fields.response;
  const proof = headers.get("authorization") === null
    ? withToken(headers, fields.values.token ?? "")
    : request;
  const caller = await gatekeeper.identify(proof, peer);
  if (caller instanceof Response) return caller;
  if (caller.way !== "token") return answer(STATUS_CODE.BadRequest, "expected a token");
  const signInId = createRandomId(32);
  const signInSha256 = await hashToken(signInId);
  const outcome = await access.update((access) =>
    addSignIn(access, {
      id: caller.id,
      tokenSha256: caller.proof,
      signInSha256,
      nowMs: Date.now(),
      ttlMs: SIGN_IN_TTL_MS,
    })
  );
  if (!outcome.ok) return answer(STATUS_CODE.Unauthorized, "unauthorized");
  audit.note({ action: "sign-in", actor: caller.id, subject: "", detail: `from ${peer.address}` });
  const response = answerJson(describe(caller));
  setCookie(response.headers, {
    name: COOKIE_NAME,
    value: signInId,
    httpOnly: true,
    sameSite: "Strict",
    secure: peer.isSecure,
    path: "/",
    maxAge: SIGN_IN_TTL_MS / 1000,
  });
  return response;
}

/** Answers `DELETE /session`: ends the sign-in of the cookie. */
export async function signOut(
  { request, peer }: Exchange,
  { access, gatekeeper, audit }: Pick<SignInContext, "access" | "gatekeeper" | "audit">,
): Promise<Response> {
  const caller = await gatekeeper.identify(request, peer);
  if (caller instanceof Response) return caller;
  if (caller.way === "cookie") {
    await access.update((access) => removeSignIn(access, caller.proof));
  }
  audit.note({ action: "sign-out", actor: caller.id, subject: "", detail: "" });
  const response = answerJson({});
  deleteCookie(response.headers, COOKIE_NAME, { path: "/" });
  return response;
}
