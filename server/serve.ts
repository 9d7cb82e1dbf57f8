/**
 * One session's server: the MCP side on stdio, the HTTP side on the port, and their common end.
 *
 * @module
 */

import { Allowlist } from "../lib/allowlist.ts";
import { EventIdFactory } from "../lib/event_id.ts";
import { formatPrompt } from "../lib/format_prompt.ts";
import { formatReply } from "../lib/format_reply.ts";
import { INSTRUCTIONS } from "../lib/instructions.ts";
import { PermissionRegistry, type PermissionRequest } from "../lib/permission_registry.ts";
import { createReplyTool } from "../lib/reply_tool.ts";
import type { ServeOptions } from "../lib/serve_options.ts";
import { VERSION } from "../lib/version.ts";
import { BodyReader } from "./body_reader.ts";
import { type ChannelOptions, createChannel } from "./create_channel.ts";
import { EventStream } from "./event_stream.ts";
import { createHttpApp } from "./http_app.ts";
import { HttpListener } from "./http_listener.ts";
import type { Logger } from "./log.ts";

/** The name under which `.mcp.json` registers the server. */
const SERVER_NAME = "webhook";

/** The only address that is listened on: the trusted header names senders on this machine. */
export const HOSTNAME = "127.0.0.1";

/** What a session's server works with. */
export interface ServeEnvironment {
  /** Where problems are reported. */
  readonly log: Logger;
  /** Settles when the process is asked to leave. */
  readonly terminated: Promise<unknown>;
  /** The streams to the client; by default stdin and stdout. */
  readonly streams?: ChannelOptions["streams"];
}

/**
 * Serves one session until its client leaves or the process is asked to leave.
 *
 * The port is bound only after the handshake: a client that merely probes the server, and a server
 * started by hand, take it from nobody.
 *
 * @param options What was asked for on the command line.
 * @param environment What the server works with.
 * @returns A promise that settles when everything is closed.
 */
export async function serve(options: ServeOptions, environment: ServeEnvironment): Promise<void> {
  const { log, terminated, streams } = environment;
  const events = new EventStream({ maxStreams: options.maxStreams });
  const permissions = new PermissionRegistry();
  const bodies = new BodyReader();
  const relays = options.relay && options.trustedSenders.length > 0;
  const onPermissionRequest = (request: PermissionRequest) => {
    permissions.open(request, Date.now());
    events.broadcast(formatPrompt(request));
  };

  const channel = createChannel({
    name: SERVER_NAME,
    version: VERSION,
    instructions: INSTRUCTIONS,
    tools: [
      createReplyTool((reply) => events.broadcast(formatReply(reply))),
    ],
    log,
    ...(relays && { onPermissionRequest }),
    ...(streams && { streams }),
  });
  const ended = Promise.race([channel.closed, terminated]);
  await channel.connect();
  const isInitialized = await Promise.race([
    channel.initialized.then(() => true, () => false),
    ended.then(() => false),
  ]);

  const listener = isInitialized
    ? new HttpListener({
      hostname: HOSTNAME,
      port: options.port,
      log,
      app: createHttpApp({
        channel,
        allowlist: new Allowlist(
          options.trustedSenders.map((sender) => [sender, { speak: true, approve: true }]),
        ),
        permissions,
        events,
        bodies,
        ids: new EventIdFactory(crypto.getRandomValues(new Uint8Array(8))),
        health: { name: "deno-channel", version: VERSION, pid: Deno.pid },
        log,
      }),
    })
    : undefined;
  listener?.bound.then(({ port }) => log.info(`Listening on http://${HOSTNAME}:${port}`));

  await ended;
  await events.close();
  await listener?.close();
  bodies.close();
  await channel.close();
}
