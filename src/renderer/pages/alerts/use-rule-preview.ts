/** The replay of a rule while it is typed: asked after a pause, the last answer kept in sight until the next. */
import { useEffect, useState } from 'react';
import type { CallOutput } from '../../../shared/contract.ts';
import { describeError } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';
import type { RuleDraft, RulePreview } from './alerts-model.ts';

export interface Replayed {
  readonly rule: RuleDraft;
  readonly preview: RulePreview;
  readonly series: CallOutput<'samples.series'>;
}

export interface RulePreviewState {
  readonly replayed: Replayed | null;
  readonly error: string | null;
  /** What is shown is of what was typed before. */
  readonly isOld: boolean;
}

const typingPauseMs = 350;
const maxPoints = 400;

export function useRulePreview(draft: RuleDraft | null, forMs: number): RulePreviewState {
  const { client, clock } = useServices();
  const [state, setState] = useState<{ key: string; replayed: Replayed | null; error: string | null } | null>(null);
  const key = draft === null ? null : JSON.stringify([draft, forMs]);
  useEffect(() => {
    if (key === null) return;
    let isOver = false;
    const [rule] = JSON.parse(key) as [RuleDraft];
    const ask = async (): Promise<void> => {
      try {
        const preview = await client.call('alerts.rules.preview', { rule, forMs });
        const { fromMs, toMs } = preview;
        const series = await client.call('samples.series', { signal: rule.signal, fromMs, toMs, maxPoints });
        if (!isOver) setState({ key, replayed: { rule, preview, series }, error: null });
      } catch (thrown) {
        const { message, help } = describeError(thrown);
        if (!isOver)
          setState((before) => ({ key, replayed: before?.replayed ?? null, error: `${message} ${help}`.trim() }));
      }
    };
    const stop = clock.after(typingPauseMs, () => void ask());
    return () => {
      isOver = true;
      stop();
    };
  }, [client, clock, key, forMs]);
  return { replayed: state?.replayed ?? null, error: state?.error ?? null, isOld: state === null || state.key !== key };
}
