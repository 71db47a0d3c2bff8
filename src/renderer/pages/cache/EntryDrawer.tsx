/** One entry in full: why it is what it is, its two clocks, what it holds, and what has happened to it. */
import { type ReactElement, type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { useCopy } from '../../ui/clipboard.ts';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useShownState } from '../../ui/freshness.ts';
import { JsonTree } from '../../ui/JsonTree.tsx';
import { State } from '../../ui/State.tsx';
import { Companions } from './Companions.tsx';
import type { EntryDetail } from './cache-model.ts';
import { EntryState, LayerName, useFilterWords } from './EntryCells.tsx';
import { EntryFacts } from './EntryFacts.tsx';
import { Payload } from './Payload.tsx';
import { Timeline } from './Timeline.tsx';
import { WhyState } from './WhyState.tsx';

interface EntryDrawerProps {
  readonly entryKey: string;
  readonly isRefreshing: boolean;
  readonly outcome: ReactNode;
  readonly onRefresh: (key: string) => void;
  readonly onInvalidate: (key: string) => void;
  readonly onClose: () => void;
}

const periodMs = 10_000;

export function EntryDrawer({
  entryKey,
  isRefreshing,
  outcome,
  onRefresh,
  onInvalidate,
  onClose,
}: EntryDrawerProps): ReactElement {
  const { t } = useTranslation();
  const { client } = useServices();
  const isOffline = useIsOffline();
  const { data, error, reload } = useLiveCall('cache.entry', { key: entryKey }, { topics: [], periodMs });
  useEffect(
    () =>
      client.on('cache.changed', ({ keys }) => {
        if (keys.length === 0 || keys.includes(entryKey)) reload();
      }),
    [client, entryKey, reload],
  );
  const words = useFilterWords();
  const failure = data === null && error !== null ? `${error.message} ${error.help}` : null;
  return (
    <Drawer
      title={data === null ? entryKey : words(data.row) || entryKey}
      contentKey={entryKey}
      note={<Note detail={data} entryKey={entryKey} />}
      actions={
        <Actions
          detail={data}
          entryKey={entryKey}
          isRefreshing={isRefreshing}
          onRefresh={onRefresh}
          onInvalidate={onInvalidate}
        />
      }
      onClose={onClose}
      testId="entry-drawer"
    >
      {outcome}
      {data !== null ? (
        <Content detail={data} />
      ) : failure !== null && !isOffline ? (
        <EmptyState icon="failed" kind="failed" title={t('cache.detailFailed')} text={failure} />
      ) : (
        <EmptyState icon="cache" title={t(isOffline ? 'cache.detailOffline' : 'cache.detailLoading')} />
      )}
    </Drawer>
  );
}

function Note({ detail, entryKey }: { readonly detail: EntryDetail | null; readonly entryKey: string }): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      {detail !== null && (
        <>
          {detail.freshness === null ? (
            <EntryState row={detail.row} />
          ) : (
            <FreshnessState freshness={detail.freshness} />
          )}
          <span>
            <LayerName layer={detail.row.layer} />
          </span>
          {detail.row.origin === 'foreign' && (
            <span className="tag" title={t('cache.foreignTitle')}>
              {t('cache.foreign')} · {t('cache.readOnly')}
            </span>
          )}
        </>
      )}
      <span className="mono entry-full-key">{entryKey}</span>
    </>
  );
}

function FreshnessState({ freshness }: { readonly freshness: NonNullable<EntryDetail['freshness']> }): ReactElement {
  return <State {...useShownState(freshness, useIsOffline())} />;
}

interface ActionsProps extends Omit<EntryDrawerProps, 'onClose' | 'outcome'> {
  readonly detail: EntryDetail | null;
}

function Actions({ detail, entryKey, isRefreshing, onRefresh, onInvalidate }: ActionsProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const copy = useCopy();
  const isForeign = detail?.row.origin === 'foreign';
  const unknown = detail === null ? t('cache.detailLoading') : null;
  const blocked = isOffline ? t('offlineBlocked') : (unknown ?? (isForeign ? t('cache.foreignBlocked') : null));
  const notRefreshable = detail?.row.refreshable === false ? t('cache.notRefreshable') : null;
  return (
    <>
      <Button
        look="primary"
        isSmall
        blockedBecause={blocked ?? notRefreshable ?? (isRefreshing ? t('part.running') : null)}
        onClick={() => onRefresh(entryKey)}
        data-testid="entry-refresh"
      >
        {t('cache.refresh')}
      </Button>
      <Button isSmall blockedBecause={blocked} onClick={() => onInvalidate(entryKey)} data-testid="entry-invalidate">
        {t('cache.invalidate')}
      </Button>
      <Button isSmall onClick={() => void copy(entryKey)} data-testid="entry-copy">
        {t('cache.copyKey')}
      </Button>
    </>
  );
}

function Content({ detail }: { readonly detail: EntryDetail }): ReactElement {
  const { t } = useTranslation();
  const { row, header, payload, companions, timeline } = detail;
  return (
    <>
      <WhyState detail={detail} />
      <EntryFacts detail={detail} />
      <section>
        <h3>{t('cache.payload')}</h3>
        <Payload key={row.key} payload={payload} />
      </section>
      {companions.length > 0 && <Companions companions={companions} />}
      <Timeline events={timeline} />
      {header !== null && (
        <section>
          <h3>{t('cache.meaning')}</h3>
          <JsonTree key={row.key} label={t('cache.meaning')} value={header.meaning} maxHeightPx={220} />
        </section>
      )}
    </>
  );
}
