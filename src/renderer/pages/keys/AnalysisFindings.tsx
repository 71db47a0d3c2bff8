/** What one analysis found: namespaces with their trend, the biggest keys, keys without expiry, lifetimes, types. */
import { type ReactElement, type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import type { Connection } from '../../state/operate.ts';
import { Bars } from '../../ui/Bars.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FactGrid } from '../../ui/FactGrid.tsx';
import { State } from '../../ui/State.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { AnalysisNamespaces } from './AnalysisNamespaces.tsx';
import { stateKinds } from './analysis-words.ts';
import { type Analysis, keyId, readableName } from './keys-model.ts';
import { useTypeName } from './type-name.ts';

type BigKey = Analysis['biggestKeys'][number];

interface AnalysisFindingsProps {
  readonly connection: Connection;
  readonly analysisId: string;
}

export function AnalysisFindings({ connection, analysisId }: AnalysisFindingsProps): ReactElement {
  const { t } = useTranslation();
  const { data, error } = useLiveCall(
    'redis.analysis',
    { analysisId },
    { topics: ['redis.analysed'], periodMs: 300_000, keptAs: `analysis-${connection.id}` },
  );
  // What was kept may be of another analysis.
  const analysis = data?.analysisId === analysisId ? data : null;
  if (analysis === null) {
    return (
      <EmptyState
        icon="keys"
        kind={error === null ? 'plain' : 'failed'}
        title={t(error === null ? 'keys.loading' : 'keys.readFailed')}
        text={error?.message}
      />
    );
  }
  return (
    <>
      <Facts analysis={analysis} />
      <AnalysisNamespaces analysis={analysis} />
      <div className="analysis-halves">
        <BigKeys title={t('keys.analysis.biggest')} rows={analysis.biggestKeys} testId="analysis-biggest" />
        <BigKeys
          title={t('keys.analysis.forever')}
          rows={analysis.keysWithoutExpiry}
          testId="analysis-forever"
          emptyText={t('keys.analysis.noneForever')}
        />
        <Lifetimes analysis={analysis} />
        <Types analysis={analysis} />
      </div>
    </>
  );
}

function Facts({ analysis }: { readonly analysis: Analysis }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, problem, startedAtMs, endedAtMs, exact, measuredKeys, walkedKeys, commands, totalBytes } = analysis;
  const about = exact ? '' : '≈ ';
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('keys.analysis.walked'), format.number(walkedKeys)],
    [t('keys.analysis.memory'), totalBytes === null ? '—' : about + formatBytes(format.language, totalBytes)],
    [t('keys.noExpiryKeys'), analysis.noExpiryCount === null ? '—' : about + format.number(analysis.noExpiryCount)],
    [t('keys.analysis.measuredKeys'), exact ? t('keys.analysis.exact') : format.number(measuredKeys)],
    [t('keys.analysis.commands'), format.number(commands)],
    [t('keys.analysis.took'), endedAtMs === null ? '—' : formatDuration(endedAtMs - startedAtMs)],
  ];
  return (
    <Card
      title={t('keys.analysis.of', { time: format.exactMoment(startedAtMs) })}
      aside={<State kind={stateKinds[state]} word={t(`keys.analysis.state.${state}`)} />}
      testId="analysis-facts"
    >
      {problem !== null && (
        <p role="alert">
          <State kind="failed" word={problem} />
        </p>
      )}
      <FactGrid facts={facts} />
      {!exact && walkedKeys > 0 && <p className="sub analysis-sampled">{t('keys.analysis.sampled')}</p>}
    </Card>
  );
}

interface BigKeysProps {
  readonly title: string;
  readonly rows: readonly BigKey[];
  readonly emptyText?: string;
  readonly testId: string;
}

function BigKeys({ title, rows, emptyText, testId }: BigKeysProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress('keys');
  const typeName = useTypeName();
  const columns = useMemo(
    (): readonly Column<BigKey>[] => [
      {
        id: 'key',
        header: t('keys.column.key'),
        render: (row) => (
          <button type="button" className="row-link" onClick={() => address.set({ key: keyId(row) })}>
            <span className="mono">{readableName(row)}</span>
          </button>
        ),
        sortValue: ({ key }) => key,
      },
      {
        id: 'type',
        header: t('keys.column.type'),
        isTight: true,
        render: ({ type }) => typeName(type),
        sortValue: ({ type }) => type,
      },
      {
        id: 'ttl',
        header: t('keys.column.ttl'),
        align: 'end',
        render: ({ ttlMs }) => (ttlMs === null ? t('keys.noExpiry') : formatDuration(ttlMs)),
        sortValue: ({ ttlMs }) => ttlMs,
      },
      {
        id: 'size',
        header: t('keys.column.size'),
        align: 'end',
        render: ({ sizeBytes }) => (sizeBytes === null ? '—' : formatBytes(format.language, sizeBytes)),
        sortValue: ({ sizeBytes }) => sizeBytes,
      },
    ],
    [t, format, address, typeName],
  );
  return (
    <Card title={title} note={t('keys.analysis.ofMeasured')} testId={testId}>
      <Table
        caption={title}
        columns={columns}
        rows={rows}
        rowKey={keyId}
        emptyText={emptyText ?? t('keys.emptyDatabase')}
        maxHeightPx={320}
        initialSorting={{ columnId: 'size', direction: 'descending' }}
      />
    </Card>
  );
}

function Lifetimes({ analysis }: { readonly analysis: Analysis }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { ttlHistogram, noExpiryCount } = analysis;
  const rows = ttlHistogram.map(({ upToMs, keyCount }, at) => {
    const before = ttlHistogram[at - 1]?.upToMs ?? null;
    return {
      id: String(upToMs),
      name:
        upToMs === null
          ? t('keys.ttlFilter.over', { time: before === null ? '' : formatDuration(before) })
          : t('keys.analysis.upTo', { time: formatDuration(upToMs) }),
      value: keyCount,
      amount: format.number(keyCount),
    };
  });
  const forever = {
    id: 'forever',
    name: t('keys.ttlFilter.none'),
    value: noExpiryCount ?? 0,
    amount: noExpiryCount === null ? '—' : format.number(noExpiryCount),
  };
  return (
    <Card title={t('keys.analysis.lifetimes')} note={t('keys.analysis.lifetimesNote')} testId="analysis-ttl">
      <Bars rows={[...rows, forever]} />
    </Card>
  );
}

function Types({ analysis }: { readonly analysis: Analysis }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const typeName = useTypeName();
  return (
    <Card title={t('keys.analysis.types')} note={t('keys.analysis.typesNote')} testId="analysis-types">
      <Bars
        rows={analysis.types.map(({ type, keyCount, bytes }) => ({
          id: type,
          name: typeName(type),
          value: bytes,
          amount: `${formatBytes(format.language, bytes)} · ${t('keys.keyCount', { count: keyCount, text: format.number(keyCount) })}`,
        }))}
      />
    </Card>
  );
}
