/** The history of every change of state: searched, filtered, paged by scrolling. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { Address } from '../../state/address.ts';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type AlertStatus, alertStates, severities } from './alerts-model.ts';
import { HistoryExport } from './HistoryExport.tsx';
import { HistoryFilters } from './HistoryFilters.tsx';
import { HistoryTable } from './HistoryTable.tsx';
import { TransitionDrawer } from './TransitionDrawer.tsx';
import { type HistorySearch, useHistory } from './use-history.ts';

interface HistoryCardProps {
  readonly rules: readonly AlertStatus['rule'][];
  readonly address: Address;
}

export function HistoryCard({ rules, address }: HistoryCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const search = searchIn(address);
  const open = Number(address.text('change'));
  const history = useHistory(search);
  const { totalCount, error } = history;
  const note =
    totalCount === null
      ? undefined
      : t(history.hasMoreThanCounted ? 'alerts.historyNoteMany' : 'alerts.historyNote', {
          count: totalCount,
          text: format.number(totalCount),
        });
  return (
    <Card
      title={t('alerts.history')}
      aside={
        <>
          {note}
          <HistoryExport search={search} />
        </>
      }
      testId="alert-history"
    >
      <HistoryFilters search={search} rules={rules} onChange={(part) => address.set(part, { replace: true })} />
      {error !== null && (
        <p role="alert">
          <State kind="failed" word={t('alerts.failed', { message: error })} />
        </p>
      )}
      <HistoryTable history={history} rules={rules} onOpen={(id) => address.set({ change: String(id) })} />
      {open > 0 && (
        <TransitionDrawer
          id={open}
          onOpen={(id) => address.set({ change: String(id) }, { replace: true })}
          onClose={() => address.set({ change: null })}
        />
      )}
    </Card>
  );
}

/** In the address, so that Back, reload and a sent link keep it. */
function searchIn(address: Address): HistorySearch {
  const ruleId = address.text('rule');
  return {
    search: address.text('words'),
    ruleId: ruleId === '' ? null : ruleId,
    severity: severities.find((each) => each === address.text('severity')) ?? null,
    to: alertStates.find((state) => state === address.text('to')) ?? null,
    from: address.text('from'),
    until: address.text('until'),
  };
}
