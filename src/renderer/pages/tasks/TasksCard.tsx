/** Live and historic tasks, newest first, filtered through the address; only the rows in sight are drawn and asked for again. */
import { type ReactElement, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { Address } from '../../state/address.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/icons.tsx';
import { State } from '../../ui/State.tsx';
import { useTableHeight } from '../../ui/table-height.ts';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import { TaskFilters, type TaskOptions } from './TaskFilters.tsx';
import { isSearching, noSearch, type Task, type TaskSearch } from './tasks-model.ts';
import { useTaskColumns } from './use-task-columns.tsx';
import { type Tasks, useTasks } from './use-tasks.ts';

interface TasksCardProps {
  readonly search: TaskSearch;
  readonly options: TaskOptions;
  /** The task whose detail is open. */
  readonly openKey: string | null;
  readonly onSearch: Address['set'];
  readonly onOpen: (task: Task) => void;
}

/** The head of the page, tabs, the card's head and filters. */
const besideTablePx = 270;
/** Rows before the end of what is loaded at which the next page is asked for. */
const aheadCount = 40;

export function taskKey({ brokerId, taskId }: Pick<Task, 'brokerId' | 'taskId'>): string {
  return `${brokerId}/${taskId}`;
}

export function TasksCard({ search, options, openKey, onSearch, onOpen }: TasksCardProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const [isHeld, setIsHeld] = useState(false);
  const tasks = useTasks(search, isHeld);
  const { rows, loadMore, onRange } = tasks;
  const heightPx = useTableHeight(besideTablePx);
  const columns = useTaskColumns(options.brokers.length > 1);
  const inSight = useCallback(
    (from: number, to: number) => {
      onRange(from, to);
      if (to >= rows.length - aheadCount) loadMore();
    },
    [onRange, loadMore, rows.length],
  );
  return (
    <Card
      title={t('celery.tab.tasks')}
      testId="tasks"
      note={<Count tasks={tasks} />}
      aside={
        <Button
          isSmall
          look="quiet"
          aria-pressed={isHeld}
          data-testid="tasks-hold"
          blockedBecause={isOffline ? t('offlineBlocked') : null}
          onClick={() => setIsHeld(!isHeld)}
        >
          <Icon name={isHeld ? 'play' : 'pause'} />
          {t(isHeld ? 'celery.resume' : 'celery.hold')}
        </Button>
      }
    >
      <TaskFilters search={search} options={options} onSearch={onSearch} />
      {tasks.error !== null && !isOffline && (
        <p role="alert">
          <State kind="failed" word={tasks.error} />
        </p>
      )}
      <VirtualTable
        key={JSON.stringify(search)}
        caption={t('celery.tab.tasks')}
        columns={columns}
        rowCount={rows.length}
        rowAt={(index) => rows[index]}
        rowKey={taskKey}
        empty={<Nothing tasks={tasks} search={search} onSearch={onSearch} />}
        onOpen={onOpen}
        openKey={openKey}
        onRange={inSight}
        heightPx={heightPx}
        isPale={isOffline || tasks.isOfBefore}
        testId="tasks-table"
      />
      {tasks.hasMore && !tasks.isLoading && rows.length > 0 && rows.length < aheadCount && <SearchOn tasks={tasks} />}
    </Card>
  );
}

function Count({ tasks }: { readonly tasks: Tasks }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  if (tasks.historyCount === null) return <>…</>;
  const values = { shown: format.number(tasks.rows.length), all: format.number(tasks.historyCount) };
  return <span data-testid="tasks-count">{t(tasks.hasMore ? 'celery.countMore' : 'celery.count', values)}</span>;
}

function SearchOn({ tasks }: { readonly tasks: Tasks }): ReactElement {
  const { t } = useTranslation();
  return (
    <p className="search-on">
      <span className="sub">{t('celery.notThrough')}</span>{' '}
      <Button isSmall onClick={tasks.loadMore} data-testid="tasks-search-on">
        {t('celery.searchOn')}
      </Button>
    </p>
  );
}

interface NothingProps {
  readonly tasks: Tasks;
  readonly search: TaskSearch;
  readonly onSearch: Address['set'];
}

function Nothing({ tasks, search, onSearch }: NothingProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  if (tasks.error !== null && !isOffline)
    return <EmptyState icon="failed" kind="failed" title={t('celery.readFailed')} text={tasks.error} />;
  if (isOffline && tasks.historyCount === null) return <EmptyState icon="unknown" title={t('celery.unknownOffline')} />;
  if (tasks.historyCount === null || tasks.isOfBefore || tasks.isLoading)
    return <EmptyState icon="refreshing" title={t('celery.loading')} testId="tasks-loading" />;
  if (tasks.hasMore)
    return <EmptyState icon="search" title={t('celery.noneYet')} action={<SearchOn tasks={tasks} />} />;
  if (isSearching(search))
    return (
      <EmptyState
        icon="search"
        title={t('celery.noMatch')}
        testId="tasks-no-match"
        action={
          <Button isSmall onClick={() => onSearch(noSearch)} data-testid="tasks-clear">
            {t('filter.clear')}
          </Button>
        }
      />
    );
  return <EmptyState icon="empty" title={t('celery.noTasks')} text={t('celery.noTasksText')} />;
}
