/** The calendar of the period filter, with two fields beside it for those who rather type. */
import { MantineProvider } from '@mantine/core';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/UnstyledButton.css';
import { DatePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';
import 'dayjs/locale/es';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import './date-range.css';

interface DateRangeProps {
  /** ISO dates. */
  readonly from: string | null;
  readonly until: string | null;
  readonly onChange: (from: string | null, until: string | null) => void;
}

type Range = [string | null, string | null];

export function DateRange({ from, until, onChange }: DateRangeProps): ReactElement {
  const { t } = useTranslation();
  const { language } = useFormat();
  const [draft, setDraft] = useState<Range>([from, until]);
  const scheme = document.documentElement.dataset.theme === 'light' ? 'light' : 'dark';
  const put = (range: Range): void => {
    setDraft(range);
    // A half-chosen range is not a filter yet.
    if (range[0] !== null && range[1] !== null) onChange(range[0], range[1]);
  };
  return (
    <MantineProvider forceColorScheme={scheme} withGlobalClasses={false}>
      <div className="calendar">
        <div className="typed-dates">
          <DateField
            label={t('filter.fecha_inicio')}
            value={draft[0]}
            onChange={(value) => setDraft([value, draft[1]])}
            onDone={() => onChange(draft[0], draft[1])}
          />
          <DateField
            label={t('filter.fecha_fin')}
            value={draft[1]}
            onChange={(value) => setDraft([draft[0], value])}
            onDone={() => onChange(draft[0], draft[1])}
          />
        </div>
        <DatePicker
          type="range"
          value={draft}
          onChange={put}
          locale={language}
          firstDayOfWeek={1}
          size="sm"
          allowSingleDateInRange
          hideOutsideDates
          ariaLabels={{
            previousMonth: t('filter.previous'),
            nextMonth: t('filter.next'),
            previousYear: t('filter.previous'),
            nextYear: t('filter.next'),
            previousDecade: t('filter.previous'),
            nextDecade: t('filter.next'),
          }}
          {...(until === null ? {} : { defaultDate: until })}
        />
      </div>
    </MantineProvider>
  );
}

interface DateFieldProps {
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
  readonly onDone: () => void;
}

function DateField({ label, value, onChange, onDone }: DateFieldProps): ReactElement {
  return (
    <label className="field">
      {label}
      <input
        type="date"
        className="input"
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        onBlur={onDone}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onDone();
        }}
      />
    </label>
  );
}
