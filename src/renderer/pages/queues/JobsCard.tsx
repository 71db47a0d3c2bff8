/** Jobs by state and search, over one queue or all; chosen ones or all that match can be acted on. */
import { type ReactElement, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { Address } from '../../state/address.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State } from '../../ui/State.tsx';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import { JobFilters } from './JobFilters.tsx';
import {
  type ActionRequest,
  askedQueues,
  filterOf,
  type JobRow,
  type JobSearch,
  type Queue,
  queueKey,
} from './queues-model.ts';
import { useJobColumns } from './use-job-columns.tsx';
import { type Jobs, useJobs } from './use-jobs.ts';

interface JobsCardProps {
  readonly queues: readonly Queue[];
  readonly search: JobSearch;
  /** The job whose detail is open. */
  readonly openKey: string | null;
  readonly onSearch: Address['set'];
  readonly onOpen: (row: JobRow) => void;
  readonly onAct: (request: ActionRequest) => void;
}

const heightPx = 420;
/** Where there is nothing, nothing needs the room of a list. */
const emptyHeightPx = 200;
const keyOf = (row: JobRow): string => `${queueKey(row.queue)}/${row.jobId}`;

export function JobsCard({ queues, search, openKey, onSearch, onOpen, onAct }: JobsCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const asked = askedQueues(search, queues);
  const jobs = useJobs({ queues: [...asked], states: [...search.states], filter: filterOf(search) });
  const columns = useJobColumns(queues, asked.length > 1);
  const chosen = jobs.rows.filter((row) => selected.has(keyOf(row)));
  const { rows, loadMore } = jobs;
  const onRange = useCallback(
    (_from: number, to: number) => {
      if (to >= rows.length - 10) loadMore();
    },
    [rows.length, loadMore],
  );
  const hasFilter = Object.keys(filterOf(search)).length > 0;
  const states = search.states.map((state) => t(`queues.state.${state}`)).join(', ');
  const noJobs = hasFilter ? t('queues.noJobs') : t('queues.noJobsIn', { states });
  const isReadOnly = queues.some((queue) => !queue.writable && asked.some((id) => queueKey(id) === queueKey(queue.id)));
  return (
    <Card
      title={t('queues.jobs')}
      testId="jobs"
      {...(jobs.totalCount === null
        ? {}
        : { note: t('queues.jobCount', { count: jobs.totalCount, text: format.number(jobs.totalCount) }) })}
      aside={<Searched jobs={jobs} />}
    >
      <JobFilters search={search} onSearch={onSearch} />
      {jobs.error !== null && (
        <p role="alert">
          <State kind="failed" word={jobs.error} />
        </p>
      )}
      {jobs.missing !== null && (
        <p data-testid="jobs-missing">
          <State kind="stale" word={t('queues.missing', { count: jobs.missing.count })} />{' '}
          <span className="sub">{jobs.missing.evidence}</span>
        </p>
      )}
      {jobs.totalCount !== 0 && (
        <BulkActions
          search={search}
          chosen={chosen}
          blocked={isOffline ? t('offlineBlocked') : isReadOnly ? t('queues.readOnlyWhy') : null}
          onAct={(request) => {
            setSelected(new Set());
            onAct(request);
          }}
        />
      )}
      <VirtualTable
        caption={t('queues.jobs')}
        columns={columns}
        rowCount={rows.length}
        rowAt={(index) => rows[index]}
        rowKey={keyOf}
        empty={<EmptyState icon="queues" title={jobs.totalCount === null ? t('queues.unknownJobs') : noJobs} />}
        onOpen={onOpen}
        openKey={openKey}
        selection={{
          keys: selected,
          label: t('queues.select'),
          onChange: setSelected,
        }}
        onRange={onRange}
        heightPx={jobs.totalCount === 0 ? emptyHeightPx : heightPx}
        testId="jobs-table"
      />
    </Card>
  );
}

function Searched({ jobs }: { readonly jobs: Jobs }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const { searched, hasMore } = jobs;
  if (searched === null || searched.complete) return null;
  return (
    <>
      <span data-testid="jobs-searched">
        {t('queues.searched', {
          count: searched.count,
          text: format.number(searched.count),
          of: format.number(searched.of),
        })}
      </span>
      {hasMore && (
        <Button
          isSmall
          blockedBecause={jobs.isLoading ? t('part.running') : null}
          onClick={jobs.loadMore}
          data-testid="jobs-search-on"
        >
          {t('queues.searchOn')}
        </Button>
      )}
    </>
  );
}

interface BulkActionsProps {
  readonly search: JobSearch;
  readonly chosen: readonly JobRow[];
  readonly blocked: string | null;
  readonly onAct: (request: ActionRequest) => void;
}

const jobActions = ['retry', 'promote', 'remove', 'duplicate'] as const;
type JobAction = (typeof jobActions)[number];

/** What makes sense for jobs in a state. */
const actionsOf: Record<JobRow['state'], readonly JobAction[]> = {
  waiting: ['remove', 'duplicate'],
  prioritized: ['remove', 'duplicate'],
  active: ['duplicate'],
  delayed: ['promote', 'remove', 'duplicate'],
  'waiting-children': ['remove'],
  completed: ['retry', 'remove', 'duplicate'],
  failed: ['retry', 'remove', 'duplicate'],
};

/** On the chosen jobs; without any, on all that match, for which one queue and one state must be chosen. */
function BulkActions({ search, chosen, blocked, onAct }: BulkActionsProps): ReactElement {
  const { t } = useTranslation();
  const [queue] = search.queues;
  const [state] = search.states;
  const isOne = search.queues.length === 1 && search.states.length === 1;
  const isChosen = chosen.length > 0;
  const states = isChosen ? chosen.map((row) => row.state) : search.states;
  const offered = jobActions.filter(
    (action) => states.length > 0 && states.every((each) => actionsOf[each].includes(action)),
  );
  const why = blocked ?? (isChosen || isOne ? null : t('queues.chooseOne'));
  const request = (action: JobAction): ActionRequest | null => {
    if (isChosen)
      return { action, target: { kind: 'jobs', jobs: chosen.map((row) => ({ queue: row.queue, jobId: row.jobId })) } };
    if (!queue || !state) return null;
    return { action, target: { kind: 'matching', queue, state, filter: filterOf(search) } };
  };
  return (
    <div className="bulk" data-testid="bulk">
      <span className="sub">{isChosen ? t('queues.chosen', { count: chosen.length }) : t('queues.allMatching')}</span>
      {offered.map((action) => (
        <Button
          key={action}
          isSmall
          blockedBecause={why}
          data-testid={`bulk-${action}`}
          onClick={() => {
            const made = request(action);
            if (made !== null) onAct(made);
          }}
        >
          {t(`queues.act.${action}`)}
        </Button>
      ))}
    </div>
  );
}
