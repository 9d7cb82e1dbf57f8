/**
 * Which permission requests leave the machine, by the tool that they are about.
 *
 * @module
 */

/** Which tools' requests are relayed: those of `only` when it is given, less those of `except`. */
export interface RelayFilter {
  /** Patterns by {@linkcode isToolPattern} of the tools to relay; without it, all. */
  readonly only?: readonly string[];
  /** Patterns by {@linkcode isToolPattern} of the tools not to relay. */
  readonly except?: readonly string[];
}

/** A tool's name, perhaps only its beginning and `*`; white space, commas and quotes do not match. */
const TOOL_PATTERN_REGEXP = /^(?:[A-Za-z0-9_.:\/-]{1,128}\*?|\*)$/;

/** Tells whether a text names a tool (`Bash`) or, by a trailing `*`, several (`mcp__github__*`). */
export function isToolPattern(text: string): boolean {
  return TOOL_PATTERN_REGEXP.test(text);
}

function isMatch(toolName: string, pattern: string): boolean {
  return pattern.endsWith("*") ? toolName.startsWith(pattern.slice(0, -1)) : toolName === pattern;
}

/**
 * Tells whether the permission requests of a tool are relayed.
 *
 * @param toolName The name as Claude Code says it; upper and lower case differ.
 * @param filter The filter; an empty one relays all.
 */
export function isRelayed(toolName: string, filter: RelayFilter): boolean {
  const { only, except = [] } = filter;
  if (only !== undefined && !only.some((pattern) => isMatch(toolName, pattern))) return false;
  return !except.some((pattern) => isMatch(toolName, pattern));
}
