/** Facts of one thing side by side: what each is called above what it is. */
import type { ReactElement, ReactNode } from 'react';

/** A wide one has a row of its own: for what is long and has no words to break at. */
export type Fact = readonly [name: string, value: ReactNode, width?: 'wide'];

export function FactGrid({
  facts,
  testId,
}: {
  readonly facts: readonly Fact[];
  readonly testId?: string;
}): ReactElement {
  return (
    <dl className="fact-grid" data-testid={testId}>
      {facts.map(([name, value, width]) => (
        <div key={name} className={width}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
