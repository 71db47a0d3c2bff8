/** Twenty-four hours of alerts, sped up, while the channel that is to tell them dies in every way: what was lost, doubled, out of order. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertDay } from '../../test/support/alert-day.ts';
import { atMost, type Row, told } from '../row.ts';

export async function aDayWithADyingChannel(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-alert-day-'));
  try {
    const file = join(folder, 'vigia.db');
    const day = await alertDay({ file, hours: 24, ruleCount: 50, restartEveryMs: 100 * 60_000 });
    const area = 'alerts';
    return [
      atMost(0, { area, name: '24 h with a dying channel: alerts lost', unit: 'alerts', ours: day.lostCount }),
      atMost(0, { area, name: 'told twice, or under two ids', unit: 'alerts', ours: day.doubledCount }),
      atMost(0, { area, name: 'told before one that was owed earlier', unit: 'alerts', ours: day.unorderedCount }),
      told({ area, name: 'alerts owed, repetitions included', unit: 'alerts', ours: day.owedCount }),
      told({ area, name: 'attempts that took', unit: 'attempts', ours: day.attemptCount }),
      told({ area, name: 'restarts of the engine meanwhile', unit: 'restarts', ours: day.restartCount }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
