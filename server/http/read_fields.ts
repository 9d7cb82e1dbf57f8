import { STATUS_CODE } from "@std/http/status";
import type { BodyReader } from "./body_reader.ts";
import { answer } from "./answer.ts";

/** How {@linkcode readFields} reads. */
export interface ReadFieldsOptions<Name extends string> {
  /** Reads bodies within limits. */
  readonly bodies: Pick<BodyReader, "read">;
  /** The fields that there are; others are refused. */
  readonly names: readonly Name[];
}

/** The fields of a body, or the answer to one that has others. */
export type Fields<Name extends string> =
  | { readonly ok: true; readonly values: { readonly [Key in Name]?: string } }
  | { readonly ok: false; readonly response: Response };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a body of a few texts: a JSON object, or the fields of a form.
 *
 * @param request The request; its body must not have been read.
 */
export async function readFields<Name extends string>(
  request: Request,
  { bodies, names }: ReadFieldsOptions<Name>,
): Promise<Fields<Name>> {
  const body = await bodies.read(request);
  if (!body.ok) {
    const response = answer(body.status, body.message, { Connection: "close" });
    return { ok: false, response };
  }
  const isJson = /^\s*[{[]/.test(body.text);
  const record = isJson
    ? tryParseJson(body.text)
    : Object.fromEntries(new URLSearchParams(body.text));
  const isExpected = isRecord(record) &&
    Object.entries(record).every(([name, value]) =>
      (names as readonly string[]).includes(name) && typeof value === "string"
    );
  if (isExpected) return { ok: true, values: record as { readonly [Key in Name]?: string } };
  const message = `expected a JSON object or a form with texts for ${names.join(", ")}`;
  return { ok: false, response: answer(STATUS_CODE.BadRequest, message) };
}
