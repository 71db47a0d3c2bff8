/** A state as icon, word and colour together: none of the three stands alone. */
import type { ReactElement } from 'react';
import { Icon } from './icons.tsx';

export type StateKind = 'fresh' | 'stale' | 'refreshing' | 'failed' | 'unknown' | 'expired';

interface StateProps {
  readonly kind: StateKind;
  readonly word: string;
  /** Why, as a tooltip. */
  readonly title?: string;
}

export function State({ kind, word, title }: StateProps): ReactElement {
  return (
    <span className={`state ${kind}`} data-state={kind} title={title}>
      <Icon name={kind} />
      {word}
    </span>
  );
}
