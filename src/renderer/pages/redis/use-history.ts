/** The past of a connection in the chosen span, asked for again as it goes on; what is drawn stays until the next comes. */
import { useEffect, useState } from 'react';
import { describeError, type LiveState } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';
import { type History, type Span, spans } from './redis-model.ts';

export interface Past {
  readonly history: History | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly error: LiveState<unknown>['error'];
}

const nothing = { key: '', history: null, fromMs: 0, toMs: 0, error: null };

/** `shard` empty: all shards together. */
export function useHistory(connectionId: string | null, span: Span, shard: string): Past {
  const { client, clock, link, ticker } = useServices();
  const key = `${connectionId} ${span} ${shard}`;
  const [past, setPast] = useState<Past & { readonly key: string }>(nothing);
  useEffect(() => {
    if (connectionId === null) return undefined;
    const { spanMs, periodMs } = spans[span];
    let isOver = false;
    let isAsking = false;
    const load = async (): Promise<void> => {
      if (isAsking) return;
      isAsking = true;
      const toMs = ticker.now();
      const fromMs = toMs - spanMs;
      try {
        const of = shard === '' ? {} : { shard };
        const history = await client.call('redis.history', { connectionId, fromMs, toMs, ...of });
        if (!isOver) setPast({ key, history, fromMs, toMs, error: null });
      } catch (thrown) {
        const error = describeError(thrown);
        if (!isOver) setPast((before) => ({ ...(before.key === key ? before : nothing), key, error }));
      } finally {
        isAsking = false;
      }
    };
    void load();
    const stops = [
      clock.every(periodMs, () => void load()),
      link.subscribe((now, before) => {
        if (now.phase === 'connected' && before.phase !== 'connected') void load();
      }),
    ];
    return () => {
      isOver = true;
      for (const stop of stops) stop();
    };
  }, [client, clock, link, ticker, key, connectionId, span, shard]);
  return past.key === key ? past : nothing;
}
