/** How long the history is kept: its age and its size, what it takes now, and the way to change both. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand, useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { TextField } from '../../ui/Fields.tsx';
import { limitsIn, retentionBounds, retentionDraft } from './retention-form.ts';

type Retention = CallOutput<'alerts.retention'>;

export function RetentionCard(): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { data, reload } = useLiveCall('alerts.retention', {}, { topics: [], periodMs: 60_000, keptAs: 'retention' });
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Card
      title={t('alerts.retention.title')}
      aside={
        <Button
          isSmall
          data-testid="retention-change"
          blockedBecause={isOffline ? t('offlineBlocked') : data === null ? t('alerts.retention.loading') : null}
          onClick={() => setIsOpen(true)}
        >
          {t('alerts.retention.change')}
        </Button>
      }
      testId="alert-retention"
    >
      {data !== null && <Kept retention={data} />}
      {isOpen && data !== null && !isOffline && (
        <RetentionDialog
          retention={data}
          onClose={() => setIsOpen(false)}
          onDone={() => {
            setIsOpen(false);
            reload();
          }}
        />
      )}
    </Card>
  );
}

function Kept({ retention }: { readonly retention: Retention }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { keepMs, ceilingBytes, transitionCount, sizeBytes, oldestAtMs } = retention;
  const days = retentionDraft({ keepMs, ceilingBytes }).days;
  const size = formatBytes(format.language, sizeBytes);
  const text = format.number(transitionCount);
  return (
    <p className="num">
      {t('alerts.retention.limits', { days, ceiling: formatBytes(format.language, ceilingBytes) })}{' '}
      <span className="sub">
        {oldestAtMs === null
          ? t('alerts.retention.empty')
          : t('alerts.retention.holds', { count: transitionCount, text, size, since: format.exactMoment(oldestAtMs) })}
      </span>
    </p>
  );
}

interface RetentionDialogProps {
  readonly retention: Retention;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function RetentionDialog({ retention, onDone, onClose }: RetentionDialogProps): ReactElement {
  const { t } = useTranslation();
  // As it was when the dialog was opened: what is typed is not taken away by an answer that comes meanwhile.
  const [draft, setDraft] = useState(() => retentionDraft(retention));
  const { run, isRunning, error } = useCommand('alerts.retention.set');
  const { limits, wrong } = limitsIn(draft);
  const send = async (next: typeof limits): Promise<void> => {
    const { output } = await run({ limits: next });
    if (output !== null) onDone();
  };
  const problem = (field: 'days' | 'megabytes'): string | null =>
    wrong.includes(field) ? t('alerts.retention.wrong', retentionBounds[field]) : null;
  return (
    <ConfirmDialog
      title={t('alerts.retention.title')}
      confirmLabel={t('alerts.retention.save')}
      blockedBecause={limits === null ? t('alerts.retention.unfit') : null}
      isRunning={isRunning}
      error={error}
      onConfirm={() => void send(limits)}
      onClose={onClose}
      testId="retention-dialog"
      more={
        !retention.isDefault && (
          <button
            type="button"
            className="row-link"
            disabled={isRunning}
            onClick={() => void send(null)}
            data-testid="retention-reset"
          >
            {t('alerts.retention.reset')}
          </button>
        )
      }
    >
      <p>{t('alerts.retention.text')}</p>
      <TextField
        label={t('alerts.retention.days')}
        value={draft.days}
        inputMode="numeric"
        error={problem('days')}
        onChange={(days) => setDraft((before) => ({ ...before, days }))}
        testId="retention-days"
      />
      <TextField
        label={t('alerts.retention.megabytes')}
        value={draft.megabytes}
        inputMode="numeric"
        error={problem('megabytes')}
        onChange={(megabytes) => setDraft((before) => ({ ...before, megabytes }))}
        testId="retention-megabytes"
      />
    </ConfirmDialog>
  );
}
