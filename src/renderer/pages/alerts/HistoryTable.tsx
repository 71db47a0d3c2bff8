/** The changes of the history as rows; only those in sight are drawn, and more are asked for at the end. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { alertTitle, evidenceWords } from '../../../shared/alert-words.ts';
import { useFormat } from '../../format/use-format.ts';
import { useServices } from '../../state/services.ts';
import { State } from '../../ui/State.tsx';
import { type AlertStatus, showSignal, stateKinds, type Transition } from './alerts-model.ts';
import type { History } from './use-history.ts';

type Rule = AlertStatus['rule'];

const rowHeightPx = 32;

interface HistoryTableProps {
  readonly history: History;
  readonly rules: readonly Rule[];
  readonly onOpen: (id: number) => void;
}

export function HistoryTable({ history, rules, onOpen }: HistoryTableProps): ReactElement {
  const { t } = useTranslation();
  const { transitions, totalCount, isLoading, hasMore, loadMore } = history;
  const box = useRef<HTMLDivElement>(null);
  // The rule speaks of React's compiler, which is not used here.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: transitions.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
  });
  const rows = virtualizer.getVirtualItems();
  const lastIndex = rows.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && lastIndex >= transitions.length - 1 && lastIndex >= 0) loadMore();
  }, [hasMore, lastIndex, transitions.length, loadMore]);
  const before = rows[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (rows.at(-1)?.end ?? 0);
  const isEmpty = transitions.length === 0;
  return (
    // A scrolled region must be reachable by keyboard to be scrolled by it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-box history-box" role="group" aria-label={t('alerts.history')} tabIndex={0} ref={box}>
      {isEmpty ? (
        <p className="empty" role="status">
          {isLoading ? t('alerts.loading') : totalCount === null ? t('alerts.unknown') : t('alerts.historyNone')}
        </p>
      ) : (
        <table aria-rowcount={history.hasMoreThanCounted ? -1 : (totalCount ?? -1)}>
          <caption className="visually-hidden">{t('alerts.history')}</caption>
          <HistoryHead />
          <tbody>
            <Spacer heightPx={before} />
            {rows.map((row) => {
              const transition = transitions[row.index];
              return transition === undefined ? null : (
                <HistoryRow
                  key={transition.id}
                  transition={transition}
                  rule={rules.find((rule) => rule.id === transition.ruleId)}
                  rowNumber={row.index + 2}
                  onOpen={onOpen}
                />
              );
            })}
            <Spacer heightPx={after} />
          </tbody>
        </table>
      )}
    </div>
  );
}

function HistoryHead(): ReactElement {
  const { t } = useTranslation();
  return (
    <thead>
      <tr>
        <th scope="col">{t('alerts.column.at')}</th>
        <th scope="col">{t('alerts.column.rule')}</th>
        <th scope="col">{t('alerts.column.change')}</th>
        <th scope="col">{t('alerts.column.severity')}</th>
        <th scope="col" className="end">
          {t('alerts.column.value')}
        </th>
        <th scope="col">{t('alerts.column.evidence')}</th>
      </tr>
    </thead>
  );
}

/** Stands for the rows that are out of sight. */
function Spacer({ heightPx }: { readonly heightPx: number }): ReactElement | null {
  if (heightPx <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={6} style={{ height: heightPx, padding: 0, border: 0 }} />
    </tr>
  );
}

interface HistoryRowProps {
  readonly transition: Transition;
  readonly rule: Rule | undefined;
  readonly rowNumber: number;
  readonly onOpen: (id: number) => void;
}

function HistoryRow({ transition, rule, rowNumber, onOpen }: HistoryRowProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { ticker } = useServices();
  const { atMs, from, to, severity, value } = transition;
  return (
    <tr aria-rowindex={rowNumber} data-testid={`transition-${transition.id}`}>
      <td className="tight num">
        <time dateTime={new Date(atMs).toISOString()} title={format.exactMoment(atMs)}>
          {format.moment(atMs, ticker.now())}
        </time>
      </td>
      <td>
        <button type="button" className="row-link" onClick={() => onOpen(transition.id)}>
          {alertTitle(format.language, transition.title)}
        </button>
      </td>
      <td className="tight">
        <span className="sub">{t(`alerts.state.${from}`)} → </span>
        <State kind={stateKinds[to]} word={t(`alerts.state.${to}`)} />
      </td>
      <td className="tight">
        <span className="tag">{t(`alerts.severity.${severity}`)}</span>
      </td>
      <td className="end">{value === null ? '—' : showSignal(format, rule?.signal ?? null, value)}</td>
      <td>{evidenceWords(format.language, transition)}</td>
    </tr>
  );
}
