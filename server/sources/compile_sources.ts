/**
 * Makes sources ready for deliveries: reads secrets, and prepares keys, filters and templates.
 *
 * @module
 */

import { cleanContent } from "../../lib/text/clean_content.ts";
import { type CompiledFilter, compileFilter } from "../../lib/sources/filter/evaluate_filter.ts";
import type { EventRules } from "../../lib/sources/filter/event_rules.ts";
import {
  formatShape,
  type FormattedShape,
  MAX_SHAPE_CODE_POINTS,
} from "../../lib/sources/shape/format_shape.ts";
import { usesRegExp } from "../../lib/sources/filter/parse_filter.ts";
import { redactText } from "../../lib/sources/shape/redact.ts";
import type { Scheme } from "../../lib/sources/proof/scheme.ts";
import { selectScheme } from "../../lib/sources/config/select_scheme.ts";
import type { Shape } from "../../lib/sources/shape/shape.ts";
import { tryParseSourceConfig } from "../../lib/sources/config/config_file.ts";
import type { SourceEntry } from "../../lib/sources/config/entry.ts";
import { compileTemplate, type EventTemplate } from "./template.ts";
import { loadLinearRegExp } from "./load_re2.ts";
import { resolveSecrets } from "./resolve_secrets.ts";
import { WebhookVerifier } from "./verifier.ts";

/** A source that is ready for deliveries. */
export interface Source {
  readonly name: string;
  readonly entry: SourceEntry;
  readonly scheme: Scheme;
  readonly verifier: WebhookVerifier;
  readonly rules: EventRules;
  readonly format: (shape: Shape, payload: unknown) => FormattedShape;
}

/** The sources by their paths, or what is wrong with their configuration. */
type SourcesResult =
  | { readonly ok: true; readonly sources: ReadonlyMap<string, Source> }
  | { readonly ok: false; readonly message: string };

class SourceError extends Error {
  override readonly name = "SourceError";
}

async function compileRules({ events, filter }: SourceEntry): Promise<EventRules> {
  const { allow = [], deny = [] } = events ?? {};
  let compiled: CompiledFilter | undefined;
  if (filter !== undefined) {
    const none = () => ({ ok: false, message: "no expression is expected here" }) as const;
    const result = compileFilter(filter, usesRegExp(filter) ? await loadLinearRegExp() : none);
    if (!result.ok) throw new SourceError(`filter: ${result.message}`);
    compiled = result.filter;
  }
  return { allow, deny, filter: compiled };
}

/** Formats events by the user's template, or without it where it gives no text. */
function createFormat(name: string, template: EventTemplate | undefined): Source["format"] {
  return (shape, payload) => {
    const formatted = formatShape(name, shape);
    const rendered = template?.render(payload, {
      source: name,
      event: shape.event,
      title: shape.title,
      url: shape.url ?? "",
      severity: shape.severity,
    });
    if (!rendered?.ok) return formatted;
    return { ...formatted, text: cleanContent(redactText(rendered.text), MAX_SHAPE_CODE_POINTS) };
  };
}

async function compileSource(name: string, entry: SourceEntry): Promise<Source> {
  const resolved = resolveSecrets(entry);
  if (!resolved.ok) throw new SourceError(resolved.message);
  const { secrets } = resolved;
  const selected = selectScheme(entry, secrets);
  if (!selected.ok) throw new SourceError(selected.message);
  const { scheme } = selected;
  const compiled = entry.template === undefined ? undefined : await compileTemplate(entry.template);
  if (compiled?.ok === false) throw new SourceError(`template: ${compiled.message}`);
  return {
    name,
    entry,
    scheme,
    verifier: new WebhookVerifier({ scheme, secrets }),
    rules: await compileRules(entry),
    format: createFormat(name, compiled?.template),
  };
}

/** Makes the sources of a configuration ready. */
export async function compileSources(text: string): Promise<SourcesResult> {
  const parsed = tryParseSourceConfig(text);
  if (!parsed.ok) return parsed;
  const sources = new Map<string, Source>();
  for (const [name, entry] of Object.entries(parsed.config.sources)) {
    try {
      sources.set(entry.path, await compileSource(name, entry));
    } catch (error) {
      if (!(error instanceof SourceError || error instanceof TypeError)) throw error;
      return { ok: false, message: `The source "${name}" cannot be used: ${error.message}` };
    }
  }
  return { ok: true, sources };
}
