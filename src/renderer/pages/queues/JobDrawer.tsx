/** One job in full: its data, every attempt with its error, its log, its place in a flow, and what can be done with it. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FactGrid } from '../../ui/FactGrid.tsx';
import { State } from '../../ui/State.tsx';
import { FlowTree } from './FlowTree.tsx';
import { JobText } from './JobText.tsx';
import { type ActionRequest, type JobDetail, jobStateKinds, type QueueId, queueTitle } from './queues-model.ts';

interface JobDrawerProps {
  readonly queue: QueueId;
  readonly jobId: string;
  readonly isWritable: boolean;
  readonly onOpen: (job: { readonly queue: QueueId; readonly jobId: string }) => void;
  readonly onClose: () => void;
  readonly onAct: (request: ActionRequest) => void;
}

export function JobDrawer({ queue, jobId, isWritable, onOpen, onClose, onAct }: JobDrawerProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { data, error } = useLiveCall(
    'jobs.get',
    { queue, jobId },
    { topics: ['queueActions.changed'], periodMs: 5_000 },
  );
  const job = data?.job ?? null;
  const blocked = isOffline ? t('offlineBlocked') : isWritable ? null : t('queues.readOnlyWhy');
  return (
    <Drawer
      title={job === null ? jobId : `${job.name} · ${jobId}`}
      contentKey={`${queueTitle(queue)}/${jobId}`}
      testId="job-detail"
      onClose={onClose}
      note={
        <>
          {job !== null && job.state !== null && (
            <State kind={isOffline ? 'expired' : jobStateKinds[job.state]} word={t(`queues.state.${job.state}`)} />
          )}
          <span className="sub">{queueTitle(queue)}</span>
        </>
      }
      {...(job === null
        ? {}
        : {
            actions: job.actions.map((action) => (
              <Button
                key={action}
                isSmall
                blockedBecause={blocked}
                data-testid={`job-${action}`}
                onClick={() => onAct({ action, target: { kind: 'jobs', jobs: [{ queue, jobId }] } })}
              >
                {t(`queues.act.${action}`)}
              </Button>
            )),
          })}
    >
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <EmptyState icon="failed" kind="failed" title={error.message} text={error.help} />
      )}
      {data !== null && data.missing !== null && (
        <EmptyState
          icon="unknown"
          title={t('queues.missing', { count: 1 })}
          text={data.missing.evidence}
          testId="job-missing"
        />
      )}
      {job !== null && <Detail job={job} onOpen={onOpen} />}
    </Drawer>
  );
}

function Detail({ job, onOpen }: { readonly job: JobDetail; readonly onOpen: JobDrawerProps['onOpen'] }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="job-detail">
      {job.error !== null && (
        <Part title={t('queues.column.error')}>
          <p className="job-error">{job.error}</p>
        </Part>
      )}
      <Facts job={job} />
      <Part title={t('queues.timeline')}>
        <Timeline job={job} />
      </Part>
      <JobText title={t('queues.data')} text={job.data} />
      {job.returnValue !== null && <JobText title={t('queues.returnValue')} text={job.returnValue} />}
      {job.progress !== null && <JobText title={t('queues.progress')} text={job.progress} />}
      <JobText title={t('queues.options')} text={job.options} />
      {job.stack.length > 0 && (
        <Part title={t('queues.stack')}>
          {job.stack.map((trace, attempt) => (
            // Attempts have no other name than their number, and never change places.
            // oxlint-disable-next-line react/no-array-index-key
            <details key={attempt} open={attempt === job.stack.length - 1}>
              <summary>{t('queues.attempt', { number: attempt + 1 })}</summary>
              <pre>{trace}</pre>
            </details>
          ))}
        </Part>
      )}
      {job.logs.count > 0 && (
        <Part title={t('queues.logs', { count: job.logs.count })}>
          <pre>{job.logs.lines.join('\n')}</pre>
        </Part>
      )}
      {(job.parent !== null || job.childCount > 0) && (
        <Part title={t('queues.flow')}>
          <FlowTree queue={job.queue} jobId={job.jobId} onOpen={onOpen} />
        </Part>
      )}
    </div>
  );
}

export function Part({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Facts({ job }: { readonly job: JobDetail }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('queues.column.attempts'), `${job.attempts.made} / ${job.attempts.max}`],
    [t('queues.fact.stalled'), format.number(job.attempts.stalled)],
    [t('queues.fact.priority'), format.number(job.priority)],
    [t('queues.fact.position'), job.position === null ? '—' : format.number(job.position + 1)],
    [t('queues.fact.worker'), job.processedBy ?? '—'],
    [t('queues.fact.deduplication'), job.deduplicationId ?? '—'],
    [t('queues.fact.lock'), job.lockTtlMs === null ? '—' : formatDuration(job.lockTtlMs)],
  ];
  return <FactGrid facts={facts} />;
}

function Timeline({ job }: { readonly job: JobDetail }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ol className="job-timeline">
      {job.timeline.map(({ kind, atMs, note }, index) => {
        const before = job.timeline[index - 1];
        return (
          <li key={`${kind}:${atMs}`}>
            <time className="num" dateTime={new Date(atMs).toISOString()}>
              {format.exactMoment(atMs)}
            </time>{' '}
            <b>{t(`queues.event.${kind}`)}</b>
            {before !== undefined && <span className="sub num"> +{formatDuration(atMs - before.atMs)}</span>}
            {note !== null && <div className="sub">{note}</div>}
          </li>
        );
      })}
    </ol>
  );
}
