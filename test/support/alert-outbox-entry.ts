/** Owes alerts to a webhook and sends them for ever, saying what was stored; made to be killed. */
import { writeSync } from 'node:fs';
import { webhookChannel } from '../../engine/alerts/channels/http.ts';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { openStore } from '../../engine/store/store.ts';
import { bookOf, firingOf, senderOver, testChannel } from './alert-parts.ts';

const [file, url, firstText, countText] = process.argv.slice(2);
if (file === undefined || url === undefined || firstText === undefined) throw new Error('usage: <file> <url> <first>');

const store = await openStore({ file, clock: systemClock, ids: systemIds, logger: silentLogger });
const way = webhookChannel(url, null, systemClock);
const sender = senderOver(store, systemClock, bookOf([testChannel((message, signal) => way.send(message, signal))]));
const notify = [{ channelId: 'told', groupKey: 'all', waitMs: 0, deadlineMs: 3_600_000 }];
const first = Number(firstText);
const last = countText === undefined ? Number.POSITIVE_INFINITY : first + Number(countText);
for (let n = first; n < last; n += 1) {
  store.alerts.commit([], [{ transition: firingOf(`rule-${n}`, systemClock.now()), notify }]);
  writeSync(1, `${n}\n`);
  // Some come up while others are under way, as they do.
  if (n % 3 === 0) await sender.deliver();
}
await sender.deliver();
store.close();
