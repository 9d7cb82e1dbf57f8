import { tryParseJsonPath } from "./json_path.ts";
import type { SchemeSettings } from "./select_scheme.ts";
import type { SourceEntry } from "./source_entry.ts";

/** The path of a type of event with dots only, as deliveries are read. */
function toDotted(path: string | undefined): string | undefined {
  const parsed = path === undefined ? undefined : tryParseJsonPath(path);
  return parsed?.ok ? parsed.path.join(".") : path;
}

/**
 * What `selectScheme()` needs to know of a source.
 *
 * @param source The source as it is configured.
 * @param secrets Its secrets, read from where the configuration says they are.
 */
export function schemeSettingsOf(
  source: Pick<SourceEntry, "signature" | "timestamp_header">,
  secrets: readonly string[],
): SchemeSettings {
  const { signature, timestamp_header: timestampHeader } = source;
  if (signature === undefined) return { secrets, timestampHeader };
  const { timestamp_header, id_header, event_header, event_path, ...rest } = signature;
  return {
    secrets,
    timestampHeader,
    signature: {
      ...rest,
      timestampHeader: timestamp_header,
      idHeader: id_header,
      eventHeader: event_header,
      eventPath: toDotted(event_path),
    },
  };
}
