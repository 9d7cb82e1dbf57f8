import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  CHANNEL_METHOD,
  PERMISSION_METHOD,
  PERMISSION_REQUEST_METHOD,
  PermissionRequestNotification,
  toPermissionRequest,
} from "../../../lib/channel/protocol.ts";
import { show } from "../_texts.ts";

const PARAMS = {
  request_id: "abcde",
  tool_name: "Bash",
  description: "List files",
  input_preview: '{"command":"ls"}',
};

function isAccepted(params: unknown, method: unknown = PERMISSION_REQUEST_METHOD): boolean {
  return PermissionRequestNotification.safeParse({ method, params }).success;
}

Deno.test("protocol has the documented names of the methods", () => {
  assertEquals(CHANNEL_METHOD, "notifications/claude/channel");
  assertEquals(PERMISSION_METHOD, "notifications/claude/channel/permission");
  assertEquals(PERMISSION_REQUEST_METHOD, "notifications/claude/channel/permission_request");
});

Deno.test("PermissionRequestNotification accepts the documented parameters", () => {
  assert(isAccepted(PARAMS));
  assert(isAccepted({ ...PARAMS, description: "", input_preview: "", tool_name: "" }));
  assert(isAccepted({ ...PARAMS, added_later: { a: 1 } }));
});

Deno.test("PermissionRequestNotification refuses other methods and shapes", () => {
  for (const method of [CHANNEL_METHOD, PERMISSION_METHOD, "", null]) {
    assertFalse(isAccepted(PARAMS, method), show(method));
  }
  for (const params of [undefined, null, [], "abcde", {}]) {
    assertFalse(isAccepted(params), show(params));
  }
  for (const name of Object.keys(PARAMS)) {
    for (const value of [undefined, null, 1, {}, ["abcde"]]) {
      assertFalse(isAccepted({ ...PARAMS, [name]: value }), show([name, value]));
    }
  }
});

Deno.test("PermissionRequestNotification refuses what is no request id [request-id.shape]", () => {
  const ids = ["", "abcd", "abcdef", "hello", "ABCDE", "abcd1", "abcde\n", 'abcde" or "x'];
  for (const id of ids) assertFalse(isAccepted({ ...PARAMS, request_id: id }), show(id));
});

Deno.test("toPermissionRequest() renames the parameters and adds none", () => {
  const { params } = PermissionRequestNotification.parse({
    method: PERMISSION_REQUEST_METHOD,
    params: { ...PARAMS, added_later: 1 },
  });
  assertEquals(toPermissionRequest(params), {
    requestId: "abcde",
    toolName: "Bash",
    description: "List files",
    inputPreview: '{"command":"ls"}',
  });
});
