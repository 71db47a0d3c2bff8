/** Whether a server’s data outlives it: persistence and replication. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { FigureCard } from './FigureCard.tsx';
import { type FiguresProps, useLine } from './figure-parts.ts';
import { bytesText, msText, persistenceVerdict, replicationVerdict, type Verdict } from './redis-model.ts';

export function PersistenceFigure({ figures, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { persistence } = figures;
  const line = useLine(past, 'unsaved', ({ unsavedChanges }) => unsavedChanges);
  const { lastSaveAtMs, lastSaveOk, lastAppendOk, lastRewriteOk, unsavedChanges, lastForkMs } = persistence;
  const outcome = (isOk: boolean | null): string =>
    t(`redis.outcome.${isOk === null ? 'unknown' : isOk ? 'ok' : 'failed'}`);
  return (
    <FigureCard
      id="persistence"
      label={t('redis.figure.persistence')}
      value={unsavedChanges === null ? null : format.number(unsavedChanges)}
      note={t('redis.unsaved')}
      verdict={persistenceVerdict(figures)}
      line={line}
      past={past}
      isLastKnown={isLastKnown}
      facts={[
        {
          name: t('redis.fact.lastSave'),
          value: (
            <>
              {lastSaveAtMs === null ? '—' : <Age atMs={lastSaveAtMs} />} · {outcome(lastSaveOk)}
            </>
          ),
        },
        {
          name: t('redis.fact.appendOnly'),
          value:
            persistence.appendOnly === true
              ? t('redis.appendOnlyOn', { write: outcome(lastAppendOk), rewrite: outcome(lastRewriteOk) })
              : t(persistence.appendOnly === null ? 'redis.notReported' : 'redis.appendOnlyOff'),
        },
        { name: t('redis.fact.fork'), value: msText(format, lastForkMs), title: t('redis.means.fork') },
      ]}
    />
  );
}

export function ReplicationFigure({ figures, past, isLastKnown }: FiguresProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { role, masterLinkUp, masterSilentS, replicas } = figures.replication;
  const line = useLine(past, 'lag', ({ replicationLagBytes }) => replicationLagBytes);
  const lagBytes = replicas.map((replica) => replica.lagBytes).filter((bytes) => bytes !== null);
  const lagS = replicas.map((replica) => replica.lagS).filter((seconds) => seconds !== null);
  const verdict: Verdict | null = replicationVerdict(figures);
  return (
    <FigureCard
      id="replication"
      label={t('redis.figure.replication')}
      value={role === null ? null : t(`redis.role.${role}`)}
      note={role === 'replica' ? undefined : t('redis.replicaCount', { count: replicas.length })}
      verdict={verdict}
      line={replicas.length > 0 ? line : null}
      past={past}
      isLastKnown={isLastKnown}
      facts={
        role === 'replica'
          ? [
              {
                name: t('redis.fact.master'),
                value: t(masterLinkUp === false ? 'redis.masterAway' : 'redis.masterThere'),
              },
              {
                name: t('redis.fact.heard'),
                value: masterSilentS === null ? '—' : formatDuration(masterSilentS * 1_000),
              },
            ]
          : [
              {
                name: t('redis.fact.lagBytes'),
                value: lagBytes.length === 0 ? '—' : bytesText(format, Math.max(...lagBytes)),
              },
              { name: t('redis.fact.lagS'), value: lagS.length === 0 ? '—' : `${format.number(Math.max(...lagS))} s` },
            ]
      }
    />
  );
}
