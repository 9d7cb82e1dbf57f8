/**
 * Templates of users for the text of events, in Handlebars.
 *
 * A template sees a copy of the payload that is cleaned, redacted and bounded, no helper but `if`,
 * `unless`, `each` and `with`, no partial, and nothing that an object inherits. A template that runs
 * cannot be stopped from outside, so it counts its own steps.
 *
 * @module
 */

import type HandlebarsModule from "handlebars";
import { cleanValue } from "../../lib/sources/shape/clean_value.ts";
import { createTemplateView } from "../../lib/sources/shape/template_view.ts";
import { countCodePoints, splitByCodePoints } from "../../lib/text/truncate.ts";
import { findTemplateFault, TEMPLATE_VARIABLES } from "./template_fault.ts";

/** What a template knows besides the payload, as `{{@title}}` and so on. */
export interface TemplateVariables {
  /** The name of the source. */
  readonly source: string;
  /** The full name of the event. */
  readonly event: string;
  /** What happened, as it would be said without a template. */
  readonly title: string;
  /** Where to read on; empty for nowhere. */
  readonly url: string;
  /** How bad it is. */
  readonly severity: string;
}

/** A text, or why there is none. */
export type RenderResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** A template that is ready for use. */
export interface EventTemplate {
  /**
   * Makes the text of an event, of at most 4,000 code points; it has to be cleaned as a whole.
   *
   * @param payload Any JSON value.
   * @param variables What else the template knows.
   */
  render(payload: unknown, variables: TemplateVariables): RenderResult;
}

/** What {@linkcode compileTemplate} returns. */
export type TemplateResult =
  | { readonly ok: true; readonly template: EventTemplate }
  | { readonly ok: false; readonly message: string };

/** The longest text in code points. */
const MAX_TEXT_CODE_POINTS = 4000;

/** How often the blocks of all `each` run in one text; nested ones multiply. */
const MAX_STEPS = 10_000;

/**
 * How many UTF-16 units all blocks of `each` give. What one in another gives counts once for each of
 * the levels, of which there are 32 at most, so that more than this is a text that is long enough.
 */
const MAX_BLOCK_UNITS = 2 * MAX_TEXT_CODE_POINTS * 32;

const MAX_VARIABLE_CODE_POINTS = 500;

const COMPILE_OPTIONS = {
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: { log: false, lookup: false },
} as const;

/** Without a word on the console about what was refused. */
const PROTO_OPTIONS = {
  allowProtoMethodsByDefault: false,
  allowProtoPropertiesByDefault: false,
} as const;

/** Thrown by a template that runs for too long. */
class TooManyStepsError extends RangeError {
  override readonly name = "TooManyStepsError";
}

/** How far a text has come. */
interface Progress {
  steps: number;
  units: number;
}

/** Makes `each` count what it does, end when the text is long enough, and fail when it does not. */
function boundEach(handlebars: typeof HandlebarsModule, progress: Progress): void {
  const each = handlebars.helpers.each as HandlebarsModule.HelperDelegate;
  handlebars.registerHelper("each", function (this: unknown, items, options) {
    function fn(item: unknown, runtime?: HandlebarsModule.RuntimeOptions): string {
      if (progress.units > MAX_BLOCK_UNITS) return "";
      if (++progress.steps > MAX_STEPS) throw new TooManyStepsError();
      const text = options.fn(item, runtime);
      progress.units += text.length;
      return text;
    }
    return each.call(this, items, { ...options, fn });
  });
}

function cutText(text: string): string {
  if (countCodePoints(text) <= MAX_TEXT_CODE_POINTS) return text;
  return `${splitByCodePoints(text, MAX_TEXT_CODE_POINTS - 1)[0]}…`;
}

function cleanVariables(variables: TemplateVariables): Record<string, string> {
  return Object.fromEntries(
    TEMPLATE_VARIABLES.map((name) => [name, cleanValue(variables[name], MAX_VARIABLE_CODE_POINTS)]),
  );
}

/**
 * Compiles a template. Handlebars is loaded for the first one only.
 *
 * @param text At most 4,000 characters.
 * @returns The template, or a message that says in which line it is wrong and how.
 */
export async function compileTemplate(text: string): Promise<TemplateResult> {
  // The one file for browsers: the package's own entry loads a dozen more and reaches for `fs`.
  const { default: module } = await import("handlebars/dist/handlebars.js");
  const handlebars: typeof HandlebarsModule = module.create();
  const message = findTemplateFault(text, (template) => handlebars.parse(template));
  if (message !== undefined) return { ok: false, message };
  const progress: Progress = { steps: 0, units: 0 };
  boundEach(handlebars, progress);
  const run = handlebars.compile(text, COMPILE_OPTIONS);

  function render(payload: unknown, variables: TemplateVariables): RenderResult {
    Object.assign(progress, { steps: 0, units: 0 });
    try {
      const view = createTemplateView(payload);
      const rendered = run(view, { ...PROTO_OPTIONS, data: cleanVariables(variables) });
      return rendered.trim() === ""
        ? { ok: false, message: "The template gives no text" }
        : { ok: true, text: cutText(rendered) };
    } catch (error) {
      const reason = error instanceof TooManyStepsError
        ? `its blocks run more than ${MAX_STEPS} times`
        : error instanceof Error
        ? error.name
        : "a value that is no error";
      return { ok: false, message: `The template fails: ${reason}` };
    }
  }
  return { ok: true, template: { render } };
}
