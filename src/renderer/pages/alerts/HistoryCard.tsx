/** The history of every change of state: searched, filtered, paged by scrolling; only the rows in sight are drawn. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { Address, AddressChanges } from '../../state/address.ts';
import { useServices } from '../../state/services.ts';
import { Card } from '../../ui/Card.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { State } from '../../ui/State.tsx';
import { type AlertStatus, alertStates, showSignal, stateKinds, type Transition } from './alerts-model.ts';
import { HistoryExport } from './HistoryExport.tsx';
import { TransitionDrawer } from './TransitionDrawer.tsx';
import { type History, type HistorySearch, useHistory } from './use-history.ts';

type Rule = AlertStatus['rule'];

const rowHeightPx = 32;

interface HistoryCardProps {
  readonly rules: readonly Rule[];
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
      <SearchFields search={search} rules={rules} onChange={(part) => address.set(part, { replace: true })} />
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
    to: alertStates.find((state) => state === address.text('to')) ?? null,
    from: address.text('from'),
    until: address.text('until'),
  };
}

interface SearchFieldsProps {
  readonly search: HistorySearch;
  readonly rules: readonly Rule[];
  readonly onChange: (part: AddressChanges) => void;
}

function SearchFields({ search, rules, onChange }: SearchFieldsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="history-filters" role="search">
      <SearchField
        label={t('alerts.search')}
        value={search.search}
        onChange={(text) => onChange({ words: text })}
        testId="history-search"
      />
      <select
        className="input"
        aria-label={t('alerts.column.rule')}
        value={search.ruleId ?? ''}
        onChange={(event) => onChange({ rule: event.target.value })}
        data-testid="history-rule"
      >
        <option value="">{t('alerts.allRules')}</option>
        {rules.map((rule) => (
          <option key={rule.id} value={rule.id}>
            {rule.title}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={t('alerts.column.state')}
        value={search.to ?? ''}
        onChange={(event) => onChange({ to: event.target.value })}
        data-testid="history-state"
      >
        <option value="">{t('alerts.allStates')}</option>
        {alertStates.map((state) => (
          <option key={state} value={state}>
            {t(`alerts.state.${state}`)}
          </option>
        ))}
      </select>
      {(['from', 'until'] as const).map((edge) => (
        <input
          key={edge}
          type="date"
          className="input"
          aria-label={t(`alerts.${edge}`)}
          title={t(`alerts.${edge}`)}
          value={search[edge]}
          onChange={(event) => onChange({ [edge]: event.target.value })}
          data-testid={`history-${edge}`}
        />
      ))}
    </div>
  );
}

interface HistoryTableProps {
  readonly history: History;
  readonly rules: readonly Rule[];
  readonly onOpen: (id: number) => void;
}

function HistoryTable({ history, rules, onOpen }: HistoryTableProps): ReactElement {
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
  const { atMs, title, from, to, severity, value, evidence } = transition;
  return (
    <tr aria-rowindex={rowNumber} data-testid={`transition-${transition.id}`}>
      <td className="tight num">
        <time dateTime={new Date(atMs).toISOString()} title={format.exactMoment(atMs)}>
          {format.moment(atMs, ticker.now())}
        </time>
      </td>
      <td>
        <button type="button" className="row-link" onClick={() => onOpen(transition.id)}>
          {title}
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
      <td>{evidence}</td>
    </tr>
  );
}
