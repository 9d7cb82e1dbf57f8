/** What is wrong with one argument. */
export interface ArgumentIssue {
  /** Where the argument stands. */
  readonly path: readonly PropertyKey[];
  /** What is wrong and what is expected. */
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

/**
 * A schema that is made when it is first needed: making one takes longer than most of what a server
 * does before its first answer.
 *
 * @param create Makes the schema.
 */
export function lazySchema<Args>(create: () => ArgumentsSchema<Args>): ArgumentsSchema<Args> {
  let schema: ArgumentsSchema<Args> | undefined;
  const get = () => schema ??= create();
  return {
    safeParse: (args) => get().safeParse(args),
    toJSONSchema: (options) => get().toJSONSchema(options),
  };
}
