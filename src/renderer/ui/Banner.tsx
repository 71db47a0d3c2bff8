/** A line across the page that cannot be overlooked: offline, a link down, a notice. */
import type { ReactElement, ReactNode } from 'react';
import { State, type StateKind } from './State.tsx';

interface BannerProps {
  readonly kind: Extract<StateKind, 'fresh' | 'expired' | 'failed' | 'stale' | 'unknown'>;
  readonly word: string;
  readonly testId: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

export function Banner({ kind, word, testId, action, children }: BannerProps): ReactElement {
  return (
    <div className={`banner ${kind}-tone`} role="status" data-testid={testId}>
      <State kind={kind} word={word} />
      <p>{children}</p>
      {action}
    </div>
  );
}
