/** A day of alerts in sped-up time over a real store, with a real receiver that fails in every way, and restarts in between. */
import Database from 'better-sqlite3';
import { webhookChannel } from '../../engine/alerts/channels/http.ts';
import { sendDeadlineMs } from '../../engine/alerts/ports.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { type AlertRule, alertRuleSchema } from '../../engine/model/alert.ts';
import type { SignalName } from '../../engine/model/sample.ts';
import { openStore } from '../../engine/store/store.ts';
import { alertsOver, testChannel } from './alert-parts.ts';
import { type HttpReceiver, type ReceiverMood, startHttpReceiver } from './http-receiver.ts';
import { ManualClock } from './manual-clock.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Parts of the day, by when they begin. */
const moods: readonly (readonly [from: number, mood: ReceiverMood | 'by turns'])[] = [
  [0, 'well'],
  [0.05, 'failing'],
  [0.13, 'hanging'],
  [0.15, 'well'],
  [0.21, 'dropping'],
  [0.25, 'deaf'],
  [0.27, 'by turns'],
  [0.4, 'busy'],
  [0.45, 'well'],
  [0.58, 'failing'],
  [0.83, 'deaf'],
  [0.85, 'well'],
];
const turnMs = 7 * minute;

export interface AlertDay {
  /** Alerts with their repetitions that the channel was owed. */
  readonly owedCount: number;
  readonly attemptCount: number;
  readonly restartCount: number;
  /** Owed and never taken by the receiver. */
  readonly lostCount: number;
  /** Taken and confirmed more than once, or under more than one id. */
  readonly doubledCount: number;
  /** Messages told before one that was owed earlier. */
  readonly unorderedCount: number;
}

/** @param file of the database; @param restartEveryMs the engine ends and begins again that often */
export async function alertDay(options: {
  readonly file: string;
  readonly hours: number;
  readonly ruleCount: number;
  readonly restartEveryMs: number;
}): Promise<AlertDay> {
  const { file, hours, ruleCount, restartEveryMs } = options;
  const clock = new ManualClock(Date.UTC(2026, 0, 15));
  const startMs = clock.now();
  const receiver = await startHttpReceiver();
  const signals = Array.from({ length: ruleCount }, (_, n): SignalName => `kpi.signal_${n}`);
  /** Ids of messages whose taking was said to the sender, in the order of that. */
  const confirmed: string[] = [];
  let restartCount = -1;
  let owes = true;
  try {
    for (let endMs = startMs; owes; ) {
      restartCount += 1;
      endMs += restartEveryMs;
      const foundation = { clock, ids: systemIds, logger: silentLogger };
      const store = await openStore({ file, ...foundation, samplePeriodMs: minute });
      const way = webhookChannel(receiver.url, 'a secret of a test', clock);
      const channel = testChannel((message, signal) => way.send(message, signal), {
        ...{ groupWaitMs: 0, repeatMs: 2 * hour, deadlineMs: 7 * 24 * hour },
      });
      const { alerts, sender } = alertsOver(store, clock, signals.map(ruleOn), [channel]);
      while (clock.now() < endMs && owes) {
        await clock.advance(minute);
        const atMs = clock.now();
        const passed = (atMs - startMs) / (hours * hour);
        receiver.mood = moodAt(passed, atMs);
        // When the day is over no more comes up, and what is left is told.
        if (passed < 1) {
          store.samples.append(signals.map((signal, n) => ({ signal, atMs, value: level(n, atMs), count: 1 })));
          await alerts.evaluate({ atMs, gap: null });
        }
        const takenBefore = receiver.taken.length;
        await delivered(sender.deliver(), receiver, clock);
        if (receiver.mood === 'well') confirmed.push(...receiver.taken.slice(takenBefore).map(idOf));
        owes = passed < 1 || store.notifications.dueChannels().length > 0;
        if (passed > 2) throw new Error('A day after its end something was still owed');
      }
      store.close();
    }
  } finally {
    await receiver.stop();
  }
  return { ...judged(file, receiver, confirmed), attemptCount: receiver.received.length, restartCount };
}

function moodAt(passed: number, atMs: number): ReceiverMood {
  const mood = moods.findLast(([from]) => passed >= from)?.[1] ?? 'well';
  if (mood !== 'by turns') return mood;
  return Math.floor(atMs / turnMs) % 2 === 0 ? 'well' : 'failing';
}

/** Up and down in one and a half to four hours, each signal by itself. */
function level(n: number, atMs: number): number {
  return Math.sin(n + (2 * Math.PI * atMs) / ((1.5 + (n % 6) / 2) * hour));
}

function ruleOn(signal: SignalName, n: number): AlertRule {
  return alertRuleSchema.parse({
    ...{ id: `rule-${n}`, title: `Rule ${n}`, signal, comparison: 'above', threshold: 0.5, clearThreshold: 0.3 },
    ...{ windowMs: 2 * minute, minimumCount: 1, forMs: 2 * minute, keepFiringForMs: 0, severity: 'warning' },
  });
}

/** A receiver that hangs is waited for on the clock of the day. */
async function delivered(sending: Promise<void>, receiver: HttpReceiver, clock: ManualClock): Promise<void> {
  const ended = sending.then(() => true);
  const turn = (): Promise<boolean> => new Promise((resolve) => setImmediate(() => resolve(false)));
  let seen = receiver.received.length;
  while (!(await Promise.race([ended, turn()]))) {
    if (receiver.mood !== 'hanging' || receiver.received.length === seen) continue;
    seen = receiver.received.length;
    await clock.advance(sendDeadlineMs);
  }
}

function idOf({ headers }: { readonly headers: Record<string, unknown> }): string {
  return String(headers['idempotency-key']);
}

interface Owed {
  readonly id: number;
  readonly state: string;
  readonly batchId: string | null;
}

/** What the database was owed against what the receiver has. */
function judged(
  file: string,
  receiver: HttpReceiver,
  confirmed: readonly string[],
): Pick<AlertDay, 'owedCount' | 'lostCount' | 'doubledCount' | 'unorderedCount'> {
  const database = new Database(file, { readonly: true });
  try {
    const owed = database.prepare<[], Owed>('SELECT id, state, batch_id AS batchId FROM outbox ORDER BY id').all();
    const ids = new Set(owed.map(({ batchId }) => batchId));
    const taken = receiver.taken.map(idOf);
    const places = new Map(taken.toReversed().map((id, at) => [id, taken.length - 1 - at]));
    const lost = owed.filter(({ state, batchId }) => state !== 'sent' || batchId === null || !places.has(batchId));
    const again = confirmed.length - new Set(confirmed).size;
    const unknown = new Set(taken.filter((id) => !ids.has(id))).size;
    // What came up for one rule meanwhile goes with the oldest of it: a message stands where its oldest alert stands.
    const told = [...new Set(owed.map(({ batchId }) => batchId ?? ''))].flatMap((id) => places.get(id) ?? []);
    return {
      owedCount: owed.length,
      lostCount: lost.length,
      doubledCount: again + unknown,
      unorderedCount: told.filter((place, at) => at > 0 && place < (told[at - 1] ?? 0)).length,
    };
  } finally {
    database.close();
  }
}
