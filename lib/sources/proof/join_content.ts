/** What the placeholders of a template stand for. */
export interface ContentValues {
  /** The text for `{timestamp}`. */
  readonly timestamp: string;
  /** The text for `{id}`. */
  readonly id: string;
  /** The bytes for `{body}`. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Puts together what is signed. The body is not copied where it alone is.
 *
 * @param template Text with `{body}` once, and `{timestamp}` and `{id}` where they are signed.
 * @param values What they stand for; no value is searched for placeholders.
 */
export function joinContent(
  template: string,
  { timestamp, id, body }: ContentValues,
): Uint8Array<ArrayBuffer> {
  if (template === "{body}") return body;
  const [before = "", after = ""] = template.split("{body}");
  const encode = (text: string) =>
    new TextEncoder().encode(
      text.replace(/\{(timestamp|id)\}/g, (_, name) => name === "id" ? id : timestamp),
    );
  const [head, tail] = [encode(before), encode(after)];
  const content = new Uint8Array(head.length + body.length + tail.length);
  content.set(head);
  content.set(body, head.length);
  content.set(tail, head.length + body.length);
  return content;
}
