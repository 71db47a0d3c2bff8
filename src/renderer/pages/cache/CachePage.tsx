/** The Cache page: whether the cache is well, what its layers do, every entry with its reasons, and what can be done to it. */
import { type ReactElement, useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Address, useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import './cache.css';
import { CacheHeader } from './CacheHeader.tsx';
import { CleanUpDialog } from './CleanUpDialog.tsx';
import { ClearDialog } from './ClearDialog.tsx';
import { type Asking, type CacheStatus, type WindowId, windowIds } from './cache-model.ts';
import { EntriesCard } from './EntriesCard.tsx';
import { EntryDrawer } from './EntryDrawer.tsx';
import { HealthStrip } from './HealthStrip.tsx';
import { HitRateCard } from './HitRateCard.tsx';
import { InvalidateDialog } from './InvalidateDialog.tsx';
import { LayerDialog } from './LayerDialog.tsx';
import { LayerDrawer } from './LayerDrawer.tsx';
import { LayersCard } from './LayersCard.tsx';
import { useCacheActions } from './use-cache-actions.ts';
import { useCacheCommands } from './use-cache-commands.ts';
import { noFilters, queryOf, useListing } from './use-listing.ts';
import { WarmingDrawer } from './WarmingDrawer.tsx';

const statusOptions = { topics: ['health.sampled', 'link.changed'], periodMs: 15_000 } as const;

export function CachePage(): ReactElement {
  const { client } = useServices();
  const address = useAddress('cache');
  const status = useLiveCall('cache.status', {}, { ...statusOptions, keptAs: 'cache-status' });
  const health = useLiveCall('cache.health', {}, { ...statusOptions, keptAs: 'cache-health' });
  const query = useMemo(() => queryOf(address), [address]);
  const listing = useListing(query);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Asking | null>(null);
  const { reload } = status;
  const { refresh } = listing;
  const reloadAll = useCallback(() => {
    reload();
    refresh();
  }, [reload, refresh]);
  useEffect(
    // Entries come and go many times a second, and the period is enough for their counts.
    () => client.on('cache.changed', ({ what }) => (what === 'entries' ? undefined : reload())),
    [client, reload],
  );
  const actions = useCacheActions(reloadAll);
  const openWarming = useCallback(() => address.set({ panel: 'warming', entry: null }), [address]);
  useCacheCommands({ address, onAsk: setAsking, onWarm: actions.warm, onWarming: openWarming });
  const windowId = windowIds.find((id) => id === address.text('window')) ?? '300000';
  return (
    <div className="cache-page" data-testid="page-cache">
      <CacheHeader
        status={status.data}
        health={health.data}
        receivedAtMs={status.receivedAtMs}
        windowId={windowId}
        onWindow={(id) => setWindow(address, id)}
        onAsk={setAsking}
        onWarming={openWarming}
      />
      {status.error !== null && <StatusError error={status.error} />}
      {!isDetailOpen(address) && <OutcomeBanner actions={actions} />}
      <HealthStrip status={status.data} health={health.data} />
      <div className="grid cache-upper">
        <LayersCard
          status={status.data}
          windowId={windowId}
          onClear={(layer) => setAsking({ kind: 'clear', layer })}
          onEdit={(layer) => setAsking({ kind: 'layer', layer })}
          onOpen={(layer) => address.set({ panel: layer, entry: null })}
        />
        <HitRateCard status={status.data} />
      </div>
      <EntriesCard
        address={address}
        query={query}
        listing={listing}
        openKey={entryOf(address)}
        selected={selected}
        onSelect={setSelected}
        onInvalidate={() => setAsking({ kind: 'invalidate', keys: [...selected], tags: [] })}
        onWarm={actions.warm}
      />
      <Details address={address} actions={actions} status={status.data} onAsk={setAsking} />
      <Dialogs
        asking={asking}
        layers={status.data?.layers ?? []}
        offeredTags={listing.page?.facets.tags ?? []}
        onClose={() => setAsking(null)}
        onDone={(text) => {
          setSelected(new Set());
          if (text !== null) {
            setAsking(null);
            actions.tell({ text, isFailure: false });
          }
          reloadAll();
        }}
      />
    </div>
  );
}

/** What came of the last thing done, where one looks: in the drawer while one is open. */
function OutcomeBanner({ actions }: { readonly actions: ReturnType<typeof useCacheActions> }): ReactElement | null {
  const { t } = useTranslation();
  const { outcome, tell } = actions;
  if (outcome === null) return null;
  return (
    <Banner
      kind={outcome.isFailure ? 'failed' : 'fresh'}
      word={t(outcome.isFailure ? 'cache.outcomeFailed' : 'cache.outcomeDone')}
      testId="cache-outcome"
      action={
        <Button isSmall onClick={() => tell(null)}>
          {t('app.dismiss')}
        </Button>
      }
    >
      {outcome.text}
    </Banner>
  );
}

function isDetailOpen(address: Address): boolean {
  return entryOf(address) !== null || address.text('panel') !== '';
}

function entryOf(address: Address): string | null {
  const key = address.text('entry');
  return key === '' ? null : key;
}

function setWindow(address: Address, id: WindowId): void {
  address.set({ window: id === '300000' ? null : id }, { replace: true });
}

function StatusError({
  error,
}: {
  readonly error: { readonly message: string; readonly help: string };
}): ReactElement | null {
  const { t } = useTranslation();
  // Said once: the frame has a banner for a console without an engine.
  if (useIsOffline()) return null;
  return (
    <Banner kind="failed" word={t('state.failed')} testId="cache-failed">
      {t('cache.failed', { message: error.message, help: error.help })}
    </Banner>
  );
}

interface DetailsProps {
  readonly address: Address;
  readonly actions: ReturnType<typeof useCacheActions>;
  readonly status: CacheStatus | null;
  readonly onAsk: (asking: Asking) => void;
}

function Details({ address, actions, status, onAsk }: DetailsProps): ReactElement | null {
  const entryKey = entryOf(address);
  if (entryKey !== null) {
    return (
      <EntryDrawer
        entryKey={entryKey}
        isRefreshing={actions.isRefreshing}
        outcome={<OutcomeBanner actions={actions} />}
        onRefresh={actions.refresh}
        onInvalidate={(key) => onAsk({ kind: 'invalidate', keys: [key], tags: [] })}
        onClose={() => address.set({ entry: null })}
      />
    );
  }
  const panel = address.text('panel');
  const layer = status?.layers.find((each) => each.layer === panel);
  if (layer !== undefined) {
    return (
      <LayerDrawer
        layer={layer}
        outcome={<OutcomeBanner actions={actions} />}
        onClear={() => onAsk({ kind: 'clear', layer: layer.layer })}
        onEntries={() => address.set({ ...noFilters, layer: layer.layer, panel: null })}
        onClose={() => address.set({ panel: null })}
      />
    );
  }
  if (panel !== 'warming') return null;
  return (
    <WarmingDrawer
      warming={status?.warming ?? null}
      isStarting={actions.isWarming}
      outcome={<OutcomeBanner actions={actions} />}
      onWarm={actions.warm}
      onClose={() => address.set({ panel: null })}
    />
  );
}

interface DialogsProps {
  readonly asking: Asking | null;
  readonly layers: CacheStatus['layers'];
  readonly offeredTags: Parameters<typeof InvalidateDialog>[0]['offered'];
  readonly onClose: () => void;
  /** Null: done, and the dialog shows its own report. */
  readonly onDone: (text: string | null) => void;
}

function Dialogs({ asking, layers, offeredTags, onClose, onDone }: DialogsProps): ReactElement | null {
  // What is being decided cannot be done without an engine; the buttons that lead here say so.
  const isOffline = useIsOffline();
  if (asking === null || isOffline) return null;
  switch (asking.kind) {
    case 'invalidate':
      return (
        <InvalidateDialog
          keys={asking.keys}
          tags={asking.tags}
          offered={offeredTags}
          onDone={onDone}
          onClose={onClose}
        />
      );
    case 'clear':
      return <ClearDialog layer={asking.layer} onDone={onDone} onClose={onClose} />;
    case 'layer': {
      const layer = layers.find((each) => each.layer === asking.layer);
      return layer === undefined ? null : <LayerDialog layer={layer} onDone={onDone} onClose={onClose} />;
    }
    case 'clean-up':
      return <CleanUpDialog onDone={() => onDone(null)} onClose={onClose} />;
  }
}
