/** When a schedule is due: an interval or a cron pattern, with what it means and the next times as the engine sees them. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput } from '../../../shared/contract.ts';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useNow } from '../../state/services.ts';
import { ChoiceField, TextField } from '../../ui/Fields.tsx';
import { State } from '../../ui/State.tsx';
import { type EveryUnit, everyUnits, type ScheduleForm, timingOf } from './schedule-form.ts';

interface TimingFieldsProps {
  readonly form: ScheduleForm;
  readonly onChange: (part: Partial<ScheduleForm>) => void;
}

const kinds = ['every', 'cron'] as const;
const units = Object.keys(everyUnits) as EveryUnit[];

export function TimingFields({ form, onChange }: TimingFieldsProps): ReactElement {
  const { t } = useTranslation();
  const timing = timingOf(form);
  return (
    <fieldset className="timing">
      <legend>{t('schedules.field.timing')}</legend>
      <div className="segments" role="group" aria-label={t('schedules.field.timing')}>
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={kind === form.kind}
            onClick={() => onChange({ kind })}
            data-testid={`timing-${kind}`}
          >
            {t(`schedules.kind.${kind}`)}
          </button>
        ))}
      </div>
      {form.kind === 'every' ? (
        <div className="field-row">
          <TextField
            label={t('schedules.field.every')}
            value={form.every}
            onChange={(every) => onChange({ every })}
            inputMode="decimal"
            testId="schedule-every"
          />
          <ChoiceField
            label={t('schedules.field.unit')}
            value={form.unit}
            options={units.map((unit) => ({ id: unit, name: t(`schedules.unit.${unit}`) }))}
            onChange={(unit) => onChange({ unit })}
            testId="schedule-unit"
          />
        </div>
      ) : (
        <div className="field-row">
          <TextField
            label={t('schedules.field.pattern')}
            value={form.pattern}
            onChange={(pattern) => onChange({ pattern })}
            hint={t('schedules.hint.pattern')}
            testId="schedule-pattern"
          />
          <ChoiceField
            label={t('schedules.field.timeZone')}
            value={form.timeZone}
            options={timeZones(form.timeZone).map((zone) => ({ id: zone, name: zone }))}
            onChange={(timeZone) => onChange({ timeZone })}
            testId="schedule-time-zone"
          />
        </div>
      )}
      <div className="timing-meaning" aria-live="polite" data-testid="timing-meaning">
        {timing === null ? <State kind="failed" word={t('schedules.hint.timing')} /> : <Meaning timing={timing} />}
      </div>
    </fieldset>
  );
}

function Meaning({ timing }: { readonly timing: CallInput<'schedules.preview'>['timing'] }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, error } = useLiveCall('schedules.preview', { timing, count: 3 }, { topics: [], periodMs: 60_000 });
  const next = useNow((nowMs) => (data?.nextMs ?? []).map((atMs) => format.moment(atMs, nowMs)).join(' · '));
  const problem = data?.problem ?? error?.message ?? null;
  if (problem !== null) return <State kind="failed" word={problem} />;
  if (data === null) return null;
  return <span className="sub num">{t('schedules.next', { times: next })}</span>;
}

/** All that the browser knows, the chosen one among them. */
function timeZones(chosen: string): readonly string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return [...new Set(['UTC', chosen, ...known])];
}
