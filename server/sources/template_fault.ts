/**
 * Finds the faults of templates: syntax that Handlebars refuses, and parts that it would accept but
 * templates of events may not have.
 *
 * @module
 */

import { cleanLine } from "../../lib/text/clean_line.ts";
import { MAX_TEMPLATE_LENGTH } from "../../lib/sources/shape/template_view.ts";

/** The variables of a template besides the payload; templates write an `@` before them. */
export const TEMPLATE_VARIABLES = ["source", "event", "title", "url", "severity"] as const;

/** The fields of Handlebars' syntax tree that are checked. */
interface TemplateNode {
  readonly type: string;
  readonly loc: { readonly start: { readonly line: number } };
}

/** A path, such as `../pull_request.title` or `@index`. */
interface PathNode extends TemplateNode {
  readonly data: boolean;
  readonly parts: readonly string[];
  readonly original: string;
}

/** A part with braces: a value or a block. */
interface TagNode extends TemplateNode {
  readonly path: PathNode;
  readonly params: readonly TemplateNode[];
  readonly hash?: { readonly pairs: readonly { readonly key: string }[] };
  readonly program?: TemplateBody;
  readonly inverse?: TemplateBody;
}

/** A template, or the inside of a block. */
interface TemplateBody {
  readonly body: readonly TemplateNode[];
}

/** The variables that Handlebars itself adds. */
const OWN_VARIABLES: readonly string[] = ["root", "index", "key", "first", "last"];

const VARIABLES: readonly string[] = [...TEMPLATE_VARIABLES, ...OWN_VARIABLES];

const BLOCKS: readonly string[] = ["if", "unless", "each", "with"];

/** The most blocks that may stand in each other. */
const MAX_DEPTH = 32;

const MAX_EXCERPT_CODE_POINTS = 60;

function faultAt({ loc }: TemplateNode, message: string): string {
  return `The template is wrong in line ${loc.start.line}: ${message}`;
}

function excerpt(text: string): string {
  return `"${cleanLine(text, MAX_EXCERPT_CODE_POINTS)}"`;
}

function isPath(node: TemplateNode): node is PathNode {
  return node.type === "PathExpression";
}

function findPathFault(node: TemplateNode): string | undefined {
  if (!isPath(node)) return faultAt(node, 'expected a path such as "pull_request.title"');
  const [name = ""] = node.parts;
  if (!node.data || VARIABLES.includes(name)) return undefined;
  const known = VARIABLES.map((variable) => `"@${variable}"`).join(", ");
  return faultAt(node, `unknown variable ${excerpt(node.original)}: expected one of ${known}`);
}

function findBlockFault(block: TagNode, depth: number): string | undefined {
  const { original: name } = block.path;
  if (!BLOCKS.includes(name)) {
    return faultAt(block, `unknown block ${excerpt(name)}: expected ${BLOCKS.join(", ")}`);
  }
  const [param, other] = block.params;
  if (param === undefined || other !== undefined) {
    return faultAt(block, `expected one path after "{{#${name}"`);
  }
  const option = block.hash?.pairs.find(({ key }) => !(name === "if" && key === "includeZero"));
  if (option !== undefined) return faultAt(block, `unknown option ${excerpt(option.key)}`);
  if (depth > MAX_DEPTH) {
    return faultAt(block, `expected at most ${MAX_DEPTH} blocks in each other`);
  }
  return findPathFault(param) ?? findBodyFault(block.program, depth) ??
    findBodyFault(block.inverse, depth);
}

function findValueFault(value: TagNode): string | undefined {
  const { path, params, hash } = value;
  const isCall = params.length > 0 || (hash?.pairs.length ?? 0) > 0;
  if (isPath(path) && (isCall || BLOCKS.includes(path.original))) {
    return faultAt(value, `unknown helper ${excerpt(path.original)}: expected a path alone`);
  }
  return findPathFault(path);
}

function findBodyFault(body: TemplateBody | undefined, depth: number): string | undefined {
  for (const node of body?.body ?? []) {
    const fault = findNodeFault(node, depth);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findNodeFault(node: TemplateNode, depth: number): string | undefined {
  switch (node.type) {
    case "ContentStatement":
    case "CommentStatement":
      return undefined;
    case "MustacheStatement":
      return findValueFault(node as TagNode);
    case "BlockStatement":
      return findBlockFault(node as TagNode, depth + 1);
    default:
      return faultAt(node, "expected neither partials nor decorators");
  }
}

/** Describes a syntax error of Handlebars in the words of this project. */
function describeSyntax(message: string): string {
  const [, open, close, line] = /^(.*) doesn't match (.*) - (\d+):\d+$/.exec(message) ?? [];
  if (line !== undefined) {
    const ends = `${excerpt(`{{/${close}}}`)} ends ${excerpt(`{{#${open}}}`)}`;
    return `The template is wrong in line ${line}: ${ends}`;
  }
  const [head = "", shown = "", arrow = ""] = message.split("\n");
  const where = / on line (\d+)/.exec(head)?.[1] ?? "1";
  const what = /got 'EOF'$/.test(message)
    ? 'expected "{{/…}}" or "}}" before the end'
    : `cannot be read after ${excerpt(shown.slice(0, arrow.indexOf("^")))}`;
  return `The template is wrong in line ${where}: ${what}`;
}

/** Finds the first fault of a template, and its line. */
export function findTemplateFault(
  text: string,
  parse: (text: string) => TemplateBody,
): string | undefined {
  if (text.length > MAX_TEMPLATE_LENGTH) {
    return `The template is too long: expected at most ${MAX_TEMPLATE_LENGTH} characters`;
  }
  try {
    return findBodyFault(parse(text), 0);
  } catch (error) {
    return describeSyntax(error instanceof Error ? error.message : "");
  }
}
