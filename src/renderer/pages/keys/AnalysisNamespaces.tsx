/** The namespaces of one analysis with their part of the memory and what became of them since the one before. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { type Format, useFormat } from '../../format/use-format.ts';
import { type Address, useAddress } from '../../state/address.ts';
import { Card } from '../../ui/Card.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { type Analysis, noFilter } from './keys-model.ts';
import { useTypeName } from './type-name.ts';

type Namespace = Analysis['namespaces'][number];

export function AnalysisNamespaces({ analysis }: { readonly analysis: Analysis }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress('keys');
  const typeName = useTypeName();
  const all = analysis.totalBytes ?? 0;
  const hasTrend = analysis.previousId !== null;
  const columns = useMemo(
    (): readonly Column<Namespace>[] => [
      {
        id: 'namespace',
        header: t('keys.analysis.namespace'),
        render: ({ namespace }) => <NamespaceLink namespace={namespace} address={address} />,
        sortValue: ({ namespace }) => namespace,
      },
      {
        id: 'bytes',
        header: t('keys.analysis.memory'),
        align: 'end',
        render: ({ bytes }) => formatBytes(format.language, bytes),
        sortValue: ({ bytes }) => bytes,
      },
      {
        id: 'share',
        header: t('keys.column.share'),
        hint: t('keys.analysis.shareHint'),
        align: 'end',
        render: ({ bytes }) => (all === 0 ? '—' : `${format.number((bytes / all) * 100, 1)} %`),
      },
      {
        id: 'keys',
        header: t('keys.column.keys'),
        align: 'end',
        render: ({ keyCount }) => format.number(keyCount),
        sortValue: ({ keyCount }) => keyCount,
      },
      ...(hasTrend
        ? trendColumns(
            t('keys.analysis.bytesTrend'),
            t('keys.analysis.keysTrend'),
            t('keys.analysis.trendHint'),
            format,
          )
        : []),
      {
        id: 'noExpiry',
        header: t('keys.analysis.noExpiryShare'),
        hint: t('keys.analysis.noExpiryHint'),
        align: 'end',
        render: ({ noExpiryShare, measuredKeys }) =>
          measuredKeys === 0 ? '—' : `${format.number(noExpiryShare * 100)} %`,
        sortValue: ({ noExpiryShare, measuredKeys }) => (measuredKeys === 0 ? null : noExpiryShare),
      },
      {
        id: 'measured',
        header: t('keys.analysis.measuredKeys'),
        align: 'end',
        render: ({ measuredKeys }) => format.number(measuredKeys),
        sortValue: ({ measuredKeys }) => measuredKeys,
      },
      {
        id: 'types',
        header: t('keys.column.type'),
        render: ({ types }) => Object.keys(types).map(typeName).join(', '),
      },
    ],
    [t, format, address, typeName, all, hasTrend],
  );
  return (
    <Card title={t('keys.analysis.namespaces')} note={t('keys.analysis.namespacesNote')} testId="analysis-namespaces">
      <Table
        caption={t('keys.analysis.namespaces')}
        columns={columns}
        rows={analysis.namespaces}
        rowKey={({ namespace }) => namespace}
        emptyText={t('keys.emptyDatabase')}
        maxHeightPx={420}
        initialSorting={{ columnId: 'bytes', direction: 'descending' }}
      />
    </Card>
  );
}

/** What grew and by how much; no colour, for growing is no fault by itself. */
function trendColumns(bytesHeader: string, keysHeader: string, hint: string, format: Format): Column<Namespace>[] {
  const signed = (value: number, text: string): string => `${value > 0 ? '+' : value < 0 ? '−' : '±'}${text}`;
  return [
    {
      id: 'bytesTrend',
      header: bytesHeader,
      hint,
      align: 'end',
      render: ({ trend }) =>
        trend === null ? '—' : signed(trend.bytes, formatBytes(format.language, Math.abs(trend.bytes))),
      sortValue: ({ trend }) => trend?.bytes ?? null,
    },
    {
      id: 'keysTrend',
      header: keysHeader,
      hint,
      align: 'end',
      render: ({ trend }) => (trend === null ? '—' : signed(trend.keyCount, format.number(Math.abs(trend.keyCount)))),
      sortValue: ({ trend }) => trend?.keyCount ?? null,
    },
  ];
}

/** Leads to the keys of the namespace, where it is a pattern. */
function NamespaceLink({
  namespace,
  address,
}: {
  readonly namespace: string;
  readonly address: Address;
}): ReactElement {
  const { t } = useTranslation();
  if (namespace === '(other)') return <span className="sub">{t('keys.analysis.other')}</span>;
  if (namespace === '(no namespace)') return <span className="sub">{t('keys.analysis.root')}</span>;
  return (
    <button
      type="button"
      className="row-link"
      onClick={() => address.set({ ...noFilter, tab: null, q: patternOfNamespace(namespace) })}
    >
      <span className="mono">{namespace}</span>
    </button>
  );
}

/** Its stars are ours; bytes that are no text stand as `\\xff` in it, which a pattern cannot say. */
function patternOfNamespace(namespace: string): string {
  return namespace
    .split(/\\x[0-9a-f]{2}/)
    .map((text) => text.replaceAll(/[?[\]\\^]/g, (sign) => `\\${sign}`))
    .join('?');
}
