/** The table of all workers, worst first, searched and filtered through the address. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { shortId } from '../../format/short-id.ts';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { useCeleryWords } from './evidence-words.ts';
import { verdictKinds, verdicts, type WorkerFilter, type WorkerRow, workerKinds } from './worker-rows.ts';

interface WorkersCardProps {
  /** Null while nothing is known. */
  readonly rows: readonly WorkerRow[] | null;
  readonly isFiltered: boolean;
  readonly filter: WorkerFilter;
  readonly onFilter: (part: Partial<WorkerFilter>) => void;
  readonly onChoose: (id: string) => void;
}

export function WorkersCard({ rows, isFiltered, filter, onFilter, onChoose }: WorkersCardProps): ReactElement {
  const { t } = useTranslation();
  const columns = [...useWhoColumns(onChoose), ...useWorkColumns(), ...useLoadColumns()];
  const emptyText = rows === null ? t('workers.unknown') : isFiltered ? t('workers.noMatch') : t('workers.none');
  return (
    <Card title={t('workers.all')} note={t('workers.allNote')} testId="workers-all">
      <Filters filter={filter} onFilter={onFilter} />
      <Table
        caption={t('workers.all')}
        columns={columns}
        rows={rows ?? []}
        rowKey={({ id }) => id}
        emptyText={emptyText}
      />
    </Card>
  );
}

interface FiltersProps {
  readonly filter: WorkerFilter;
  readonly onFilter: (part: Partial<WorkerFilter>) => void;
}

function Filters({ filter, onFilter }: FiltersProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="worker-filters" role="search">
      <SearchField
        label={t('workers.search')}
        value={filter.text}
        onChange={(text) => onFilter({ text })}
        testId="worker-search"
      />
      <select
        className="input"
        aria-label={t('workers.column.kind')}
        value={filter.kind ?? ''}
        onChange={(event) => onFilter({ kind: workerKinds.find((kind) => kind === event.target.value) ?? null })}
        data-testid="worker-kind"
      >
        <option value="">{t('workers.allKinds')}</option>
        {workerKinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(`workers.kind.${kind}`)}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={t('workers.column.verdict')}
        value={filter.verdict ?? ''}
        onChange={(event) => onFilter({ verdict: verdicts.find((verdict) => verdict === event.target.value) ?? null })}
        data-testid="worker-verdict"
      >
        <option value="">{t('workers.allVerdicts')}</option>
        {verdicts.map((verdict) => (
          <option key={verdict} value={verdict}>
            {t(`workers.verdict.${verdict}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

function useWhoColumns(onChoose: (id: string) => void): readonly Column<WorkerRow>[] {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const wordsOf = useCeleryWords();
  const speak = useSaid();
  return [
    {
      id: 'verdict',
      header: t('workers.column.verdict'),
      isTight: true,
      render: ({ verdict, isRetiring }) => (
        <>
          <State kind={isOffline ? 'expired' : verdictKinds[verdict]} word={t(`workers.verdict.${verdict}`)} />
          {isRetiring && <div className="sub">{t('workers.retiring')}</div>}
        </>
      ),
      sortValue: ({ verdict }) => verdicts.indexOf(verdict),
    },
    {
      id: 'name',
      header: t('workers.column.worker'),
      render: ({ id, name, host, pid, kind }) => (
        <>
          <button
            type="button"
            className="row-link"
            onClick={() => onChoose(id)}
            title={name}
            data-testid={`worker-${id}`}
          >
            {shortId(name)}
          </button>{' '}
          <span className="tag">{t(`workers.kind.${kind}`)}</span>
          <div className="sub">{[host, pid === null ? null : `pid ${pid}`].filter(Boolean).join(' · ')}</div>
        </>
      ),
      sortValue: ({ name }) => name,
    },
    {
      id: 'evidence',
      header: t('workers.column.evidence'),
      render: ({ evidence, evidenceSaid, flags, celery }) => (
        <>
          <span className="evidence">
            {celery === null ? speak(evidenceSaid, evidence[0] ?? '') : wordsOf(celery)[0]}
          </span>
          {flags.map((flag) => (
            <span key={flag} className="tag flag">
              {t(`workers.flag.${flag}`)}
            </span>
          ))}
        </>
      ),
    },
  ];
}

function useWorkColumns(): readonly Column<WorkerRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const count = (value: number | null): string => (value === null ? '—' : format.number(value));
  return [
    { id: 'queues', header: t('workers.column.queues'), render: ({ queues }) => queues.join(', ') },
    {
      id: 'slots',
      header: t('workers.column.slots'),
      align: 'end',
      render: ({ activeCount, slots }) =>
        activeCount === null && slots === null
          ? '—'
          : t('workers.of', { active: count(activeCount), slots: count(slots) }),
      sortValue: ({ slots }) => slots,
    },
    {
      id: 'processed',
      header: t('workers.column.processed'),
      align: 'end',
      render: ({ processedCount, failedCount }) => (
        <>
          {count(processedCount)}
          {failedCount !== null && failedCount > 0 && (
            <div className="sub">
              {t('workers.failedCount', { count: failedCount, text: format.number(failedCount) })}
            </div>
          )}
        </>
      ),
      sortValue: ({ processedCount }) => processedCount,
    },
  ];
}

function useLoadColumns(): readonly Column<WorkerRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      id: 'memory',
      header: t('workers.column.memory'),
      align: 'end',
      render: ({ rssBytes, cpuRatio }) => (
        <>
          {rssBytes === null ? '—' : formatBytes(format.language, rssBytes)}
          {cpuRatio !== null && (
            <div className="sub">{t('workers.cpu', { percent: format.number(cpuRatio * 100) })}</div>
          )}
        </>
      ),
      sortValue: ({ rssBytes }) => rssBytes,
    },
    {
      id: 'heartbeat',
      header: t('workers.column.heartbeat'),
      align: 'end',
      render: ({ lastHeartbeatAtMs, startedAtMs }) => (
        <>
          {lastHeartbeatAtMs === null ? '—' : <Age atMs={lastHeartbeatAtMs} />}
          {lastHeartbeatAtMs !== null && startedAtMs !== null && (
            <div className="sub">{t('workers.up', { duration: formatDuration(lastHeartbeatAtMs - startedAtMs) })}</div>
          )}
        </>
      ),
      sortValue: ({ lastHeartbeatAtMs }) => lastHeartbeatAtMs,
    },
  ];
}
