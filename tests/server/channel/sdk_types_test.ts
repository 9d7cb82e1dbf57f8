import { assertEquals } from "@std/assert";
// @ts-types="@modelcontextprotocol/sdk/client"
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/server"
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport";
// @ts-types="@modelcontextprotocol/sdk/types"
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

/** `true` for `any`, which an import of the SDK silently becomes when its types are not found. */
type IsAny<T> = 0 extends 1 & T ? true : false;

Deno.test("the SDK's types are types", () => {
  const areAny: [IsAny<Server>, IsAny<Client>, IsAny<Transport>, IsAny<JSONRPCMessage>] = [
    false,
    false,
    false,
    false,
  ];
  assertEquals(areAny.includes(true as never), false);
});
