/** The days, times and time zone of hours of the week. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { TextField } from '../../ui/Fields.tsx';
import { State } from '../../ui/State.tsx';
import { dayName } from './alerts-model.ts';
import { type HoursForm, hoursProblem } from './hours-form.ts';

interface HoursFieldsProps {
  readonly hours: HoursForm;
  readonly onChange: (hours: HoursForm) => void;
}

const weekDays = [1, 2, 3, 4, 5, 6, 7];
const zones = Intl.supportedValuesOf('timeZone').map((value) => ({ value, name: value }));

export function HoursFields({ hours, onChange }: HoursFieldsProps): ReactElement {
  const { t } = useTranslation();
  const { language } = useFormat();
  const problem = hoursProblem(hours);
  const toggle = (day: number): void => {
    const days = hours.days.includes(day) ? hours.days.filter((each) => each !== day) : [...hours.days, day];
    onChange({ ...hours, days });
  };
  return (
    <div className="hours-fields">
      <div role="group" aria-label={t('alerts.hoursLegend')} className="segments">
        {weekDays.map((day) => (
          <button
            key={day}
            type="button"
            aria-pressed={hours.days.includes(day)}
            data-testid={`day-${day}`}
            onClick={() => toggle(day)}
          >
            {dayName(language, day)}
          </button>
        ))}
      </div>
      <div className="field-row">
        <TextField
          label={t('alerts.hoursFrom')}
          value={hours.from}
          onChange={(from) => onChange({ ...hours, from })}
          testId="hours-from"
        />
        <TextField
          label={t('alerts.hoursTo')}
          value={hours.to}
          onChange={(to) => onChange({ ...hours, to })}
          testId="hours-to"
        />
        <TextField
          label={t('alerts.hoursZone')}
          value={hours.timeZone}
          suggestions={zones}
          onChange={(timeZone) => onChange({ ...hours, timeZone })}
          testId="hours-zone"
        />
      </div>
      {problem === null ? (
        <span className="sub">{t('alerts.hoursOver')}</span>
      ) : (
        <span data-testid="hours-error">
          <State kind="failed" word={t(`alerts.${problem}`)} />
        </span>
      )}
    </div>
  );
}
