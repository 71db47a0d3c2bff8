/** What narrows the list of keys; all of it stands in the address. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import type { ListOption } from '../../ui/Listbox.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { SelectFilter } from '../../ui/SelectFilter.tsx';
import {
  chosenOf,
  type IdleChoice,
  idleChoices,
  type SizeChoice,
  sizeChoices,
  type TtlChoice,
  ttlChoices,
  types,
} from './keys-model.ts';

export function KeyFilters(): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress('keys');
  const ttlTitle = (id: TtlChoice): string => {
    const choice = ttlChoices[id];
    if ('expiry' in choice) return t(`keys.ttlFilter.${choice.expiry}`);
    if ('maxTtlMs' in choice) return t('keys.ttlFilter.under', { time: formatDuration(choice.maxTtlMs) });
    return t('keys.ttlFilter.over', { time: formatDuration(choice.minTtlMs) });
  };
  return (
    <div className="filters">
      <SearchField
        label={t('keys.search')}
        value={address.text('q')}
        onChange={(q) => address.set({ q })}
        testId="keys-search"
      />
      <SegmentedFilter
        label={t('keys.type')}
        options={(['all', ...types] as const).map((id) => ({ id, title: t(`keys.types.${id}`) }))}
        value={types.find((each) => each === address.text('type')) ?? 'all'}
        onChange={(type) => address.set({ type: type === 'all' ? null : type })}
        testId="keys-type"
      />
      <OneOf
        label={t('keys.column.ttl')}
        name="ttl"
        chosen={chosenOf(ttlChoices, address.text('ttl'))}
        options={keysOf(ttlChoices).map((id) => ({ id, title: ttlTitle(id) }))}
      />
      <OneOf
        label={t('keys.column.size')}
        name="size"
        chosen={chosenOf(sizeChoices, address.text('size'))}
        options={keysOf<SizeChoice>(sizeChoices).map((id) => ({
          id,
          title: t('keys.atLeast', { amount: formatBytes(format.language, sizeChoices[id]) }),
        }))}
      />
      <OneOf
        label={t('keys.column.idle')}
        name="idle"
        chosen={chosenOf(idleChoices, address.text('idle'))}
        options={keysOf<IdleChoice>(idleChoices).map((id) => ({
          id,
          title: t('keys.atLeast', { amount: formatDuration(idleChoices[id] * 1_000) }),
        }))}
      />
    </div>
  );
}

interface OneOfProps {
  readonly label: string;
  /** Its parameter in the address. */
  readonly name: 'ttl' | 'size' | 'idle';
  readonly chosen: string | null;
  readonly options: readonly ListOption[];
}

/** The last one pressed counts; pressed again it is taken away. */
function OneOf({ label, name, chosen, options }: OneOfProps): ReactElement {
  const address = useAddress('keys');
  return (
    <SelectFilter
      label={label}
      options={options}
      chosen={chosen === null ? [] : [chosen]}
      onChange={(list) => address.set({ [name]: list.findLast((each) => each !== chosen) ?? null })}
      testId={`keys-${name}`}
    />
  );
}

function keysOf<Choice extends string>(choices: Readonly<Record<Choice, unknown>>): Choice[] {
  return Object.keys(choices) as Choice[];
}
