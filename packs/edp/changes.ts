/** Which changes of the data a caller may tell of, and what each concerns. */
import type { ChangeSubject } from '../../engine/kpi/pack.ts';

interface ChangeRule {
  readonly tables: readonly ('edp' | 'cost' | 'log')[];
  /** A change of rows of one client concerns only views of that client and views of all. */
  readonly byFilter: boolean;
}

const rows: ChangeRule = { tables: ['edp'], byFilter: true };
const costs: ChangeRule = { tables: ['cost'], byFilter: false };
const logs: ChangeRule = { tables: ['log'], byFilter: false };

/** Source: the change types of the original's webhook, and those that follow from the pack's tables. */
export const changeRules: Readonly<Record<string, ChangeRule>> = {
  edp_created: rows,
  edp_updated: rows,
  edp_deleted: rows,
  client_changed: rows,
  cost_created: costs,
  cost_changed: costs,
  cost_updated: costs,
  cost_deleted: costs,
  log_added: logs,
  // A project may have passed to another manager, so no single one of them tells what it concerns.
  project_changed: { tables: ['edp', 'cost'], byFilter: false },
  data_imported: { tables: ['edp', 'cost', 'log'], byFilter: false },
};

/** Filters whose values a row keeps for life, by the names that a caller may give them. */
const subjects: Readonly<Record<string, string>> = {
  cliente: 'cliente',
  client: 'cliente',
  jefe_proyecto: 'jefe_proyecto',
  gestor: 'gestor',
  tipo_proyecto: 'tipo_proyecto',
};

/** Null for a type that is not known. One named subject is enough: every view says of each such filter what it depends on. */
export function changeTags(type: string, subject: ChangeSubject): readonly string[] | null {
  const rule = Object.hasOwn(changeRules, type) ? changeRules[type] : undefined;
  if (!rule) return null;
  const named = rule.byFilter ? Object.entries(subject).find(([name]) => Object.hasOwn(subjects, name)) : undefined;
  const values = named
    ? [named[1]]
        .flat()
        .map((value) => String(value).trim())
        .filter(Boolean)
    : [];
  if (!named || values.length === 0) return rule.tables.map((table) => `table:${table}`);
  const filter = subjects[named[0]] ?? named[0];
  return [`${filter}:*`, ...new Set(values.map((value) => `${filter}:${value}`))];
}
