/**
 * Prepared statements. The SQL of a table stands in one object; each text is prepared when it is first
 * used, because a session that starts uses few of them.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Takes the name of a statement and returns it prepared. */
export type Statements<Sql> = (name: keyof Sql) => StatementSync;

/** Prepares each statement once, when it is first used. */
export function prepareLazily<Sql extends { readonly [Name in keyof Sql]: string }>(
  database: DatabaseSync,
  sql: Sql,
): Statements<Sql> {
  const prepared: { [Name in keyof Sql]?: StatementSync } = {};
  return (name) => prepared[name] ??= database.prepare(sql[name]);
}

/**
 * The most rows that are read past those that are too old by their place: a clock that was fast may have
 * written as many before they hide rows that are too old.
 */
export const MAX_ROWS_PAST = 1000;

/**
 * SQL for the earliest time among the oldest rows: of several, because a clock that was fast may have
 * written some of them.
 */
export function selectOldest(table: string, timeColumn: string): string {
  return `SELECT min(${timeColumn}) AS time
          FROM (SELECT ${timeColumn} FROM ${table} ORDER BY rowid LIMIT 32)`;
}

/** Runs {@linkcode selectOldest}; `Infinity` for an empty table. */
export function readOldest(statement: StatementSync): number {
  return Number(statement.get()?.time ?? Infinity);
}

/** SQL that deletes at most `?2` of a table's oldest rows, those from before the time `?1`. */
export function deleteOldest(table: string, timeColumn: string, key = "id"): string {
  return `DELETE FROM ${table} WHERE ${key} IN (
            SELECT ${key}
            FROM (SELECT ${key}, ${timeColumn} FROM ${table} ORDER BY ${key} LIMIT ${MAX_ROWS_PAST})
            WHERE ${timeColumn} < ?1 LIMIT ?2)`;
}
