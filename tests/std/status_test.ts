import { assertEquals } from "@std/assert";
import { STATUS_CODE } from "../../std/http/status.ts";

Deno.test("STATUS_CODE has the registered code of each name", () => {
  const registered: Record<keyof typeof STATUS_CODE, number> = {
    OK: 200,
    Created: 201,
    Accepted: 202,
    BadRequest: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    RequestTimeout: 408,
    Conflict: 409,
    Gone: 410,
    ContentTooLarge: 413,
    UnsupportedMediaType: 415,
    TooManyRequests: 429,
    InternalServerError: 500,
    ServiceUnavailable: 503,
  };
  assertEquals({ ...STATUS_CODE } as Record<string, number>, registered);
});
