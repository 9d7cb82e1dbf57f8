/**
 * Answers for the processes of this machine: what runs at the port, and the feeds of other sessions.
 *
 * @module
 */

import { validateHost } from "../../lib/http/validate_host.ts";
import type { FeedServer } from "../feed/server.ts";
import { answerJson, forbidden } from "./answer.ts";
import type { Exchange } from "./router.ts";

/** The parts that `/healthz` and `/feed` work with. */
export interface LocalContext {
  readonly feeds: Pick<FeedServer, "challenge" | "accept">;
  /** The facts that `GET /healthz` tells on this machine. */
  readonly health: () => Readonly<Record<string, string | number>>;
}

/** Tells whether a request was made on this machine: no proxy has passed it on, and no tunnel. */
function isLocal({ request: { headers }, peer, target: { authority } }: Exchange): boolean {
  return peer.listener.isLoopback && headers.get("x-forwarded-for") === null &&
    validateHost(headers.get("host") ?? authority).ok && validateHost(authority).ok;
}

/** Answers `GET /healthz`. */
export function showHealth(
  exchange: Exchange,
  { health }: Pick<LocalContext, "health">,
): Response {
  return answerJson({ status: "ok", ...(isLocal(exchange) ? health() : {}) });
}

type Answer = Response | Promise<Response>;

type FeedContext = Pick<LocalContext, "feeds">;

/** Answers `GET /feed`: proves to a session that this process is the owner. */
export function challengeFeed(exchange: Exchange, { feeds }: FeedContext): Answer {
  const { request, peer, target } = exchange;
  if (!peer.listener.hasFeeds || !isLocal(exchange)) return forbidden();
  return feeds.challenge(request, target.query);
}

/** Answers `POST /feed`: begins the feed of a session that proves itself. */
export function acceptFeed(exchange: Exchange, { feeds }: FeedContext): Answer {
  const { request, peer, target } = exchange;
  if (!peer.listener.hasFeeds || !isLocal(exchange)) return forbidden();
  return feeds.accept(request, target.query);
}
