import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatTable } from "../../lib/cli/format_table.ts";
import { formatSourceRow, SOURCE_HEADER, toSourceJson } from "../../lib/cli/format_sources.ts";
import type { SourceOptionsOf } from "../../lib/cli/source_options.ts";
import { readSourceFile } from "../../server/sources/config_file.ts";
import { type CommandEnvironment, type CommandReport, fail, succeed } from "../shared/report.ts";

/** Runs `source list`. */
export function listSources(
  { json }: Pick<SourceOptionsOf<"list">, "json">,
  { stateDir, style }: CommandEnvironment,
): CommandReport {
  const read = readSourceFile(stateDir);
  if (!read.ok) return fail(read.message);
  const sources = Object.entries(read.config.sources);
  if (json) return succeed(sources.map((source) => formatJsonLine(toSourceJson(source))));
  if (sources.length === 0) {
    return succeed(['No sources: "deno-channel source add <kind>" adds one']);
  }
  return succeed(formatTable([SOURCE_HEADER, ...sources.map(formatSourceRow)], style.bold));
}
