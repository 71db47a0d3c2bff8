/** Replays a rule over the stored samples, a few milliseconds a turn, so that nobody waits for it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AlertRule } from '../model/alert.ts';
import type { RulePreview } from '../model/alert-rules.ts';
import type { SignalName } from '../model/sample.ts';
import type { StoredSample } from '../store/sample-store.ts';
import { Replay } from './replay.ts';

interface StoredSamples {
  stored(signal: SignalName, afterMs: number, toMs: number, limit: number): StoredSample[];
}

/** Rows of one turn: about 2 ms. */
const portion = 2_000;

/** @throws EngineError STORE_UNAVAILABLE */
export async function previewRule(
  samples: StoredSamples,
  rule: AlertRule,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<RulePreview> {
  const replay = new Replay(rule, fromMs);
  let afterMs = fromMs - rule.windowMs;
  for (;;) {
    const rows = samples.stored(rule.signal, afterMs, toMs, portion);
    replay.feed(rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < portion) return replay.end(toMs);
    afterMs = last.atMs;
    await nextTurn();
  }
}
