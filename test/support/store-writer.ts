/** Writes to a store for ever and says on standard output what was acknowledged; made to be killed. */
import { writeSync } from 'node:fs';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { openStore } from '../../engine/store/store.ts';

const [file, firstText] = process.argv.slice(2);
if (file === undefined || firstText === undefined) throw new Error('usage: store-writer <file> <first number>');

const store = await openStore({ file, clock: systemClock, ids: systemIds, logger: silentLogger });
for (let n = Number(firstText); ; n += 1) {
  store.runs.append({
    scheduleId: 'killed',
    dueCount: 1,
    dueMs: n,
    startedAtMs: n,
    endedAtMs: null,
    outcome: 'succeeded',
    lateMs: 0,
    taskId: null,
    error: null,
  });
  store.snapshots.save({
    redisKey: `k${n % 5}`,
    value: { n, padding: 'x'.repeat((n * 37) % 5_000) },
    computedAtMs: n,
    dataAsOfMs: null,
    computeMs: 1,
  });
  writeSync(1, `${n}\n`);
}
