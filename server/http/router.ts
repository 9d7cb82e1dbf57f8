/**
 * The router: finds the handlers of a path.
 *
 * A path ends in `/:id` for one more segment and in `/*` for any rest; all others are matched as they
 * are. The first pattern that matches counts.
 *
 * @module
 */

import type { RequestTarget } from "../../lib/http/parse_request_target.ts";
import type { Peer } from "./peer.ts";
import type { WebhookReceiver } from "./webhook_receiver.ts";

/** A request on its way to an answer. */
export interface Exchange {
  readonly request: Request;
  readonly peer: Peer;
  readonly target: RequestTarget;
  /** The part of the path that `:id` or `*` stands for; empty where there is none. */
  readonly id: string;
  /** The receiver at the path of a source. */
  readonly receiver?: Pick<WebhookReceiver, "receive"> | undefined;
}

/** Answers a request by means of a context. */
export type Handler<Context> = (
  exchange: Exchange,
  context: Context,
) => Response | Promise<Response>;

/** The handlers of a path by method, in the order in which `Allow` names them. */
type Methods<Context> = ReadonlyMap<string, Handler<Context>>;

/** A row of the table: a path, its methods separated by commas, and their handler. */
type Route<Context> = readonly [path: string, methods: string, handler: Handler<Context>];

/** The handlers of a path, and the part of it that a pattern leaves open. */
interface Match<Context> {
  readonly methods: Methods<Context>;
  readonly id: string;
}

interface Pattern<Context> {
  readonly prefix: string;
  readonly isSegment: boolean;
  readonly methods: Methods<Context>;
}

/** Makes the handlers of one path. */
export function toMethods<Context>(
  rows: readonly (readonly [methods: string, handler: Handler<Context>])[],
): Methods<Context> {
  return new Map(
    rows.flatMap(([methods, handler]) =>
      methods.split(", ").map((method): [string, Handler<Context>] => [method, handler])
    ),
  );
}

/** A table of routes. */
export class Router<Context> {
  readonly #exact = new Map<string, Match<Context>>();
  readonly #patterns: Pattern<Context>[] = [];

  constructor(routes: readonly Route<Context>[]) {
    for (const [path, rows] of Map.groupBy(routes, ([path]) => path)) {
      const methods = toMethods(rows.map(([, methods, handler]) => [methods, handler] as const));
      const [, prefix, rest] = /^(.*\/)(:id|\*)$/.exec(path) ?? [];
      if (prefix === undefined) this.#exact.set(path, { methods, id: "" });
      else this.#patterns.push({ prefix, isSegment: rest === ":id", methods });
    }
  }

  /** Finds the handlers of a path. */
  find(path: string): Match<Context> | undefined {
    const match = this.#exact.get(path);
    if (match !== undefined) return match;
    for (const { prefix, isSegment, methods } of this.#patterns) {
      if (!path.startsWith(prefix)) continue;
      const id = path.slice(prefix.length);
      if (!isSegment || !id.includes("/")) return { methods, id };
    }
    return undefined;
  }
}
