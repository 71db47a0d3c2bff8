/** Everything at one instant, asked of the engine; the last answer stays until the next one is there, one question at a time. */
import { useEffect, useState } from 'react';
import { type Filters, filterKey } from '../../state/filters.ts';
import { describeError, type LiveState } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';
import { frameAt, type Moment, type OpenedFile } from './review-model.ts';

/** A slider that is moved asks when it rests for this long. */
const restMs = 90;

export interface MomentState {
  readonly moment: Moment | null;
  readonly error: LiveState<unknown>['error'];
}

/** @param atMs null asks nothing */
export function useMoment(filters: Filters, atMs: number | null, file: OpenedFile | null): MomentState {
  const { client, clock } = useServices();
  const [state, setState] = useState<MomentState>({ moment: null, error: null });
  const key = filterKey(filters);
  const filtersText = JSON.stringify(filters);
  useEffect(() => {
    if (atMs === null || file !== null) return;
    let isWanted = true;
    const ask = async (): Promise<void> => {
      try {
        const moment = await client.call('review.moment', { filters: JSON.parse(filtersText) as Filters, atMs });
        if (isWanted) setState({ moment, error: null });
      } catch (error) {
        if (isWanted) setState((before) => ({ ...before, error: describeError(error) }));
      }
    };
    const stop = clock.after(restMs, () => void ask());
    return () => {
      isWanted = false;
      stop();
    };
  }, [client, clock, filtersText, atMs, file]);
  if (atMs === null) return { moment: null, error: null };
  if (file !== null) return { moment: frameAt(file, atMs), error: null };
  const isOfView = state.moment === null || filterKey(state.moment.filters) === key;
  return isOfView ? state : { ...state, moment: null };
}
