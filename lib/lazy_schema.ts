/** A problem of one argument. */
export interface ArgumentIssue {
  /** The place of the argument. */
  readonly path: readonly PropertyKey[];
  /** The problem and the expectation. */
  readonly message: string;
}

/** The schema of a tool's arguments; every object schema of zod is one. */
export interface ArgumentsSchema<Args> {
  /** Validates arguments without throwing. */
  safeParse(
    args: unknown,
  ):
    | { readonly success: true; readonly data: Args }
    | { readonly success: false; readonly error: { readonly issues: readonly ArgumentIssue[] } };
  /** The schema as JSON Schema. */
  toJSONSchema(options: { io: "input" }): object;
}

/** Creates a schema when it is first needed: at the start, one takes longer than all else. */
export function lazySchema<Args>(create: () => ArgumentsSchema<Args>): ArgumentsSchema<Args> {
  let schema: ArgumentsSchema<Args> | undefined;
  const get = () => schema ??= create();
  return {
    safeParse: (args) => get().safeParse(args),
    toJSONSchema: (options) => get().toJSONSchema(options),
  };
}
