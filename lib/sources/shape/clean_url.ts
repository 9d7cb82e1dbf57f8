/** The longest address in characters. */
export const MAX_URL_LENGTH = 300;

/** The longest address that is parsed at all. */
const MAX_RAW_LENGTH = 8192;

export interface CleanUrlOptions {
  /** The parameters of the query that the page needs. */
  readonly keepQuery?: readonly string[];
  /** Set to keep the part after `#`, such as the anchor of a comment. */
  readonly keepFragment?: boolean;
}

/**
 * Cleans an address for an event: http and https only, without user, password, query and fragment,
 * since those carry tokens. The parser spells out characters that a reader does not see.
 *
 * @returns The address, or `undefined` for no address, another scheme or over 300 characters.
 */
export function cleanUrl(
  url: string | undefined,
  options: CleanUrlOptions = {},
): string | undefined {
  const { keepQuery = [], keepFragment = false } = options;
  if (url === undefined || url.length > MAX_RAW_LENGTH) return undefined;
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
  parsed.username = "";
  parsed.password = "";
  const kept = keepQuery.flatMap((name) =>
    parsed.searchParams.getAll(name).map((value): [string, string] => [name, value])
  );
  parsed.search = new URLSearchParams(kept).toString();
  if (!keepFragment) parsed.hash = "";
  return parsed.href.length <= MAX_URL_LENGTH ? parsed.href : undefined;
}
