/**
 * A channel: the MCP server that Claude Code talks to over stdio.
 *
 * @module
 */

// @ts-types="@modelcontextprotocol/sdk/server"
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import { cleanContent } from "../../lib/text/clean_content.ts";
import type { ChannelTool } from "../../lib/channel/define_tool.ts";
import type { ChannelEvent } from "../../lib/event/format_channel_tag.ts";
import type { Behavior } from "../../lib/permission/verdict.ts";
import type { PermissionRequest } from "../../lib/permission/permission.ts";
import {
  CHANNEL_METHOD,
  PERMISSION_METHOD,
  PermissionRequestNotification,
  toPermissionRequest,
} from "../../lib/channel/protocol.ts";
import { isRequestId } from "../../lib/permission/request_id.ts";
import { type MetaChange, sanitizeMeta } from "../../lib/event/sanitize_meta.ts";
import { createLogger, type Logger } from "../runtime/log.ts";
import { StdioTransport } from "./stdio_transport.ts";
import { createStdoutWriter, readStdin } from "./stdio.ts";

/**
 * Replaces the SDK's validator of JSON Schemas, which would make a compiler of schemas at every start.
 *
 * The SDK validates answers to elicitation and structured results of tools; a channel has neither.
 */
const NO_SCHEMA_VALIDATOR = {
  /** Throws a `TypeError`: a caller needs a real validator. */
  getValidator(): never {
    throw new TypeError("Cannot validate a JSON Schema: a channel has no use for it");
  },
};

/** Options of {@linkcode createChannel}. */
export interface ChannelOptions {
  /** The name of the server. */
  readonly name: string;
  /** The version of the server. */
  readonly version: string;
  /** The text about the channel that Claude gets at the start. */
  readonly instructions: string;
  /**
   * The tools that Claude can call.
   *
   * @default {[]}
   */
  readonly tools?: readonly ChannelTool[];
  /**
   * Takes permission requests. Permission relay is declared only when this is given: give it only when
   * every way in proves its sender.
   */
  readonly onPermissionRequest?: (request: PermissionRequest) => void | Promise<void>;
  /** Called when the client reads again after events were refused with a {@linkcode QueueFullError}. */
  readonly onResume?: () => void;
  /**
   * The log for problems.
   *
   * @default {createLogger()}
   */
  readonly log?: Logger;
  /**
   * The streams to the client.
   *
   * @default {Deno.stdin and Deno.stdout}
   */
  readonly streams?: {
    /** The messages of the client. */
    readonly input: AsyncIterable<Uint8Array>;
    /** Writes all of the text as UTF-8; rejects when the client is gone. */
    readonly write: (text: string) => Promise<void>;
  };
}

/** An event for the session, as a sender wrote it. */
export interface PushedEvent {
  /** The text; it is cleaned before it is sent. */
  readonly content: string;
  /** The attributes; they are sanitized before they are sent. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A channel to one Claude Code session. */
export interface Channel {
  /**
   * Settles when the client has finished the handshake; events can be pushed from then on. Rejects
   * with a {@linkcode NotConnectedError} when the connection ends before that.
   */
  readonly initialized: Promise<void>;
  /** Settles when either side has ended the connection. */
  readonly closed: Promise<void>;
  /** `true` while the client has not taken all that was sent. */
  readonly isWaiting: boolean;
  /**
   * Begins to talk to the client.
   *
   * @throws {TypeError} When this was done before.
   */
  connect(): Promise<void>;
  /**
   * Sends an event to the session. Claude may never see it: the protocol has no acknowledgement.
   *
   * @returns The changes of the meta sanitizer.
   * @throws {NotConnectedError} When the handshake is not finished or the connection has ended.
   * @throws {QueueFullError} When the client does not read.
   */
  push(event: PushedEvent): Promise<readonly MetaChange[]>;
  /**
   * Sends an event as {@linkcode Channel.push} does, but as it is: it was cleaned when it was taken in.
   *
   * @returns `true` when it was sent, `false` where {@linkcode Channel.push} would reject.
   */
  tryPushCleaned(event: ChannelEvent): boolean;
  /**
   * Sends the verdict on a permission request.
   *
   * @throws {TypeError} When the request id is malformed.
   * @throws {NotConnectedError} When the handshake is not finished or the connection has ended.
   * @throws {QueueFullError} When the client does not read.
   */
  permit(requestId: string, behavior: Behavior): Promise<void>;
  /**
   * Sends a verdict as {@linkcode Channel.permit} does, without a check of the request id.
   *
   * @returns `true` when it was sent, `false` where {@linkcode Channel.permit} would reject.
   */
  tryPermit(requestId: string, behavior: Behavior): boolean;
  /**
   * Ends the connection after earlier messages have left. Safe to call twice. A read of stdin that is
   * under way keeps the process alive: call `Deno.exit()` where stdin stays open.
   */
  close(): Promise<void>;
}

/** The error of sending without a connected client. */
export class NotConnectedError extends Error {
  constructor() {
    super("Cannot send to the session: no client is connected");
    this.name = "NotConnectedError";
  }
}

function createCapabilities(hasTools: boolean, relaysPermissions: boolean) {
  return {
    experimental: {
      "claude/channel": {},
      ...(relaysPermissions && { "claude/channel/permission": {} }),
    },
    ...(hasTools && { tools: {} }),
  };
}

function serveTools(server: Server, tools: readonly ChannelTool[]): void {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map((tool) => ({
      name: tool.name,
      description: tool.description,
      inputSchema: { type: "object" as const, ...tool.inputSchema() },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const tool = byName.get(params.name);
    if (tool === undefined) {
      throw new McpError(
        ErrorCode.InvalidParams,
        `Unknown tool "${params.name}": expected ${[...byName.keys()].join(", ")}`,
      );
    }
    try {
      const { text, isError = false } = await tool.call(params.arguments);
      return { content: [{ type: "text" as const, text }], ...(isError && { isError }) };
    } catch (error) {
      const text = `The tool "${tool.name}" failed: ${(error as Error).message}`;
      return { content: [{ type: "text" as const, text }], isError: true };
    }
  });
}

/**
 * Creates a channel.
 *
 * @param options Name, version, instructions, tools and callbacks.
 * @returns The channel, not connected yet.
 * @throws {TypeError} When two tools have one name.
 *
 * @example Usage
 * ```ts
 * import { createChannel, defineTool } from "@deno-channel/deno-channel";
 * import { assertEquals } from "@std/assert";
 * import * as z from "zod";
 *
 * const toServer = new TransformStream<Uint8Array, Uint8Array>();
 * const toClient = new TransformStream<string, string>();
 * const output = toClient.writable.getWriter();
 * const channel = createChannel({
 *   name: "weather",
 *   version: "1.0.0",
 *   instructions: "Weather alerts arrive as <channel> tags.",
 *   tools: [defineTool({
 *     name: "forecast",
 *     description: "Tells the weather of tomorrow",
 *     input: z.object({ city: z.string() }),
 *     run: ({ city }) => ({ text: `Sunny in ${city}` }),
 *   })],
 *   streams: { input: toServer.readable, write: (text) => output.write(text) },
 * });
 * await channel.connect();
 *
 * // What Claude Code sends and reads at the other end of the pipes:
 * const client = toServer.writable.getWriter();
 * const lines = toClient.readable.getReader();
 * const send = (message: object) =>
 *   client.write(new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n"));
 * const clientInfo = { name: "example", version: "1.0.0" };
 * const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
 * await send({ id: 1, method: "initialize", params });
 * await lines.read();
 * await send({ method: "notifications/initialized" });
 *
 * await channel.initialized;
 * await channel.push({ content: "Storm at noon", meta: { severity: "high" } });
 * const { value } = await lines.read();
 * assertEquals(JSON.parse(value!).params, {
 *   content: "Storm at noon",
 *   meta: { severity: "high" },
 * });
 * await channel.close();
 * ```
 */
export function createChannel(options: ChannelOptions): Channel {
  const { name, version, instructions, tools = [], onPermissionRequest, onResume } = options;
  const log = options.log ?? createLogger();
  if (new Set(tools.map((tool) => tool.name)).size < tools.length) {
    throw new TypeError("Cannot create the channel: two tools have the same name");
  }
  const initialized = Promise.withResolvers<void>();
  initialized.promise.catch(() => {}); // Prevents an unhandled rejection when no caller awaits it.
  const closed = Promise.withResolvers<void>();
  let transport: StdioTransport | undefined;
  let isInitialized = false;

  const server = new Server({ name, version }, {
    capabilities: createCapabilities(tools.length > 0, onPermissionRequest !== undefined),
    instructions,
    jsonSchemaValidator: NO_SCHEMA_VALIDATOR,
  });
  if (tools.length > 0) serveTools(server, tools);
  if (onPermissionRequest !== undefined) {
    server.setNotificationHandler(
      PermissionRequestNotification,
      ({ params }) => onPermissionRequest(toPermissionRequest(params)),
    );
  }
  server.oninitialized = () => {
    isInitialized = true;
    initialized.resolve();
  };
  server.onclose = () => {
    initialized.reject(new NotConnectedError());
    closed.resolve();
  };
  // The SDK's messages quote the client's, so only the kind of error is logged.
  server.onerror = (error) => log.warn(`A message from the client was not used: ${error.name}`);

  /** Does the same as `server.notification()`, at less cost per event. */
  function notify(method: string, params: Record<string, unknown>): Promise<void> {
    if (!isInitialized || !transport?.isOpen) throw new NotConnectedError();
    return transport.send({ jsonrpc: "2.0", method, params });
  }

  /** Does the same as `notify()`, but returns `false` instead of an error. */
  function tryNotify(method: string, params: Record<string, unknown>): boolean {
    return isInitialized && transport?.trySend({ jsonrpc: "2.0", method, params }) === true;
  }

  return {
    initialized: initialized.promise,
    closed: closed.promise,
    get isWaiting() {
      return transport?.isWaiting === true;
    },
    async connect() {
      if (transport !== undefined) throw new TypeError("Cannot connect: this was done before");
      // The web streams of stdin and stdout would take over 1 MiB, and longer for each write.
      const { input, write } = options.streams ??
        { input: readStdin(), write: createStdoutWriter() };
      transport = new StdioTransport({ input, write, log, onResume });
      await server.connect(transport);
    },
    async push({ content, meta: record }) {
      const { meta, changes } = sanitizeMeta(record);
      await notify(CHANNEL_METHOD, { content: cleanContent(content), meta });
      return changes;
    },
    tryPushCleaned({ content, meta }) {
      return tryNotify(CHANNEL_METHOD, { content, meta });
    },
    async permit(requestId, behavior) {
      if (!isRequestId(requestId)) {
        throw new TypeError(
          `Cannot send the verdict: expected a request id of five letters, received "${requestId}"`,
        );
      }
      await notify(PERMISSION_METHOD, { request_id: requestId, behavior });
    },
    tryPermit(requestId, behavior) {
      return tryNotify(PERMISSION_METHOD, { request_id: requestId, behavior });
    },
    async close() {
      if (transport === undefined) server.onclose?.();
      else await server.close();
    },
  };
}
