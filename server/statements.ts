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

/** Which rows {@linkcode deleteRowsBefore} deletes. */
export interface OldRows {
  /** The table, whose rows are numbered in the order in which they came. */
  readonly table: string;
  /** The column with the time that decides. */
  readonly column: string;
  /** Rows from before this time go, in milliseconds since the epoch. */
  readonly timeMs: number;
  /** How many of the oldest rows are looked at. */
  readonly limit: number;
}

/** Deletes those of the oldest rows of a table that are from before a time; returns how many. */
export function deleteRowsBefore(sql: Statements, rows: OldRows): number {
  const { table, column, timeMs, limit } = rows;
  const { changes } = sql(
    `DELETE FROM ${table} WHERE id IN (
       SELECT id FROM (SELECT id, ${column} FROM ${table} ORDER BY id LIMIT ?) WHERE ${column} < ?)`,
  ).run(limit, timeMs);
  return Number(changes);
}
