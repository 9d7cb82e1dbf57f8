/**
 * Signing in over HTTP, for browsers: `POST /session` gives a cookie for a token, `GET /session` tells
 * who is signed in, and `DELETE /session` signs out.
 *
 * @module
 */

import { deleteCookie, setCookie } from "@std/http/cookie";
import { STATUS_CODE } from "@std/http/status";
import { addSignIn, removeSignIn } from "../../lib/access/changes.ts";
import { isAccessToken } from "../../lib/access/token.ts";
import { COOKIE_NAME } from "../../lib/access/session_cookie.ts";
import type { AccessStore } from "../access/store.ts";
import type { AuditLog } from "../journal/audit_log.ts";
import type { BodyReader } from "./body_reader.ts";
import { createCookieValue } from "../access/cookie_signature.ts";
import type { Caller } from "../access/credentials.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { answer, answerJson, forbidden } from "./answer.ts";
import type { Peer } from "./peer.ts";
import { readFields } from "./read_fields.ts";

/** What signing in works with. */
export interface HttpSignInOptions {
  /** Who was let in. */
  readonly access: Pick<AccessStore, "read" | "update">;
  /** Reads bodies within limits. */
  readonly bodies: Pick<BodyReader, "read">;
  /** Finds out who makes a request. */
  readonly gatekeeper: Pick<Gatekeeper, "identify" | "admitStranger">;
  /** Where it is written who has signed in. */
  readonly audit: Pick<AuditLog, "note">;
}

/** Answers a request about signing in. */
export type HttpSignIn = (request: Request, peer: Peer) => Promise<Response>;

/** How long a browser stays signed in, in milliseconds. */
const SIGN_IN_TTL_MS = 30 * 24 * 60 * 60_000;

/** What a request would be that had the token in its header, which takes no other text. */
function withToken({ headers }: Request, token: string): Request {
  const authorization = isAccessToken(token) ? `Bearer ${token}` : "Bearer";
  const name = headers.get("x-sender");
  return new Request("http://localhost/session", {
    headers: { authorization, ...(name !== null && { "x-sender": name }) },
  });
}

/** Creates what answers browsers. */
export function createSignIn(options: HttpSignInOptions): HttpSignIn {
  const { access, bodies, gatekeeper, audit } = options;

  function describe({ id, rights, chats }: Caller) {
    const names = (["speak", "approve"] as const).filter((right) => rights[right]);
    return { sender: id, rights: names, chats };
  }

  async function signIn(request: Request, peer: Peer): Promise<Response> {
    const refusal = gatekeeper.admitStranger(peer);
    if (refusal !== undefined) return refusal;
    const hasHeader = request.headers.has("authorization");
    const fields = await readFields(request, { bodies, names: ["token"] });
    if (!fields.ok) return fields.response;
    const proof = hasHeader ? request : withToken(request, fields.values.token ?? "");
    const caller = await gatekeeper.identify(proof, peer);
    if (caller instanceof Response) return caller;
    if (caller.way !== "token") return answer(STATUS_CODE.BadRequest, "expected a token");
    const state = access.read();
    if (!state.ok) return forbidden();
    const cookie = await createCookieValue(state.access.cookie_key);
    const outcome = await access.update((access) =>
      addSignIn(access, {
        id: caller.id,
        tokenSha256: caller.proof,
        signInSha256: cookie.sha256,
        nowMs: Date.now(),
        ttlMs: SIGN_IN_TTL_MS,
      })
    );
    if (!outcome.ok) return answer(STATUS_CODE.Unauthorized, "unauthorized");
    audit.note({
      action: "sign-in",
      actor: caller.id,
      subject: "",
      detail: `from ${peer.address}`,
    });
    const response = answerJson(describe(caller));
    setCookie(response.headers, {
      name: COOKIE_NAME,
      value: cookie.value,
      httpOnly: true,
      sameSite: "Strict",
      secure: peer.isSecure,
      path: "/",
      maxAge: SIGN_IN_TTL_MS / 1000,
    });
    return response;
  }

  async function signOut(caller: Caller): Promise<Response> {
    if (caller.way === "cookie") {
      await access.update((access) => removeSignIn(access, caller.proof));
    }
    audit.note({ action: "sign-out", actor: caller.id, subject: "", detail: "" });
    const response = answerJson({});
    deleteCookie(response.headers, COOKIE_NAME, { path: "/" });
    return response;
  }

  return async (request, peer) => {
    if (request.method === "POST") return await signIn(request, peer);
    const caller = await gatekeeper.identify(request, peer);
    if (caller instanceof Response) return caller;
    return request.method === "DELETE" ? await signOut(caller) : answerJson(describe(caller));
  };
}
