/** A thousand rules on a thousand signals over a real store: the part of a core they take, and what they hold the engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { type AlertRule, alertRuleSchema } from '../../engine/model/alert.ts';
import type { SignalName } from '../../engine/model/sample.ts';
import { openStore } from '../../engine/store/store.ts';
import { alertsOver, testChannel } from '../../test/support/alert-parts.ts';
import { atMost, type Row, told } from '../row.ts';

const ruleCount = 1_000;
const everyMs = 10_000;
const windowMs = 5 * 60_000;
const rounds = 12;
const warmUpRounds = 3;

export async function thousandRules(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-alerts-'));
  const store = await openStore({
    file: join(folder, 'vigia.db'),
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    samplePeriodMs: everyMs,
  });
  try {
    const names = Array.from({ length: ruleCount }, (_, n): SignalName => `kpi.signal_${n}`);
    const startMs = systemClock.now() - 3_600_000;
    for (let atMs = startMs - windowMs; atMs <= startMs; atMs += everyMs) sample(store.samples, names, atMs);
    const channel = testChannel(async () => undefined);
    const { alerts } = alertsOver(store, systemClock, names.map(ruleOn), [channel]);
    await alerts.evaluate({ atMs: startMs - windowMs - everyMs, gap: null });
    let [cpuMs, longestMs] = [0, 0];
    for (let round = 1; round <= rounds; round += 1) {
      const atMs = startMs + round * everyMs;
      sample(store.samples, names, atMs);
      const before = process.cpuUsage();
      const turns = longestTurn();
      await alerts.evaluate({ atMs, gap: null });
      const used = process.cpuUsage(before);
      const turnMs = turns.end();
      if (round <= warmUpRounds) continue;
      longestMs = Math.max(longestMs, turnMs);
      cpuMs += (used.user + used.system) / 1_000;
    }
    const firing = alerts.list().filter(({ state }) => state === 'firing').length;
    if (firing === 0 || firing === ruleCount)
      throw new Error(`${firing} of ${ruleCount} rules fire: nothing was judged`);
    return [
      atMost(5, {
        area: 'alerts',
        name: `${ruleCount} rules on ${ruleCount} signals every 10 s, windows of 5 min`,
        unit: '% of a core',
        ours: (cpuMs / (rounds - warmUpRounds) / everyMs) * 100,
      }),
      atMost(20, {
        area: 'alerts',
        name: 'the longest turn of a round, time on the processor',
        unit: 'ms',
        ours: longestMs,
      }),
      told({ area: 'alerts', name: 'rules that fired meanwhile', unit: 'rules', ours: firing }),
    ];
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Appending {
  append(samples: { signal: SignalName; atMs: number; value: number; count: number }[]): void;
}

/** Each signal goes up and down; at any time about a third are past their threshold. */
function sample(store: Appending, names: readonly SignalName[], atMs: number): void {
  store.append(names.map((signal, n) => ({ signal, atMs, value: Math.sin(n + atMs / 300_000), count: 1 })));
}

function ruleOn(signal: SignalName, n: number): AlertRule {
  return alertRuleSchema.parse({
    id: `rule-${n}`,
    title: `Rule ${n}`,
    signal,
    comparison: 'above',
    threshold: 0.5,
    clearThreshold: 0.4,
    windowMs,
    minimumCount: 5,
    forMs: 0,
    keepFiringForMs: 0,
    severity: 'warning',
  });
}

/** The most time on the processor between two turns of the loop: what a round takes by itself, on a busy machine too. */
function longestTurn(): { end(): number } {
  let last = threadMs();
  let longest = 0;
  let looking = true;
  const look = (): void => {
    const now = threadMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (looking) setImmediate(look);
  };
  look();
  return {
    end() {
      looking = false;
      look();
      return longest;
    },
  };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
