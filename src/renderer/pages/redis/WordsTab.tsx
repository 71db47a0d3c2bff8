/** What the server itself says: who was refused and why, and its memory and latency doctors. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Problem } from './Problem.tsx';

type AclEntry = CallOutput<'redis.aclLog'>['entries'][number];
type Words = CallOutput<'redis.doctorWords'>['shards'][number];

const hourMs = 3_600_000;

export function WordsTab({ connectionId }: { readonly connectionId: string }): ReactElement {
  return (
    <>
      <DoctorCard connectionId={connectionId} />
      <AclCard connectionId={connectionId} />
    </>
  );
}

/** Asked when somebody looks or presses, not by itself: its words change slowly. */
function DoctorCard({ connectionId }: { readonly connectionId: string }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { data, error, receivedAtMs, isLoading, reload } = useLiveCall(
    'redis.doctorWords',
    { connectionId },
    { topics: [], periodMs: hourMs, keptAs: `redis-words-${connectionId}` },
  );
  return (
    <Card
      title={t('redis.doctors')}
      note={receivedAtMs === null ? undefined : <Age atMs={receivedAtMs} />}
      aside={
        <Button
          isSmall
          look="quiet"
          blockedBecause={isOffline ? t('offlineBlocked') : isLoading ? t('part.running') : null}
          onClick={reload}
          data-testid="ask-doctors"
        >
          {t('redis.askAgain')}
        </Button>
      }
      testId="redis-doctors"
    >
      <Problem error={error} />
      {data === null && <p className="empty">{t(error === null ? 'redis.loading' : 'redis.notAnswered')}</p>}
      {data?.shards.map((words) => (
        <DoctorWords key={words.shard} words={words} isOne={data.shards.length === 1} />
      ))}
    </Card>
  );
}

function DoctorWords({ words, isOne }: { readonly words: Words; readonly isOne: boolean }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="doctor-words">
      {!isOne && <h3 className="mono">{words.shard}</h3>}
      {words.problem !== null && <State kind="failed" word={words.problem} />}
      {words.memory !== null && (
        <figure>
          <figcaption className="sub">MEMORY DOCTOR</figcaption>
          <blockquote lang="en">{words.memory.trim()}</blockquote>
        </figure>
      )}
      {words.latency !== null && (
        <figure>
          <figcaption className="sub">LATENCY DOCTOR</figcaption>
          <blockquote lang="en">{words.latency.trim()}</blockquote>
        </figure>
      )}
      {words.problem === null && words.memory === null && words.latency === null && t('redis.notReported')}
    </div>
  );
}

function AclCard({ connectionId }: { readonly connectionId: string }): ReactElement {
  const { t } = useTranslation();
  const { data, error } = useLiveCall(
    'redis.aclLog',
    { connectionId },
    { topics: [], periodMs: 30_000, keptAs: `redis-acl-${connectionId}` },
  );
  return (
    <Card title={t('redis.aclLog')} note={t('redis.aclLogNote')} testId="redis-acl">
      <Problem error={error} />
      <Table
        caption={t('redis.aclLog')}
        columns={useAclColumns()}
        rows={data?.entries ?? []}
        rowKey={({ shard, reason, object, username, client, context, lastAtMs }) =>
          [shard, reason, object, username, client, context, lastAtMs].join(' ')
        }
        emptyText={t(data !== null ? 'redis.noRefusal' : error === null ? 'redis.loading' : 'redis.notAnswered')}
        maxHeightPx={420}
      />
    </Card>
  );
}

function useAclColumns(): readonly Column<AclEntry>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      id: 'reason',
      header: t('redis.column.reason'),
      isTight: true,
      render: ({ reason }) => t(`redis.aclReason.${reason}`, { defaultValue: reason }),
      sortValue: ({ reason }) => reason,
    },
    { id: 'object', header: t('redis.column.object'), render: ({ object }) => <span className="mono">{object}</span> },
    {
      id: 'user',
      header: t('redis.column.user'),
      render: ({ username }) => username,
      sortValue: ({ username }) => username,
    },
    { id: 'client', header: t('redis.column.client'), render: ({ client }) => <span className="mono">{client}</span> },
    { id: 'context', header: t('redis.column.context'), render: ({ context }) => context },
    {
      id: 'count',
      header: t('redis.column.count'),
      align: 'end',
      render: ({ count }) => format.number(count),
      sortValue: ({ count }) => count,
    },
    {
      id: 'last',
      header: t('redis.column.last'),
      align: 'end',
      render: ({ lastAtMs }) => <Age atMs={lastAtMs} />,
      sortValue: ({ lastAtMs }) => lastAtMs,
    },
  ];
}
