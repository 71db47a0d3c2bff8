/** Warming: what is under way, the proof that each warmed key was read back as a hit, and what was learned from use. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import type { Warming } from './cache-model.ts';
import { VariantWords } from './VariantWords.tsx';
import { WarmProof } from './WarmProof.tsx';

interface WarmingDrawerProps {
  readonly warming: Warming | null;
  readonly isStarting: boolean;
  readonly outcome: ReactNode;
  readonly onWarm: () => void;
  readonly onClose: () => void;
}

export function WarmingDrawer({ warming, isStarting, outcome, onWarm, onClose }: WarmingDrawerProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  return (
    <Drawer
      title={t('cache.warming')}
      contentKey="warming"
      note={warming === null ? t('cache.unknown') : <Progress warming={warming} />}
      actions={
        <Button
          look="primary"
          isSmall
          blockedBecause={isOffline ? t('offlineBlocked') : isStarting ? t('part.running') : null}
          onClick={onWarm}
          data-testid="warm-now"
        >
          {t('cache.warm')}
        </Button>
      }
      onClose={onClose}
      testId="warming-drawer"
    >
      {outcome}
      {warming !== null && (
        <>
          {warming.failure !== null && (
            <p className="line-note">
              <State kind="failed" word={t('cache.warmFailure', { reason: warming.failure })} />
            </p>
          )}
          <WarmProof report={warming.lastReport} />
          <Learned warming={warming} />
        </>
      )}
    </Drawer>
  );
}

const stateKinds: Record<Warming['state'], StateKind> = { idle: 'fresh', waiting: 'stale', running: 'refreshing' };

function Progress({ warming }: { readonly warming: Warming }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const { enabled, state, reason, task } = warming;
  if (!enabled) return <State kind="unknown" word={t('cache.warmingOff')} />;
  return (
    <>
      <State kind={isOffline ? 'expired' : stateKinds[state]} word={t(`cache.warmingState.${state}`)} />
      {state === 'idle' && t('cache.warmingIdle')}
      {reason !== null && t('cache.warmingReason', { reason })}
      {task !== null && (
        <>
          <progress value={task.ratio} aria-label={t('cache.warming')} />
          <span className="num">{format.number(task.ratio * 100)} %</span>
          <span className="mono">{task.taskId}</span>
        </>
      )}
    </>
  );
}

type LearnedVariant = Warming['learned'][number];

function Learned({ warming }: { readonly warming: Warming }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: readonly Column<LearnedVariant>[] = [
    {
      id: 'filters',
      header: t('cache.column.filters'),
      render: ({ shown }) => <VariantWords filters={shown} />,
    },
    {
      id: 'score',
      header: t('cache.column.score'),
      align: 'end',
      render: ({ score }) => format.number(score, 1),
      sortValue: ({ score }) => score,
    },
    {
      id: 'lastUsed',
      header: t('cache.column.lastUsed'),
      align: 'end',
      render: ({ lastUsedAtMs }) => <Age atMs={lastUsedAtMs} />,
      sortValue: ({ lastUsedAtMs }) => -lastUsedAtMs,
    },
  ];
  return (
    <section data-testid="learned">
      <h3>{t('cache.learned')}</h3>
      <p className="sub">
        {t('cache.learnedNote', { halfLife: formatDuration(warming.halfLifeMs), limit: warming.learnedLimit })} ·{' '}
        {t('cache.staticNote', { count: warming.staticCount })}
      </p>
      <Table
        caption={t('cache.learned')}
        columns={columns}
        rows={warming.learned}
        rowKey={({ filters }) => JSON.stringify(filters)}
        emptyText={t('cache.learnedNone')}
        maxHeightPx={260}
      />
    </section>
  );
}
