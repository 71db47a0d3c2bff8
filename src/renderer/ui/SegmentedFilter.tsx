/** A choice of one among a few, all in sight. */
import type { ReactElement } from 'react';

interface SegmentedFilterProps<Id extends string> {
  readonly label: string;
  readonly options: readonly { readonly id: Id; readonly title: string }[];
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  readonly testId?: string;
}

export function SegmentedFilter<Id extends string>(props: SegmentedFilterProps<Id>): ReactElement {
  const { label, options, value, onChange, testId } = props;
  return (
    <div role="group" aria-label={label} className="segments" data-testid={testId}>
      {options.map(({ id, title }) => (
        <button key={id} type="button" aria-pressed={id === value} onClick={() => onChange(id)}>
          {title}
        </button>
      ))}
    </div>
  );
}
