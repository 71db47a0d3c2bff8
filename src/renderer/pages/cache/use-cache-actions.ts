/** What is done at once, without a question before: a refresh, a warm-up; and what came of the last thing done. */
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../state/announce.ts';
import { describeError } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';

interface Outcome {
  readonly text: string;
  readonly isFailure: boolean;
}

interface CacheActions {
  readonly outcome: Outcome | null;
  readonly isRefreshing: boolean;
  readonly isWarming: boolean;
  /** Shows what came of something, also to those who cannot see it; null takes it away. */
  tell(outcome: Outcome | null): void;
  refresh(key: string): void;
  warm(): void;
}

export function useCacheActions(onDone: () => void): CacheActions {
  const { t } = useTranslation();
  const { client, announcements } = useServices();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [running, setRunning] = useState<'refresh' | 'warm' | null>(null);
  const tell = useCallback(
    (next: Outcome | null) => {
      setOutcome(next);
      if (next !== null) announce(announcements, next.text);
    },
    [announcements],
  );
  const attempt = useCallback(
    async (kind: 'refresh' | 'warm', act: () => Promise<string>) => {
      setRunning(kind);
      try {
        tell({ text: await act(), isFailure: false });
        onDone();
      } catch (thrown) {
        const { message, help } = describeError(thrown);
        tell({ text: `${message} ${help}`.trim(), isFailure: true });
      }
      setRunning(null);
    },
    [tell, onDone],
  );
  const refresh = useCallback(
    (key: string) =>
      void attempt('refresh', async () => {
        const { taskId } = await client.call('cache.refresh', { key });
        return t('cache.outcome.refresh', { taskId });
      }),
    [attempt, client, t],
  );
  const warm = useCallback(
    () =>
      void attempt('warm', async () => {
        const { taskId, joined } = await client.call('cache.warm', {});
        return t(joined ? 'cache.outcome.warmJoined' : 'cache.outcome.warm', { taskId });
      }),
    [attempt, client, t],
  );
  return { outcome, isRefreshing: running === 'refresh', isWarming: running === 'warm', tell, refresh, warm };
}
