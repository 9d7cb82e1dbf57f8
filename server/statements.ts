import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Takes SQL text and returns its prepared statement. */
export type Statements = (sql: string) => StatementSync;

/** Prepares each statement once, when it is first needed. */
export function createStatements(database: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>();
  return (sql) => {
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      prepared.set(sql, statement);
    }
    return statement;
  };
}
