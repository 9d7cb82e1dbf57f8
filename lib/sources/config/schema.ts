/**
 * The schema of `config.json`. Each message says what was expected and never what was received,
 * which may be a secret in the wrong place.
 *
 * @module
 */

import * as z from "zod";
import { isRepositoryName, isSessionName } from "../../session/names.ts";
import { cleanLine, isCleanLine } from "../../text/clean_line.ts";
import { type ArgumentsSchema, lazySchema } from "../../lazy_schema.ts";
import { tryHeaderName } from "../proof/scheme.ts";
import { PROVIDER_NAMES } from "../providers/kinds.ts";
import { type JsonFilter, tryParseFilter } from "../filter/parse_filter.ts";
import { tryParseJsonPath } from "../body/json_path.ts";
import { findNearest } from "../../text/nearest.ts";
import { findReferenceFault, tryParseSecretReference } from "./secret_reference.ts";
import { selectScheme } from "./select_scheme.ts";
import type { SourceConfig, SourceEntry } from "./entry.ts";
import { findSourcePathFault, isSourceName, SOURCE_NAME_EXPECTATION } from "./place.ts";
import { MAX_TEMPLATE_LENGTH } from "../shape/template_view.ts";

const MAX_SOURCES = 100;

/** Two are enough to change one. */
const MAX_SECRETS = 8;

/** A shorter secret can be guessed. */
const MIN_SECRET_LENGTH = 8;

const MAX_PATTERNS = 100;
const MAX_PATTERN_LENGTH = 100;
const MAX_KEY_CODE_POINTS = 64;

/** A fault of the whole value, as zod reports it. */
interface Issue {
  readonly input?: unknown;
  readonly keys?: readonly string[];
}

function expected(what: string) {
  return {
    error: ({ input }: Issue) => `${input === undefined ? "missing, " : ""}expected ${what}`,
  };
}

/** Accepts an object with these keys and no others; the message names the key that was meant. */
function strictObject<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: ({ input, keys }: Issue) => {
      if (keys === undefined) return expected("an object").error({ input });
      const [key = ""] = keys;
      const nearest = findNearest(key, known);
      const hint = nearest === undefined
        ? `expected ${known.map((name) => `"${name}"`).join(", ")}`
        : `did you mean "${nearest}"?`;
      return `unknown key "${cleanLine(key, MAX_KEY_CODE_POINTS)}": ${hint}`;
    },
  });
}

/** Accepts a string in which a check finds no fault. */
function checkedString(what: string, findFault: (text: string) => string | undefined) {
  return z.string(expected(what)).superRefine((text, context) => {
    const message = findFault(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

/** Accepts a string that passes a test. */
function testedString(what: string, isValid: (text: string) => boolean) {
  return checkedString(what, (text) => isValid(text) ? undefined : `expected ${what}`);
}

function findSecretFault(secret: string): string | undefined {
  if (secret.trim() === "") return "expected a secret that is not empty";
  const fault = findReferenceFault(secret);
  if (fault !== undefined) return fault;
  return tryParseSecretReference(secret) === undefined && secret.length < MIN_SECRET_LENGTH
    ? `expected at least ${MIN_SECRET_LENGTH} characters, "env:NAME" or "file:/path"`
    : undefined;
}

function findEventPathFault(path: string): string | undefined {
  const parsed = tryParseJsonPath(path);
  if (!parsed.ok) return parsed.message;
  return path !== "" && !parsed.path.some((step) => step.includes("."))
    ? undefined
    : 'expected a path such as "event.type", without a dot in a name';
}

function headerName() {
  return testedString("the name of a header", (text) => tryHeaderName(text) !== undefined);
}

function createPatterns() {
  const pattern = testedString(
    'a pattern such as "pull_request.opened" or "push.*"',
    (text) => text !== "" && text.length <= MAX_PATTERN_LENGTH && isCleanLine(text),
  );
  const what = `a list of at most ${MAX_PATTERNS} patterns`;
  return z.array(pattern, expected(what)).max(MAX_PATTERNS, expected(what)).optional();
}

function createSignature() {
  return strictObject({
    algorithm: z.enum(
      ["sha256", "sha1", "sha512", "token", "bearer", "basic"],
      expected('"sha256", "sha1", "sha512", "token", "bearer" or "basic"'),
    ),
    header: headerName().optional(),
    template: testedString('a template such as "{timestamp}.{body}"', (text) => text.length <= 200)
      .optional(),
    encoding: z.enum(["hex", "base64"], expected('"hex" or "base64"')).optional(),
    prefix: testedString("at most 50 characters", (text) => text.length <= 50).optional(),
    timestamp_header: headerName().optional(),
    id_header: headerName().optional(),
    event_header: headerName().optional(),
    event_path: checkedString('a path such as "event.type"', findEventPathFault).optional(),
  });
}

function createFilter() {
  return z.custom<JsonFilter>().superRefine((value, context) => {
    const result = tryParseFilter(value);
    if (!result.ok) {
      context.addIssue({ code: "custom", path: [...result.path], message: result.message });
    }
  });
}

function findSchemeFault(source: SourceEntry): string | undefined {
  const scheme = selectScheme(source, []);
  return scheme.ok ? undefined : scheme.message;
}

function createSource() {
  const secrets = `a list of 1 to ${MAX_SECRETS} secrets`;
  return strictObject({
    path: checkedString('a path such as "/github"', findSourcePathFault),
    kind: z.enum(PROVIDER_NAMES, {
      error: ({ input }: Issue) => {
        const nearest = typeof input === "string" ? findNearest(input, PROVIDER_NAMES) : undefined;
        return nearest === undefined
          ? expected(PROVIDER_NAMES.join(", ")).error({ input })
          : `unknown kind: did you mean "${nearest}"?`;
      },
    }),
    secrets: z.array(checkedString("a string", findSecretFault), expected(secrets))
      .min(1, expected(secrets)).max(MAX_SECRETS, expected(secrets)),
    session: testedString("the name of a session", isSessionName).optional(),
    repository: testedString('a repository such as "owner/name"', isRepositoryName).optional(),
    events: strictObject({ allow: createPatterns(), deny: createPatterns() }).optional(),
    filter: createFilter().optional(),
    template: testedString(
      `a template of 1 to ${MAX_TEMPLATE_LENGTH} characters`,
      (text) => text.trim() !== "" && text.length <= MAX_TEMPLATE_LENGTH,
    ).optional(),
    signature: createSignature().optional(),
    timestamp_header: headerName().optional(),
  }).superRefine((source, context) => {
    const message = findSchemeFault(source);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

function createSources() {
  return z.record(z.string(), createSource(), expected("an object of sources"))
    .superRefine((sources, context) => {
      const names = Object.keys(sources);
      if (names.length > MAX_SOURCES) {
        context.addIssue({ code: "custom", message: `expected at most ${MAX_SOURCES} sources` });
      }
      const nameOf = new Map<string, string>();
      for (const [name, { path }] of Object.entries(sources)) {
        const other = nameOf.get(path);
        if (!isSourceName(name)) {
          context.addIssue({
            code: "custom",
            path: [name],
            message: `expected a name of ${SOURCE_NAME_EXPECTATION}`,
          });
        }
        if (other !== undefined) {
          context.addIssue({
            code: "custom",
            path: [name, "path"],
            message: `expected a path of its own: "${other}" has the same`,
          });
        }
        nameOf.set(path, name);
      }
    });
}

/** The schema, made on first use. */
export const SOURCE_SCHEMA: ArgumentsSchema<SourceConfig> = lazySchema(() =>
  strictObject({ sources: createSources().default({}) })
);
