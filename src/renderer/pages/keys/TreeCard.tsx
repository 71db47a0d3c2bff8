/** The keys as a tree of namespaces, read level by level; a namespace opens with Enter or a press, a key in its drawer. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useIsOffline, useLive, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/icons.tsx';
import { SelectFilter } from '../../ui/SelectFilter.tsx';
import { State } from '../../ui/State.tsx';
import { useTableHeight } from '../../ui/table-height.ts';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import type { VirtualColumn } from '../../ui/virtual-column.ts';
import { besideTablePx, type Space } from './keys-model.ts';
import { idOf, type Level, type TreeRow, useTree } from './use-tree.ts';

const separators = [':', '/', '.', '-', '_', '|', '::'] as const;

export function TreeCard({ space }: { readonly space: Space }): ReactElement {
  const { t } = useTranslation();
  const { connections } = useServices();
  const { data } = useLive(connections);
  const isOffline = useIsOffline();
  const address = useAddress('keys');
  const heightPx = useTableHeight(besideTablePx);
  const separator = address.text('separator').slice(0, 5) || ':';
  const link = data?.connections.find(({ id }) => id === space.connectionId)?.link;
  const isAway = isOffline || link?.state === 'unreachable' || link?.state === 'refused';
  const tree = useTree(space, separator, isAway);
  const columns = useTreeColumns();
  const { rows, root } = tree;
  const open = (row: TreeRow): void => {
    if (row.node === null) {
      if (!row.level.isReading && !isAway) tree.readOn(row.levelId);
    } else if (row.node.kind === 'namespace') tree.toggle(row.node);
    else address.set({ key: idOf(row.node) });
  };
  return (
    <Card title={t('keys.tab.tree')} note={root === null ? undefined : <TreeCost level={root} />} testId="tree-card">
      <div className="filters">
        <SelectFilter
          label={t('keys.separator')}
          options={separators.map((id) => ({ id, title: id, hint: t(`keys.separators.${id}`) }))}
          chosen={[separator]}
          onChange={(list) => address.set({ separator: list.findLast((each) => each !== separator) ?? null })}
          testId="tree-separator"
        />
        <Button
          look="quiet"
          isSmall
          data-testid="tree-again"
          blockedBecause={isOffline ? t('offlineBlocked') : root?.isReading ? t('keys.searching') : null}
          onClick={tree.again}
        >
          {t('keys.again')}
        </Button>
        <span className="sub">{t('keys.treeMeans')}</span>
      </div>
      <VirtualTable
        caption={t('keys.tab.tree')}
        columns={columns}
        rowCount={root !== null && root.nodes.length === 0 && !root.isReading && root.error === null ? 0 : rows.length}
        rowAt={(index) => rows[index]}
        rowKey={({ id }) => id}
        empty={
          <EmptyState
            icon="empty"
            testId="tree-empty"
            title={t(root === null ? 'keys.searching' : 'keys.emptyDatabase')}
          />
        }
        onOpen={open}
        openKey={address.text('key') === '' ? null : `key ${address.text('key')}`}
        heightPx={heightPx}
        isPale={isAway}
        testId="tree-table"
      />
    </Card>
  );
}

function TreeCost({ level }: { readonly level: Level }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { walkedKeys, keyCount, nextCursor, isReading, commands, tookMs, isTruncated } = level;
  const all = keyCount === null ? '—' : format.number(keyCount);
  const scanned =
    nextCursor === null && !isReading
      ? t('keys.scannedAll', { all })
      : t('keys.scanned', { walked: format.number(Math.min(walkedKeys, keyCount ?? walkedKeys)), all });
  return (
    <span className="num" data-testid="tree-cost">
      {scanned} · {t('keys.cost', { count: commands, text: format.number(commands), ms: format.number(tookMs) })}
      {isTruncated && ` · ${t('keys.truncated')}`}
    </span>
  );
}

function useTreeColumns(): readonly VirtualColumn<TreeRow>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(
    () => [
      { id: 'name', header: t('keys.column.name'), render: (row) => <Name row={row} /> },
      {
        id: 'keys',
        header: t('keys.column.keys'),
        hint: t('keys.column.keysHint'),
        widthPx: 120,
        align: 'end',
        render: ({ node, level }: TreeRow) => {
          if (node === null || node.kind === 'key') return '';
          const isLeast = level.nextCursor !== null;
          return `${isLeast ? '≥ ' : ''}${format.number(node.keysSeen)}`;
        },
      },
      {
        id: 'share',
        header: t('keys.column.share'),
        hint: t('keys.column.shareHint'),
        widthPx: 150,
        align: 'end',
        render: ({ node, level }: TreeRow) =>
          node === null || node.kind === 'key' ? '' : <Share part={node.keysSeen} level={level} />,
      },
    ],
    [t, format],
  );
}

function Share({ part, level }: { readonly part: number; readonly level: Level }): ReactElement {
  const format = useFormat();
  const all = level.nodes.reduce((sum, { keysSeen }) => sum + keysSeen, 0);
  const ratio = all === 0 ? 0 : part / all;
  return (
    <span className="share">
      <span className="share-track" aria-hidden="true">
        <i style={{ width: `${ratio * 100}%` }} />
      </span>
      {format.number(ratio * 100, ratio < 0.1 ? 1 : 0)} %
    </span>
  );
}

function Name({ row }: { readonly row: TreeRow }): ReactElement {
  const { t } = useTranslation();
  const { node, depth, isOpen, level } = row;
  const style = { paddingLeft: `${depth * 18}px` };
  if (node === null) {
    return (
      <span className="tree-name" style={style}>
        {level.error !== null ? (
          <State kind="failed" word={level.error} />
        ) : (
          <span className="tree-more">{t(level.isReading ? 'keys.searching' : 'keys.treeReadOn')}</span>
        )}
      </span>
    );
  }
  const isNamespace = node.kind === 'namespace';
  return (
    <span className="tree-name" style={style}>
      <span className={isOpen ? 'tree-icon is-open' : 'tree-icon'}>
        <Icon name={isNamespace ? 'chevron' : 'keys'} />
      </span>
      <span className={isNamespace ? 'mono tree-space' : 'mono'} title={node.name}>
        {node.name === '' ? <i className="sub">{t('keys.nameless')}</i> : node.name}
      </span>
      {node.pathEncoding === 'base64' && <span className="tag">{t('keys.binary')}</span>}
      {isNamespace && <span className="visually-hidden">{t(isOpen ? 'keys.isOpen' : 'keys.isClosed')}</span>}
    </span>
  );
}
