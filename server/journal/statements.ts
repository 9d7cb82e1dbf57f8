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

/** The times of a table. */
export interface TableTimes {
  /** The table, whose rows are numbered in the order in which they came. */
  readonly table: string;
  /** The column with the time, in milliseconds since the epoch. */
  readonly column: string;
}

/** The earliest time of the oldest rows: of several, as some may be from a clock that was fast. */
export function readOldestTime(sql: Statements, { table, column }: TableTimes): number {
  const row = sql(
    `SELECT min(${column}) AS time FROM (SELECT ${column} FROM ${table} ORDER BY rowid LIMIT 32)`,
  ).get();
  return Number(row?.time ?? Infinity);
}

/**
 * How many rows are looked at beyond those that are too old by their place: as many may come from a clock
 * that was fast before they hide what is too old.
 */
export const MAX_LOOKED_PAST = 1000;

/** Which rows {@linkcode deleteRowsBefore} deletes. */
export interface OldRows extends TableTimes {
  /** Rows from before this time go, in milliseconds since the epoch. */
  readonly timeMs: number;
  /** The most rows that go. */
  readonly limit: number;
}

/** Deletes those of the oldest rows of a table that are from before a time; returns how many. */
export function deleteRowsBefore(sql: Statements, rows: OldRows): number {
  const { table, column, timeMs, limit } = rows;
  const { changes } = sql(
    `DELETE FROM ${table} WHERE id IN (
       SELECT id FROM (SELECT id, ${column} FROM ${table} ORDER BY id LIMIT ${MAX_LOOKED_PAST})
       WHERE ${column} < ? LIMIT ?)`,
  ).run(timeMs, limit);
  return Number(changes);
}
