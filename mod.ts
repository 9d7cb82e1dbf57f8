/**
 * Building blocks for channels to Claude Code: {@linkcode createChannel} for a channel of your own,
 * and the pure functions that the deno-channel server is made of.
 *
 * @module
 */

export { Allowlist, isSenderId, type SenderRights } from "./lib/access/allowlist.ts";
export { cleanContent, MAX_CONTENT_CODE_POINTS } from "./lib/text/clean_content.ts";
export { type ArgumentIssue, type ArgumentsSchema } from "./lib/lazy_schema.ts";
export {
  type ChannelTool,
  defineTool,
  type ToolDefinition,
  type ToolResult,
} from "./lib/channel/define_tool.ts";
export { type ChannelEvent, formatChannelTag } from "./lib/event/format_channel_tag.ts";
export { formatPrompt } from "./lib/permission/format_prompt.ts";
export { type Behavior, tryParseVerdict, type Verdict } from "./lib/permission/verdict.ts";
export {
  judgeVerdict,
  type Judgment,
  type NoEffect,
  type PermissionRecord,
  type PermissionRequest,
  type PermissionState,
  permissionStateOf,
} from "./lib/permission/permission.ts";
export { isRequestId } from "./lib/permission/request_id.ts";
export { type MetaChange, type SanitizedMeta, sanitizeMeta } from "./lib/event/sanitize_meta.ts";
export { LOOPBACK_HOSTNAMES, validateHost, type Validation } from "./lib/http/validate_host.ts";
export { type OriginHeaders, validateOrigin } from "./lib/http/validate_origin.ts";
export {
  type Channel,
  type ChannelOptions,
  createChannel,
  NotConnectedError,
  type PushedEvent,
} from "./server/channel/create_channel.ts";
export { createLogger, type Logger } from "./server/runtime/log.ts";
export { QueueFullError } from "./server/channel/stdio_transport.ts";
