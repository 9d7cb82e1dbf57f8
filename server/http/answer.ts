import { STATUS_CODE, type StatusCode } from "@std/http/status";

/**
 * Creates a response of text. Setting headers afterwards takes a sixth of the time that `ResponseInit`
 * takes for them.
 */
export function answer(
  status: StatusCode,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const response = status === STATUS_CODE.OK ? new Response(text) : new Response(text, { status });
  for (const name in headers) response.headers.set(name, headers[name] ?? "");
  return response;
}

/** Creates a response of JSON that no cache may keep. */
export function answerJson(value: unknown, status: StatusCode = STATUS_CODE.OK): Response {
  return Response.json(value, { status, headers: { "Cache-Control": "no-store" } });
}

/** Refuses a sender that is not known, or has no right to what it asks for. */
export function forbidden(): Response {
  return answer(STATUS_CODE.Forbidden, "forbidden");
}

/** Refuses a body, whose rest would follow on the same connection. */
export function refuseBody(
  { status, message }: { readonly status: StatusCode; readonly message: string },
): Response {
  const isBusy = status === STATUS_CODE.ServiceUnavailable;
  return answer(status, message, { Connection: "close", ...(isBusy && { "Retry-After": "2" }) });
}
