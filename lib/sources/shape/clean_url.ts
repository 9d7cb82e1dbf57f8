/** The longest address in characters. */
export const MAX_URL_LENGTH = 300;

/** The longest address that is parsed at all. */
const MAX_RAW_LENGTH = 8192;

/** Options for {@linkcode cleanUrl}. */
export interface CleanUrlOptions {
  /**
   * The parameters of the query that the page cannot do without.
   *
   * @default {[]}
   */
  readonly keepQuery?: readonly string[];
  /**
   * Whether the part after `#` is kept, which leads to a comment, say.
   *
   * @default {false}
   */
  readonly keepFragment?: boolean;
}

/**
 * Cleans an address for an event: http and https only, without user, password, query and fragment,
 * since those carry tokens. Characters that a reader does not see are written out by the parser.
 *
 * @param url The address as it came.
 * @param options What to keep of it.
 * @returns The address, or `undefined` when it is none, of another scheme or over 300 characters.
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
