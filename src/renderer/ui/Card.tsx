/** A titled surface; its heading names the region for screen readers. */
import { type ReactElement, type ReactNode, useId } from 'react';

interface CardProps {
  readonly title: string;
  /** Beside the title: what the numbers are. */
  readonly note?: ReactNode;
  /** At the right end: state, counts, a button. */
  readonly aside?: ReactNode;
  readonly testId?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Card({ title, note, aside, testId, className = '', children }: CardProps): ReactElement {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id} data-testid={testId}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span className="sub">{note}</span>}
        {aside !== undefined && <span className="aside">{aside}</span>}
      </div>
      {children}
    </section>
  );
}
