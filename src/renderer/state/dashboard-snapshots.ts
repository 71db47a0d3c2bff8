/** The last dashboard of each filter set, kept in the browser: what an offline console shows, with its true ages. */
import type { CallOutput } from '../../shared/contract.ts';
import type { KeptValues } from './storage.ts';

type View = CallOutput<'dashboard.get'>;

const indexKey = 'dashboards';
/** Together well below the five megabytes that browsers grant: a dashboard is at most 60 kB. */
const keptCount = 8;

export interface DashboardSnapshots {
  read(filterKey: string): View | null;
  write(filterKey: string, view: View): void;
}

export function createDashboardSnapshots(kept: KeptValues): DashboardSnapshots {
  const readIndex = (): string[] => {
    const value = kept.read(indexKey);
    return Array.isArray(value) ? value.filter((key): key is string => typeof key === 'string') : [];
  };
  return {
    read(filterKey) {
      const value = kept.read(`${indexKey}.${filterKey}`);
      return isView(value) ? value : null;
    },
    write(filterKey, view) {
      // A view in which nothing is known must not push out one that shows something.
      if (view.sections.every((section) => section.payload === null)) return;
      const keys = [filterKey, ...readIndex().filter((key) => key !== filterKey)];
      for (const dropped of keys.slice(keptCount)) kept.remove(`${indexKey}.${dropped}`);
      kept.write(indexKey, keys.slice(0, keptCount));
      kept.write(`${indexKey}.${filterKey}`, view);
    },
  };
}

/** Enough to tell a snapshot of this version from anything else under the same name. */
function isView(value: unknown): value is View {
  if (typeof value !== 'object' || value === null) return false;
  return 'viewId' in value && 'sections' in value && Array.isArray(value.sections) && 'source' in value;
}
