/** Fills a store until its disk refuses, goes on, and reports what it still had; run under a limit on file sizes. */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { openStore } from '../../engine/store/store.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: store-filler <file>');

const store = await openStore({ file, clock: systemClock, ids: systemIds, logger: silentLogger });
const told: string[] = [];
store.onNotice((notice) => told.push(notice.message));
let count = 0;
while (store.medium === 'file' && count < 10_000) {
  count += 1;
  const value = randomBytes(20_000).toString('base64');
  store.snapshots.save({ redisKey: `k${count}`, value, computedAtMs: count, dataAsOfMs: null, computeMs: 1 });
}
store.settings.set('after', 'the disk was full');
await Promise.resolve();
const first = await store.snapshots.load('k1');
const report = {
  count,
  kept: store.snapshots.count(),
  medium: store.medium,
  firstLength: String(first?.value).length,
  after: store.settings.get('after'),
  notices: store.notices.list().length,
  told,
};
process.stdout.write(JSON.stringify(report));
