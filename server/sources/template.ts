/**
 * Renders the text of events by users' Handlebars templates.
 *
 * A template sees a copy of the payload that is cleaned, redacted and bounded, no helper but `if`,
 * `unless`, `each` and `with`, no partial, and nothing that an object inherits. A running template
 * cannot be stopped from outside, so it counts its own steps.
 *
 * @module
 */

import type HandlebarsModule from "handlebars";
import { cleanValue } from "../../lib/sources/shape/clean_value.ts";
import { createTemplateView } from "../../lib/sources/shape/template_view.ts";
import { countCodePoints, splitByCodePoints } from "../../lib/text/truncate.ts";
import { findTemplateFault, TEMPLATE_VARIABLES } from "./template_fault.ts";

/** The variables of a template besides the payload, such as `{{@title}}`. */
export type TemplateVariables = Readonly<Record<typeof TEMPLATE_VARIABLES[number], string>>;

type RenderResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

export interface EventTemplate {
  /** Renders a text of at most 4,000 code points, which still has to be cleaned as a whole. */
  render(payload: unknown, variables: TemplateVariables): RenderResult;
}

type TemplateResult =
  | { readonly ok: true; readonly template: EventTemplate }
  | { readonly ok: false; readonly message: string };

const MAX_TEXT_CODE_POINTS = 4000;

/** The most runs of all `each` blocks in one text; nested blocks multiply. */
const MAX_STEPS = 10_000;

/**
 * The most UTF-16 units that all `each` blocks give. A nested block counts once for each of at most 32
 * levels, so beyond this the text is long enough.
 */
const MAX_BLOCK_UNITS = 2 * MAX_TEXT_CODE_POINTS * 32;

const MAX_VARIABLE_CODE_POINTS = 500;

const COMPILE_OPTIONS = {
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: { log: false, lookup: false },
} as const;

/** An explicit `false` keeps Handlebars from writing about refusals on the console. */
const PROTO_OPTIONS = {
  allowProtoMethodsByDefault: false,
  allowProtoPropertiesByDefault: false,
} as const;

class TooManyStepsError extends RangeError {
  override readonly name = "TooManyStepsError";
}

interface Progress {
  steps: number;
  units: number;
}

/** Makes `each` count its steps, end once the text is long enough, and fail where it does not end. */
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

/** Compiles a template of at most 4,000 characters; a message names the line with a fault. */
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
