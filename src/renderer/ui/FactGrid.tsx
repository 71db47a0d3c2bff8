/** Facts of one thing side by side: what each is called above what it is. */
import type { ReactElement, ReactNode } from 'react';

export type Fact = readonly [name: string, value: ReactNode];

export function FactGrid({
  facts,
  testId,
}: {
  readonly facts: readonly Fact[];
  readonly testId?: string;
}): ReactElement {
  return (
    <dl className="fact-grid" data-testid={testId}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
