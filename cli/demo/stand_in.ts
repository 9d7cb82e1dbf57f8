/**
 * A stand-in for Claude Code: starts the server as a child process, as the client does, and speaks
 * the client's side of the protocol.
 *
 * @module
 */

// @ts-types="@modelcontextprotocol/sdk/types"
import { LATEST_PROTOCOL_VERSION } from "@modelcontextprotocol/sdk/types.js";
import type { ChannelEvent } from "../../lib/event/format_channel_tag.ts";
import type { Verdict } from "../../lib/permission/verdict.ts";
import type { PermissionRequest } from "../../lib/permission/permission.ts";
import {
  CHANNEL_METHOD,
  PERMISSION_METHOD,
  PERMISSION_REQUEST_METHOD,
} from "../../lib/channel/protocol.ts";
import { VERSION } from "../../lib/version.ts";
import type { Logger } from "../../server/runtime/log.ts";
import { StdioTransport } from "../../server/channel/stdio_transport.ts";
import { JsonRpcClient } from "./json_rpc_client.ts";
import type { ProcessCommand } from "./server_command.ts";

/** Takes what the server sends to the session. */
export interface SessionEvents {
  /** An event has arrived. */
  onEvent(event: ChannelEvent): void;
  /** A verdict on a permission request has arrived. */
  onVerdict(verdict: Verdict): void;
}

interface StandInOptions extends SessionEvents {
  readonly log: Logger;
}

/** A running server and the session that talks to it. */
export interface StandIn {
  readonly pid: number;
  /** The experimental capabilities that the server declared. */
  readonly capabilities: readonly string[];
  /** Calls the `reply` tool; returns its text. */
  reply(chatId: string, text: string): Promise<string>;
  /** Asks for the approval of a tool call. */
  requestPermission(request: PermissionRequest): Promise<void>;
  /** Ends the session; returns the exit code of the server. */
  stop(): Promise<number>;
}

/** Starts the server, whose stderr is shown as it is, and finishes the handshake with it. */
export async function startStandIn(
  server: ProcessCommand,
  options: StandInOptions,
): Promise<StandIn> {
  const child = new Deno.Command(server.command, {
    args: [...server.args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stdin = child.stdin.getWriter();
  const encoder = new TextEncoder();
  const write = (text: string) => stdin.write(encoder.encode(text));
  const transport = new StdioTransport({ input: child.stdout, write, log: options.log });
  const client = new JsonRpcClient(transport, (method, params) => {
    if (method === CHANNEL_METHOD) options.onEvent(params as unknown as ChannelEvent);
    if (method === PERMISSION_METHOD) {
      const { request_id: requestId, behavior } = params as Record<string, string>;
      const isAllowed = behavior === "allow";
      options.onVerdict({ requestId: requestId ?? "", behavior: isAllowed ? "allow" : "deny" });
    }
  });
  await client.start();
  const { capabilities } = await client.request("initialize", {
    protocolVersion: LATEST_PROTOCOL_VERSION,
    capabilities: {},
    clientInfo: { name: "deno-channel-demo", version: VERSION },
  }) as { capabilities: { experimental?: Record<string, unknown> } };
  await client.notify("notifications/initialized");

  return {
    pid: child.pid,
    capabilities: Object.keys(capabilities.experimental ?? {}),
    async reply(chatId, text) {
      const { content } = await client.request("tools/call", {
        name: "reply",
        arguments: { chat_id: chatId, text },
      }) as { content: readonly { readonly text?: string }[] };
      return content[0]?.text ?? "";
    },
    async requestPermission({ requestId, toolName, description, inputPreview }) {
      await client.notify(PERMISSION_REQUEST_METHOD, {
        request_id: requestId,
        tool_name: toolName,
        description,
        input_preview: inputPreview,
      });
    },
    async stop() {
      await client.close();
      await stdin.close().catch(() => {});
      const { code } = await child.status;
      return code;
    },
  };
}
