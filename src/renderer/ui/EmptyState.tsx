/** What stands where rows or figures would: nothing there, still loading, failed; in words, and with the way on. */
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';
import './empty-state.css';

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  /** What it means, or what to do. */
  readonly text?: ReactNode;
  readonly action?: ReactNode;
  /** `failed` is told at once to those who cannot see it. */
  readonly kind?: 'plain' | 'failed';
  readonly testId?: string;
}

export function EmptyState({ icon, title, text, action, kind = 'plain', testId }: EmptyStateProps): ReactElement {
  return (
    <div
      className={kind === 'failed' ? 'empty-state is-failed' : 'empty-state'}
      role={kind === 'failed' ? 'alert' : 'status'}
      data-testid={testId}
    >
      <Icon name={icon} />
      <b>{title}</b>
      {text !== undefined && <p>{text}</p>}
      {action}
    </div>
  );
}
