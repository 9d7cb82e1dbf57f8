/** The tools whose permission requests are relayed: those of `only`, less those of `except`. */
export interface RelayFilter {
  /** Patterns of the tools to relay, by {@linkcode isToolPattern}; by default all. */
  readonly only?: readonly string[];
  /** Patterns of the tools to leave out. */
  readonly except?: readonly string[];
}

/** A tool's name, perhaps only its beginning and `*`; white space, commas and quotes do not match. */
const TOOL_PATTERN_REGEXP = /^(?:[A-Za-z0-9_.:\/-]{1,128}\*?|\*)$/;

/** Returns whether a text names a tool (`Bash`) or, by a trailing `*`, several (`mcp__github__*`). */
export function isToolPattern(text: string): boolean {
  return TOOL_PATTERN_REGEXP.test(text);
}

function isMatch(toolName: string, pattern: string): boolean {
  return pattern.endsWith("*") ? toolName.startsWith(pattern.slice(0, -1)) : toolName === pattern;
}

/** Returns whether the permission requests of a tool are relayed; upper and lower case differ. */
export function isRelayed(toolName: string, filter: RelayFilter): boolean {
  const { only, except = [] } = filter;
  if (only !== undefined && !only.some((pattern) => isMatch(toolName, pattern))) return false;
  return !except.some((pattern) => isMatch(toolName, pattern));
}
