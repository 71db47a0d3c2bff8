/** Silences alerts for a time, or in hours of every week; which ones it fits is shown before it holds. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../state/calls.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Fields.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import type { AlertStatus, Matcher } from './alerts-model.ts';
import { HoursFields } from './HoursFields.tsx';
import { defaultHours, type HoursForm, hoursOf, hoursProblem } from './hours-form.ts';
import { MatcherFields, MatchesNow } from './MatcherFields.tsx';

interface SilenceDialogProps {
  readonly alerts: readonly AlertStatus[];
  /** The rule that it was asked for; null: nothing is filled in. */
  readonly ruleId: string | null;
  /** In hours of the week instead of for a time. */
  readonly isMute: boolean;
  readonly onClose: () => void;
  readonly onAdded: () => void;
}

const hourMs = 3_600_000;
const spans = { hour: hourMs, shift: 8 * hourMs, day: 24 * hourMs, week: 168 * hourMs, open: null } as const;
type Span = keyof typeof spans;
const spanNames = ['hour', 'shift', 'day', 'week', 'open'] as const;

export function SilenceDialog({ alerts, ruleId, isMute, onClose, onAdded }: SilenceDialogProps): ReactElement {
  const { t } = useTranslation();
  const [matchers, setMatchers] = useState<readonly Matcher[]>([
    { label: 'rule', operator: 'is', value: ruleId ?? '' },
  ]);
  const [span, setSpan] = useState<Span>(isMute ? 'open' : 'hour');
  const [hours, setHours] = useState<HoursForm | null>(isMute ? defaultHours() : null);
  const [reason, setReason] = useState('');
  const [isTried, setIsTried] = useState(false);
  const add = useCommand('alerts.silences.add');
  const lacksValue = matchers.some(({ value, operator }) => value.trim() === '' && operator !== 'isNot');
  const isWrong = lacksValue || reason.trim() === '' || (hours !== null && hoursProblem(hours) !== null);
  const submit = async (): Promise<void> => {
    setIsTried(true);
    if (isWrong || add.isRunning) return;
    const { error } = await add.run({
      matchers: matchers.map((matcher) => ({ ...matcher, value: matcher.value.trim() })),
      forMs: spans[span],
      hours: hours === null ? null : hoursOf(hours),
      reason: reason.trim(),
    });
    if (error === null) onAdded();
  };
  return (
    <Dialog title={t(isMute ? 'alerts.muteTitle' : 'alerts.silenceTitle')} className="silence-dialog" onClose={onClose}>
      <form
        noValidate
        data-testid="silence-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <MatcherFields
          matchers={matchers}
          rules={alerts.map(({ rule }) => rule)}
          problem={isTried && lacksValue ? t('alerts.valueMissing') : null}
          onChange={setMatchers}
        />
        <MatchesNow matchers={matchers} alerts={alerts} />
        {hours !== null && <HoursFields hours={hours} onChange={setHours} />}
        <div className="field">
          {t('alerts.silenceFor')}
          <SegmentedFilter
            label={t('alerts.silenceFor')}
            options={spanNames.map((id) => ({ id, title: t(`alerts.silenceSpan.${id}`) }))}
            value={span}
            onChange={setSpan}
            testId="silence-span"
          />
        </div>
        <TextField
          label={t('alerts.silenceReason')}
          value={reason}
          hint={t('alerts.silenceReasonHint')}
          error={isTried && reason.trim() === '' ? t('alerts.reasonMissing') : null}
          onChange={setReason}
          testId="silence-reason"
        />
        {add.error !== null && (
          <p role="alert">
            <State kind="failed" word={add.error} />
          </p>
        )}
        <div className="actions">
          <Button onClick={onClose}>{t('alerts.cancel')}</Button>
          <Button type="submit" look="primary" data-testid="silence-add">
            {t('alerts.silenceAdd')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
