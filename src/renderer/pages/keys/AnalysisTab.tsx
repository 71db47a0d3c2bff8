/** Analyses of a database: begun within a budget, watched while they run, kept, and the earlier ones chosen again. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useCommand, useLiveCall } from '../../state/calls.ts';
import type { Connection } from '../../state/operate.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ChoiceField } from '../../ui/Fields.tsx';
import { SelectFilter } from '../../ui/SelectFilter.tsx';
import { State } from '../../ui/State.tsx';
import { AnalysisFindings } from './AnalysisFindings.tsx';
import { AnalysisTrend } from './AnalysisTrend.tsx';
import { stateKinds } from './analysis-words.ts';
import type { AnalysisSummary } from './keys-model.ts';

interface AnalysisTabProps {
  readonly connection: Connection;
  readonly db: number;
}

export function AnalysisTab({ connection, db }: AnalysisTabProps): ReactElement {
  const { t } = useTranslation();
  const address = useAddress('keys');
  const connectionId = connection.id;
  const { data, error } = useLiveCall(
    'redis.analyses',
    { connectionId, limit: 200 },
    { topics: ['redis.analysed'], periodMs: 60_000, keptAs: `analyses-${connectionId}` },
  );
  const kept = data?.analyses.filter((each) => each.db === db) ?? [];
  const running = data?.analyses.find(({ state }) => state === 'running') ?? null;
  const wanted = address.text('analysis');
  const chosen = kept.find(({ analysisId }) => analysisId === wanted) ?? kept[0] ?? null;
  return (
    <>
      <StartCard
        connection={connection}
        db={db}
        running={running}
        kept={kept}
        chosen={chosen}
        keptBytes={data?.sizeBytes ?? 0}
      />
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <p role="alert">
          <State kind="failed" word={`${error.message} ${error.help}`.trim()} />
        </p>
      )}
      {chosen !== null && (
        <AnalysisFindings key={chosen.analysisId} connection={connection} analysisId={chosen.analysisId} />
      )}
      {chosen === null && data !== null && (
        <Card title={t('keys.analysis.none')} testId="analysis-none">
          <EmptyState icon="keys" title={t('keys.analysis.noneTitle')} text={t('keys.analysis.noneText')} />
        </Card>
      )}
      {chosen === null && data === null && error === null && <EmptyState icon="keys" title={t('keys.loading')} />}
      <AnalysisTrend analyses={kept} />
    </>
  );
}

const measures = { '5000': 5_000, '20000': 20_000, '100000': 100_000, all: 2_000_000 } as const;
const paces = { '500': 500, '1500': 1_500, '5000': 5_000 } as const;
/** Keys that one SCAN of an analysis brings, about. Only for saying how long it may take. */
const stepKeys = 200;
const commandsPerMeasuredKey = 3;

interface StartCardProps {
  readonly connection: Connection;
  readonly db: number;
  readonly running: AnalysisSummary | null;
  readonly kept: readonly AnalysisSummary[];
  readonly chosen: AnalysisSummary | null;
  readonly keptBytes: number;
}

function StartCard({ connection, db, running, kept, chosen, keptBytes }: StartCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress('keys');
  const isOffline = useIsOffline();
  const start = useCommand('redis.analyse');
  const [measure, setMeasure] = useState<keyof typeof measures>('20000');
  const [pace, setPace] = useState<keyof typeof paces>('1500');
  const separator = address.text('separator').slice(0, 5) || ':';
  const begin = async (): Promise<void> => {
    const { output } = await start.run({
      ...{ connectionId: connection.id, db, separator },
      ...{ maxMeasuredKeys: measures[measure], commandsPerS: paces[pace] },
    });
    if (output !== null) address.set({ analysis: null });
  };
  const isAway = connection.link.state === 'unreachable' || connection.link.state === 'refused';
  const blocked = isOffline
    ? t('offlineBlocked')
    : isAway
      ? t(`keys.away.${connection.link.state === 'refused' ? 'refused' : 'unreachable'}`)
      : running !== null
        ? t('keys.analysis.oneAtATime')
        : start.isRunning
          ? t('part.running')
          : null;
  return (
    <Card
      title={t('keys.analysis.title')}
      note={t('keys.analysis.keptNote', {
        count: kept.length,
        text: format.number(kept.length),
        size: formatBytes(format.language, keptBytes),
      })}
      testId="analysis-start"
    >
      <div className="analysis-start">
        <ChoiceField
          label={t('keys.analysis.measured')}
          value={measure}
          options={(['5000', '20000', '100000', 'all'] as const).map((id) => ({
            id,
            name:
              id === 'all'
                ? t('keys.analysis.measureAll')
                : t('keys.analysis.measureMost', { text: format.number(measures[id]) }),
          }))}
          onChange={setMeasure}
          testId="analysis-measure"
        />
        <ChoiceField
          label={t('keys.analysis.pace')}
          value={pace}
          options={(['500', '1500', '5000'] as const).map((id) => ({
            id,
            name: t('keys.analysis.perS', { text: format.number(paces[id]) }),
          }))}
          onChange={setPace}
          testId="analysis-pace"
        />
        <Button look="primary" data-testid="analysis-begin" blockedBecause={blocked} onClick={() => void begin()}>
          {t('keys.analysis.begin')}
        </Button>
        <span className="space" />
        {kept.length > 0 && (
          <SelectFilter
            label={t('keys.analysis.shown')}
            options={kept.map(({ analysisId, startedAtMs, keyCount, state }) => ({
              id: analysisId,
              title: `${format.day(startedAtMs)}, ${format.time(startedAtMs)}`,
              hint: `${t('keys.keyCount', { count: keyCount, text: format.number(keyCount) })} · ${t(`keys.analysis.state.${state}`)}`,
            }))}
            chosen={chosen === null ? [] : [chosen.analysisId]}
            onChange={(list) => address.set({ analysis: list.findLast((each) => each !== chosen?.analysisId) ?? null })}
            testId="analysis-choice"
          />
        )}
      </div>
      <p className="sub">
        {t('keys.analysis.means')}{' '}
        <Estimate connection={connection} db={db} most={measures[measure]} perS={paces[pace]} />
      </p>
      {start.error !== null && (
        <p role="alert">
          <State kind="failed" word={start.error} />
        </p>
      )}
      {running !== null && <Running running={running} isHere={running.db === db} />}
    </Card>
  );
}

interface EstimateProps {
  readonly connection: Connection;
  readonly db: number;
  readonly most: number;
  readonly perS: number;
}

/** From the key count of the last look, which costs Redis nothing. */
function Estimate({ connection, db, most, perS }: EstimateProps): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useLiveCall(
    'redis.health',
    { connectionId: connection.id },
    { topics: ['redis.sampled'], periodMs: 15_000, keptAs: `redis-health-${connection.id}` },
  );
  const figures = data?.total?.figures;
  if (!figures) return null;
  const keys =
    connection.topology === 'cluster'
      ? figures.keyCount
      : (figures.databases.find((each) => each.db === db)?.keyCount ?? 0);
  const commands = Math.ceil(keys / stepKeys) + Math.min(keys, most) * commandsPerMeasuredKey;
  return (
    <span className="num" data-testid="analysis-estimate">
      {t('keys.analysis.estimate', {
        keys: format.number(keys),
        commands: format.number(commands),
        time: formatDuration(Math.max(1_000, (commands / perS) * 1_000)),
      })}
    </span>
  );
}

function Running({ running, isHere }: { readonly running: AnalysisSummary; readonly isHere: boolean }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const cancel = useCommand('redis.analyse.cancel');
  const { walkedKeys, keyCount, measuredKeys, commands, db, analysisId } = running;
  const ratio = keyCount === 0 ? 0 : Math.min(1, walkedKeys / keyCount);
  return (
    <div className="analysis-running" data-testid="analysis-running">
      <State kind={stateKinds.running} word={t('keys.analysis.state.running')} />
      {!isHere && <span className="sub">{t('keys.analysis.otherDatabase', { db })}</span>}
      <progress value={ratio} max={1} aria-label={t('keys.analysis.state.running')} />
      <span className="num">
        {t('keys.analysis.progress', {
          walked: format.number(walkedKeys),
          all: format.number(keyCount),
          measured: format.number(measuredKeys),
          commands: format.number(commands),
        })}
      </span>
      <Button
        isSmall
        data-testid="analysis-cancel"
        blockedBecause={isOffline ? t('offlineBlocked') : cancel.isRunning ? t('part.running') : null}
        onClick={() => void cancel.run({ analysisId })}
      >
        {t('keys.analysis.cancel')}
      </Button>
      {cancel.error !== null && <State kind="failed" word={cancel.error} />}
    </div>
  );
}
