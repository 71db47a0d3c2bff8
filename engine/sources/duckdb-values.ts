/** DuckDB's values as the port promises them: plain numbers, ISO dates, booleans, text, null. */
import type { DuckDBResultReader } from '@duckdb/node-api';
import { DuckDBTypeId } from '@duckdb/node-api';
import type { Row, SqlValue } from './source.ts';

export function toRows(reader: DuckDBResultReader): Row[] {
  const names = reader.deduplicatedColumnNames();
  const converters = names.map((_name, index) => converterOf(reader.columnTypeId(index)));
  return reader.getRowsJS().map((values) => {
    const row: Row = {};
    for (const [index, name] of names.entries()) row[name] = converters[index]?.(values[index]) ?? null;
    return row;
  });
}

function converterOf(type: DuckDBTypeId): (value: unknown) => SqlValue {
  return type === DuckDBTypeId.DATE ? toDateText : toSqlValue;
}

function toDateText(value: unknown): SqlValue {
  return value instanceof Date ? value.toISOString().slice(0, 10) : toSqlValue(value);
}

function toSqlValue(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}
