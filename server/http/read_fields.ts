import { STATUS_CODE } from "@std/http/status";
import { tryParseJson } from "../../lib/text/parse_json.ts";
import type { BodyReader } from "./body_reader.ts";
import { answer, refuseBody } from "./answer.ts";

/** Options of {@linkcode readFields}. */
interface ReadFieldsOptions<Name extends string> {
  readonly read: BodyReader["read"];
  /** The fields that a body may have; others are refused. */
  readonly names: readonly Name[];
}

/** The fields of a body, or the refusal. */
type Fields<Name extends string> =
  | { readonly ok: true; readonly values: { readonly [Key in Name]?: string } }
  | { readonly ok: false; readonly response: Response };

/**
 * Reads a body of a few texts: a JSON object, or the fields of a form.
 *
 * @param request The request; its body must not have been read.
 */
export async function readFields<Name extends string>(
  request: Request,
  { read, names }: ReadFieldsOptions<Name>,
): Promise<Fields<Name>> {
  const body = await read(request);
  if (!body.ok) return { ok: false, response: refuseBody(body) };
  const values = /^\s*[{[]/.test(body.text)
    ? tryParseJson(body.text)
    : Object.fromEntries(new URLSearchParams(body.text));
  const isExpected = values !== undefined && !Array.isArray(values) &&
    Object.entries(values as object).every(([name, value]) =>
      (names as readonly string[]).includes(name) && typeof value === "string"
    );
  if (isExpected) return { ok: true, values: values as { readonly [Key in Name]?: string } };
  const message = `expected a JSON object or a form with texts for ${names.join(", ")}`;
  return { ok: false, response: answer(STATUS_CODE.BadRequest, message) };
}
