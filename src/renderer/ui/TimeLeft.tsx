/** How long it is until a moment, ticking by itself; the exact moment is in the tooltip. */
import type { ReactElement } from 'react';
import { formatDuration } from '../format/dates.ts';
import { useFormat } from '../format/use-format.ts';
import { useNow } from '../state/services.ts';

interface TimeLeftProps {
  readonly untilMs: number;
  /** Once the moment has passed. */
  readonly pastText: string;
}

export function TimeLeft({ untilMs, pastText }: TimeLeftProps): ReactElement {
  const format = useFormat();
  const text = useNow((nowMs) => (untilMs <= nowMs ? pastText : formatDuration(untilMs - nowMs)));
  return (
    <time dateTime={new Date(untilMs).toISOString()} title={format.exactMoment(untilMs)}>
      {text}
    </time>
  );
}
