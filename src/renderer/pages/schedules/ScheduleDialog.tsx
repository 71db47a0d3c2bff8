/** Makes or changes a schedule; what the timing means is shown before it is saved, and nothing typed is lost by an error. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../state/calls.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ChoiceField, TextField } from '../../ui/Fields.tsx';
import { State } from '../../ui/State.tsx';
import {
  catchUps,
  emptyForm,
  formOf,
  idPattern,
  jobs,
  readsFilters,
  type ScheduleForm,
  specOf,
} from './schedule-form.ts';
import type { Schedule } from './schedules-model.ts';
import { TimingFields } from './TimingFields.tsx';

interface ScheduleDialogProps {
  /** Null for a new one. */
  readonly schedule: Schedule | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

export function ScheduleDialog({ schedule, onClose, onSaved }: ScheduleDialogProps): ReactElement {
  const { t } = useTranslation();
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [form, setForm] = useState<ScheduleForm>(() => (schedule === null ? emptyForm(zone) : formOf(schedule, zone)));
  const change = (part: Partial<ScheduleForm>): void => setForm((before) => ({ ...before, ...part }));
  const add = useCommand('schedules.add');
  const edit = useCommand('schedules.edit');
  const spec = specOf(form);
  const error = add.error ?? edit.error;
  const submit = async (): Promise<void> => {
    if (spec === null) return;
    const { error: failure } =
      schedule === null
        ? await add.run({ id: form.id.trim(), spec: { ...spec, paused: false } })
        : await edit.run({ id: schedule.id, change: spec });
    if (failure === null) onSaved();
  };
  const title = schedule === null ? t('schedules.add') : t('schedules.editTitle', { title: schedule.title });
  return (
    <Dialog title={title} className="schedule-dialog" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {schedule === null && (
          <TextField
            label={t('schedules.field.id')}
            value={form.id}
            onChange={(id) => change({ id })}
            hint={t('schedules.hint.id')}
            pattern={idPattern}
            isRequired
            testId="schedule-id"
          />
        )}
        <TextField
          label={t('schedules.field.title')}
          value={form.title}
          onChange={(text) => change({ title: text })}
          testId="schedule-title"
        />
        <ChoiceField
          label={t('schedules.field.job')}
          value={form.job}
          options={jobs.map((job) => ({ id: job, name: t(`schedules.job.${job}`) }))}
          onChange={(job) => change({ job })}
          testId="schedule-job"
        />
        {readsFilters(form.job) && (
          <TextField
            label={t('schedules.field.filters')}
            value={form.filters}
            onChange={(filters) => change({ filters })}
            hint={t('schedules.hint.filters')}
            testId="schedule-filters"
          />
        )}
        <TimingFields form={form} onChange={change} />
        <div className="field-row">
          <ChoiceField
            label={t('schedules.field.catchUp')}
            value={form.catchUp}
            options={catchUps.map((rule) => ({ id: rule, name: t(`schedules.catchUp.${rule}`) }))}
            onChange={(catchUp) => change({ catchUp })}
            testId="schedule-catch-up"
          />
          <TextField
            label={t('schedules.field.jitter')}
            value={form.jitterSeconds}
            onChange={(jitterSeconds) => change({ jitterSeconds })}
            inputMode="decimal"
            testId="schedule-jitter"
          />
        </div>
        {error !== null && (
          <p role="alert">
            <State kind="failed" word={error} />
          </p>
        )}
        <div className="actions">
          {schedule !== null && <WayBack schedule={schedule} onDone={onSaved} />}
          <Button onClick={onClose}>{t('schedules.cancel')}</Button>
          <button
            type="submit"
            className="button primary"
            disabled={spec === null || add.isRunning || edit.isRunning}
            data-testid="schedule-save"
          >
            {t('schedules.save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A built-in schedule goes back to what the program brought, an own one goes away. */
function WayBack({
  schedule,
  onDone,
}: {
  readonly schedule: Schedule;
  readonly onDone: () => void;
}): ReactElement | null {
  const { t } = useTranslation();
  const command = useCommand(schedule.builtIn ? 'schedules.reset' : 'schedules.remove');
  const [isAsked, setIsAsked] = useState(false);
  if (schedule.builtIn && !schedule.edited) return null;
  const word = t(schedule.builtIn ? 'schedules.reset' : 'schedules.remove');
  const act = async (): Promise<void> => {
    if ((await command.run({ id: schedule.id })).error === null) onDone();
  };
  return (
    <span className="way-back">
      <Button
        look="quiet"
        data-testid="schedule-way-back"
        blockedBecause={command.isRunning ? t('schedules.busy') : null}
        onClick={() => (isAsked ? void act() : setIsAsked(true))}
      >
        {isAsked ? t('schedules.sure', { what: word }) : word}
      </Button>
      {command.error !== null && <State kind="failed" word={command.error} />}
    </span>
  );
}
