import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatTable } from "../../lib/cli/format_table.ts";
import { formatSourceRow, SOURCE_HEADER, toSourceJson } from "../../lib/cli/format_sources.ts";
import type { ListSourcesOptions } from "../../lib/cli/source_options.ts";
import { readSourceFile } from "../../server/sources/config_file.ts";
import type { AccessEnvironment, AccessReport } from "../shared/report.ts";

/**
 * `source list`: where webhooks come from.
 *
 * @param options What was asked for on the command line.
 * @param environment Where that is found.
 */
export function listSources(
  { json }: Pick<ListSourcesOptions, "json">,
  { stateDir, style }: AccessEnvironment,
): AccessReport {
  const read = readSourceFile(stateDir);
  if (!read.ok) return { exitCode: 1, lines: [], problems: [read.message] };
  const sources = Object.entries(read.config.sources);
  const report = (lines: readonly string[]) => ({ exitCode: 0, lines, problems: [] });
  if (json) return report(sources.map((source) => formatJsonLine(toSourceJson(source))));
  if (sources.length === 0) {
    return report(['No sources: "deno-channel source add <kind>" adds one']);
  }
  return report(formatTable([SOURCE_HEADER, ...sources.map(formatSourceRow)], style.bold));
}
