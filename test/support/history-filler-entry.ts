/** Fills the history of Celery's tasks until its disk refuses, goes on, and goes back once it is told that there is room. */
import { once } from 'node:events';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { openStore } from '../../engine/store/store.ts';
import { celeryRecord } from './celery-record.ts';
import { until } from './until.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: history-filler-entry <file>');

const store = await openStore({ file, clock: systemClock, ids: systemIds, logger: silentLogger });
const { celeryTasks } = store;
const told: string[] = [];
store.onNotice((notice) => told.push(notice.message));
let count = 0;
/** Answers how many there are then. */
const write = async (): Promise<number> => {
  const seqs = Array.from({ length: 50 }, (_, index) => count + index + 1);
  await celeryTasks.write(seqs.map((seq) => celeryRecord(seq, { traceback: 'x'.repeat(500) })));
  return count + seqs.length;
};
const found = async (): Promise<number> => {
  const ids = Array.from({ length: count }, (_, index) => `id-${index + 1}`);
  return (await celeryTasks.find('broker', ids)).length;
};
while (told.length === 0 && count < 20_000) count = await write();
count = await write();
process.stdout.write(`${JSON.stringify({ count, found: await found(), told, main: store.medium })}\n`);
await once(process.stdin, 'data');
await celeryTasks.attemptReturn();
count = await write();
// What the history is kept in is told with a write, at most some times a second.
await until(async () => {
  await celeryTasks.attemptReturn();
  return celeryTasks.figures().keptIn === 'file';
}, 20_000);
process.stdout.write(`${JSON.stringify({ count, found: await found(), told, main: store.medium })}\n`);
store.close();
process.exit(0);
