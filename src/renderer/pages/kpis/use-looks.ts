/** Which KPIs this person has on screen, told to the engine, and what each was when it last was, in an earlier sitting. */
import { useEffect } from 'react';
import type { CallOutput } from '../../../shared/contract.ts';
import { useLiveCall } from '../../state/calls.ts';
import type { Filters } from '../../state/filters.ts';
import { useServices } from '../../state/services.ts';

export type Look = CallOutput<'review.looks'>['looks'][number];

/** A tile that was in sight for this long was looked at. */
const seenAfterMs = 2_000;
/** What is in sight is told again this often: values are computed anew while somebody looks. */
const tellEveryMs = 300_000;

export function useLooks(filters: Filters): readonly Look[] {
  const { data } = useLiveCall('review.looks', { filters }, { topics: [], periodMs: 600_000 });
  return data?.looks ?? [];
}

/** @param tileCount how many tiles have a value: more of them are other tiles to look at */
export function useLookTelling(filters: Filters, tileCount: number): void {
  const { client, clock } = useServices();
  const filtersText = JSON.stringify(filters);
  useEffect(() => {
    if (tileCount === 0) return;
    const inSight = new Set<string>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const id = target.id.replace(/^kpi-/, '');
          if (isIntersecting) inSight.add(id);
          else inSight.delete(id);
        }
      },
      { threshold: 0.5 },
    );
    for (const tile of document.querySelectorAll('[id^="kpi-"]')) observer.observe(tile);
    const told = new Set<string>();
    const tell = (ids: readonly string[]): void => {
      if (document.hidden || ids.length === 0) return;
      for (const id of ids) told.add(id);
      // Nothing depends on it here; a look that was not noted is noted the next time.
      client
        .call('review.look', { filters: JSON.parse(filtersText) as Filters, kpiIds: [...ids] })
        .catch(() => undefined);
    };
    const stopNew = clock.every(seenAfterMs, () => tell([...inSight].filter((id) => !told.has(id))));
    const stopAll = clock.every(tellEveryMs, () => tell([...inSight]));
    return () => {
      observer.disconnect();
      stopNew();
      stopAll();
    };
  }, [client, clock, filtersText, tileCount]);
}
