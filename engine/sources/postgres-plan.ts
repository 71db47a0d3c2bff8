/**
 * Reads a plan of PostgreSQL (EXPLAIN as JSON): its words for people, and where an index would spare reading a table.
 * Source: PostgreSQL manual, EXPLAIN and 11.3 (multicolumn indexes: equality columns first, then one range).
 */
import { z } from 'zod';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Plan Rows': number;
  readonly 'Total Cost': number;
  readonly 'Parallel Aware'?: boolean | undefined;
  readonly 'Workers Planned'?: number | undefined;
  readonly Schema?: string | undefined;
  readonly 'Relation Name'?: string | undefined;
  readonly 'Index Name'?: string | undefined;
  readonly Filter?: string | undefined;
  readonly 'Index Cond'?: string | undefined;
  readonly Plans?: readonly PlanNode[] | undefined;
}

const nodeSchema: z.ZodType<PlanNode> = z.object({
  'Node Type': z.string(),
  'Plan Rows': z.number(),
  'Total Cost': z.number(),
  'Parallel Aware': z.boolean().optional(),
  'Workers Planned': z.number().optional(),
  Schema: z.string().optional(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  Filter: z.string().optional(),
  'Index Cond': z.string().optional(),
  get Plans() {
    return z.array(nodeSchema).optional();
  },
});

/** A whole table that is read for a condition on its columns. */
export interface TableScan {
  readonly schema: string;
  readonly table: string;
  /** How many rows the planner expects to be left. */
  readonly rowsLeft: number;
  readonly equalTo: readonly string[];
  readonly within: readonly string[];
}

/** What an index may be made of; of one table. */
export interface TableFacts {
  /** As it is written in SQL. */
  readonly name: string;
  readonly rowCount: number;
  /** Name → as it is written in SQL. */
  readonly columns: ReadonlyMap<string, string>;
  /** Columns of each index there is, in their order. */
  readonly indexes: readonly (readonly string[])[];
}

export interface ReadPlan {
  /** One line a step, indented as EXPLAIN does. */
  readonly text: string;
  readonly scans: readonly TableScan[];
}

/** @param json what EXPLAIN (FORMAT JSON, VERBOSE) answers. Throws a ZodError where it is something else. */
export function readPlan(json: unknown): ReadPlan {
  const [{ Plan: root }] = z.tuple([z.object({ Plan: nodeSchema })]).parse(json);
  const lines: string[] = [];
  const scans: TableScan[] = [];
  const walk = (node: PlanNode, depth: number, workers: number): void => {
    lines.push(`${'  '.repeat(depth)}${lineOf(node)}`);
    const scan = scanOf(node, workers);
    if (scan !== null) scans.push(scan);
    for (const child of node.Plans ?? []) walk(child, depth + 1, node['Workers Planned'] ?? workers);
  };
  walk(root, 0, 0);
  return { text: lines.join('\n'), scans };
}

function lineOf(node: PlanNode): string {
  const on = node['Relation Name'] === undefined ? '' : ` on ${node['Relation Name']}`;
  const by = node['Index Name'] === undefined ? '' : ` using ${node['Index Name']}`;
  const condition = node['Index Cond'] ?? node.Filter;
  const parallel = node['Parallel Aware'] === true ? 'Parallel ' : '';
  const figures = `cost ${Math.round(node['Total Cost'])}, rows ${node['Plan Rows']}`;
  return `${parallel}${node['Node Type']}${by}${on} (${figures})${condition === undefined ? '' : `: ${condition}`}`;
}

function scanOf(node: PlanNode, workers: number): TableScan | null {
  const { Schema: schema, 'Relation Name': table, Filter: filter } = node;
  if (node['Node Type'] !== 'Seq Scan' || schema === undefined || table === undefined || filter === undefined)
    return null;
  // Source: PostgreSQL's get_parallel_divisor: the leader takes part, the less the more workers there are.
  const divisor = node['Parallel Aware'] === true ? workers + Math.max(0, 1 - 0.3 * workers) : 1;
  const conditions = conditionsOf(filter);
  return { schema, table, rowsLeft: node['Plan Rows'] * divisor, ...conditions };
}

const column = String.raw`(?:(?:"(?:[^"]|"")+"|\w+)\.)?("(?:[^"]|"")+"|\w+)`;
/** A column, maybe as text (varchar is shown so), compared with something that is no column. */
const comparison = new RegExp(
  String.raw`^(?:\(${column}\)::text|${column}) (=|<|<=|>|>=) (?:'|-?\d|\('|\(-?\d|ANY \('|\$\d|\(\$\d|now\(\)|CURRENT_)`,
);

/** Columns of those parts of a condition that must all hold and that an index can answer. */
export function conditionsOf(filter: string): { equalTo: string[]; within: string[] } {
  const equalTo = new Set<string>();
  const within = new Set<string>();
  for (const part of partsOf(bare(filter))) {
    const [, asText, plain, operator] = comparison.exec(bare(part)) ?? [];
    const name = asText ?? plain;
    if (name === undefined) continue;
    (operator === '=' ? equalTo : within).add(unquoted(name));
  }
  return { equalTo: [...equalTo], within: [...within].filter((name) => !equalTo.has(name)) };
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** Without the brackets around all of it. */
function bare(text: string): string {
  if (!text.startsWith('(')) return text;
  let isWhole = false;
  for (const { at, depth } of outside(text)) {
    if (depth === 0) {
      isWhole = at === text.length - 1;
      break;
    }
  }
  return isWhole ? bare(text.slice(1, -1)) : text;
}

/** What AND joins on the outermost level; one part where it is something else. */
function partsOf(text: string): string[] {
  const cuts: number[] = [];
  for (const { at, depth } of outside(text)) if (depth === 0 && text.startsWith(' AND ', at)) cuts.push(at);
  return [...cuts, text.length].map((end, index) => text.slice(index === 0 ? 0 : (cuts[index - 1] ?? 0) + 5, end));
}

/** Each character that is not in quotes, with the depth of brackets after it. */
function* outside(text: string): Generator<{ at: number; depth: number }> {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
      continue;
    }
    if (character === "'" || character === '"') {
      quote = character;
      continue;
    }
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    yield { at, depth };
  }
}

/** Below it reading all of it is quick. */
const bigTableRows = 10_000;
/** Where more is left, reading the whole table is no worse than an index. */
const fewRatio = 0.1;
const mostColumns = 3;

/** The statement that would spare this scan; null where none would, or there is such an index already. */
export function indexFor(scan: TableScan, facts: TableFacts): string | null {
  if (facts.rowCount < bigTableRows || scan.rowsLeft > facts.rowCount * fewRatio) return null;
  const wanted = [...scan.equalTo.slice(0, mostColumns), ...scan.within.slice(0, 1)]
    .filter((name) => facts.columns.has(name))
    .slice(0, mostColumns);
  if (wanted.length === 0) return null;
  const isThere = facts.indexes.some((columns) =>
    wanted.every((name) => columns.slice(0, wanted.length).includes(name)),
  );
  if (isThere) return null;
  return `CREATE INDEX CONCURRENTLY ON ${facts.name} (${wanted.map((name) => facts.columns.get(name)).join(', ')})`;
}

/** $1 is the schema, $2 the table. */
export const tableFactsSql = `
  SELECT CAST(CAST(c.oid AS regclass) AS text) AS name, CAST(c.reltuples AS float8) AS row_count,
    (SELECT json_agg(json_build_array(a.attname, quote_ident(a.attname)))
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    (SELECT json_agg((SELECT json_agg(a.attname ORDER BY k.place)
        FROM unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum))
      FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL) AS indexes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2`;

const factsSchema = z.object({
  name: z.string(),
  row_count: z.number(),
  columns: z.array(z.tuple([z.string(), z.string()])),
  indexes: z.array(z.array(z.string()).nullable()).nullable(),
});

/** A row of `tableFactsSql`, its JSON still as text. */
export function readTableFacts(row: Readonly<Record<string, unknown>>): TableFacts {
  const parsed = factsSchema.parse({
    ...row,
    columns: JSON.parse(String(row['columns'])),
    indexes: JSON.parse(String(row['indexes'])),
  });
  return {
    name: parsed.name,
    rowCount: parsed.row_count,
    columns: new Map(parsed.columns),
    indexes: (parsed.indexes ?? []).map((columns) => columns ?? []),
  };
}
