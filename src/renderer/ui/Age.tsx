/** A moment as its age, ticking by itself; the exact moment with its time zone is in the tooltip. */
import type { ReactElement } from 'react';
import { useFormat } from '../format/use-format.ts';
import { useNow } from '../state/services.ts';

export function Age({ atMs }: { readonly atMs: number }): ReactElement {
  const format = useFormat();
  const text = useNow((nowMs) => format.age(atMs, nowMs));
  return (
    <time dateTime={new Date(atMs).toISOString()} title={format.exactMoment(atMs)}>
      {text}
    </time>
  );
}

/** How far the source data reaches: a date or a moment, never an age. */
export function DataTime({ atMs }: { readonly atMs: number }): ReactElement {
  const format = useFormat();
  const text = useNow((nowMs) => format.dataTime(atMs, nowMs));
  return (
    <time dateTime={new Date(atMs).toISOString()} title={format.exactMoment(atMs)}>
      {text}
    </time>
  );
}
