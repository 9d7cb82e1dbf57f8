/**
 * The wire format of the channel contract: the names of methods and the shapes of their parameters.
 *
 * Source: the Channels reference of Claude Code.
 *
 * @module
 */

import * as z from "zod";
import { isRequestId } from "../permission/request_id.ts";
import type { PermissionRequest } from "../permission/permission.ts";

/** Server to client: an event for the session. */
export const CHANNEL_METHOD = "notifications/claude/channel";

/** Server to client: the verdict on a permission request. */
export const PERMISSION_METHOD = "notifications/claude/channel/permission";

/** Client to server: a tool call waits for approval. */
export const PERMISSION_REQUEST_METHOD = "notifications/claude/channel/permission_request";

/** The notification of {@linkcode PERMISSION_REQUEST_METHOD}. */
export const PermissionRequestNotification = z.object({
  method: z.literal(PERMISSION_REQUEST_METHOD),
  params: z.object({
    request_id: z.string().refine(isRequestId, "expected five letters of a-z without l"),
    tool_name: z.string(),
    description: z.string(),
    input_preview: z.string(),
  }),
});

/** Renames the parameters of a permission request to our names. */
export function toPermissionRequest(
  params: z.infer<typeof PermissionRequestNotification>["params"],
): PermissionRequest {
  return {
    requestId: params.request_id,
    toolName: params.tool_name,
    description: params.description,
    inputPreview: params.input_preview,
  };
}
