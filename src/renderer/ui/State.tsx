/** A state as icon, word and colour together: none of the three stands alone. */
import type { ReactElement } from 'react';
import { useIsOffline } from '../state/services.ts';
import { Icon } from './icons.tsx';

export type StateKind = 'fresh' | 'stale' | 'refreshing' | 'failed' | 'unknown' | 'expired';

interface StateProps {
  readonly kind: StateKind;
  readonly word: string;
  /** Why, as a tooltip. */
  readonly title?: string;
}

/** Offline nothing is green: what was well, or went well, is of the past. */
export function State({ kind, word, title }: StateProps): ReactElement {
  const isOffline = useIsOffline();
  const shown = isOffline && (kind === 'fresh' || kind === 'refreshing') ? 'expired' : kind;
  return (
    <span className={`state ${shown}`} data-state={shown} title={title}>
      <Icon name={shown} />
      {word}
    </span>
  );
}
