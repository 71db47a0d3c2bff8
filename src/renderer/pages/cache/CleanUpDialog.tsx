/** Cleans up after showing what can go, and then shows what was there before and is there after. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { State } from '../../ui/State.tsx';
import { type CleanUpReport, showMs } from './cache-model.ts';
import { usePreview } from './use-preview.ts';

interface CleanUpDialogProps {
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function CleanUpDialog({ onDone, onClose }: CleanUpDialogProps): ReactElement {
  const { t } = useTranslation();
  const [report, setReport] = useState<CleanUpReport | null>(null);
  const { run, isRunning, error } = useCommand('cache.cleanUp');
  const preview = usePreview('cache.cleanUpPreview', report === null ? {} : null);
  const confirm = async (): Promise<void> => {
    const { output: done } = await run({});
    if (done === null) return;
    setReport(done);
    onDone();
  };
  if (report !== null) {
    return (
      <Dialog title={t('cache.cleanUpTitle')} className="confirm" onClose={onClose}>
        <p role="status">
          <State
            kind={report.complete ? 'fresh' : 'stale'}
            word={t(report.complete ? 'cache.cleanUpDone' : 'cache.cleanUpPartial')}
          />
        </p>
        <ReportTable report={report} />
        <div className="actions">
          <Button look="primary" onClick={onClose} data-testid="clean-up-close">
            {t('cache.done')}
          </Button>
        </div>
      </Dialog>
    );
  }
  const found = preview.data?.kinds.reduce((sum, { entryCount }) => sum + entryCount, 0) ?? 0;
  const blocked =
    preview.data === null
      ? t('cache.counting')
      : found === 0 && preview.data.complete
        ? t('cache.cleanUpNothing')
        : null;
  return (
    <ConfirmDialog
      title={t('cache.cleanUpTitle')}
      confirmLabel={t('cache.confirmCleanUp')}
      blockedBecause={blocked}
      isRunning={isRunning}
      error={error ?? preview.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
      testId="clean-up-dialog"
    >
      <p>{t('cache.cleanUpText')}</p>
      {preview.data === null ? (
        <p className="sub" role="status">
          {preview.error === null && t('cache.counting')}
        </p>
      ) : (
        <KindsTable report={preview.data} />
      )}
    </ConfirmDialog>
  );
}

function KindsTable({ report }: { readonly report: CleanUpReport }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  if (report.kinds.every(({ entryCount }) => entryCount === 0)) return <p>{t('cache.cleanUpNothing')}</p>;
  return (
    <div className="table-box">
      <table data-testid="clean-up-kinds">
        <thead>
          <tr>
            <th scope="col">{t('cache.column.kind')}</th>
            <th scope="col" className="end">
              {t('cache.column.entries')}
            </th>
            <th scope="col" className="end">
              {t('cache.column.size')}
            </th>
          </tr>
        </thead>
        <tbody>
          {report.kinds.map(({ kind, entryCount, sizeBytes, sample }) => (
            <tr key={kind}>
              <th scope="row" title={sample.join('\n')}>
                {t(`cache.cleanUpKind.${kind}`)}
                <span className="sub mono sample">{sample[0]}</span>
              </th>
              <td className="end">{format.number(entryCount)}</td>
              <td className="end">{formatBytes(format.language, sizeBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ReportTable({ report }: { readonly report: CleanUpReport }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { before, after, kinds, tookMs } = report;
  const bytes = (value: number): string => formatBytes(format.language, value);
  const lines = [
    { name: t('cache.before'), entryCount: before.entryCount, sizeBytes: before.sizeBytes },
    ...kinds.map(({ kind, entryCount, sizeBytes }) => ({
      name: `− ${t(`cache.cleanUpKind.${kind}`)}`,
      entryCount,
      sizeBytes,
    })),
    { name: t('cache.after'), entryCount: after.entryCount, sizeBytes: after.sizeBytes },
  ];
  return (
    <div className="table-box">
      <table data-testid="clean-up-report">
        <caption className="visually-hidden">{t('cache.cleanUpTitle')}</caption>
        <thead>
          <tr>
            <th scope="col">{`${t('cache.column.took')} ${showMs(format, tookMs)}`}</th>
            <th scope="col" className="end">
              {t('cache.column.entries')}
            </th>
            <th scope="col" className="end">
              {t('cache.column.size')}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, entryCount, sizeBytes }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="end">{format.number(entryCount)}</td>
              <td className="end">{bytes(sizeBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
