/** Puts this page's actions into the command palette. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Address } from '../../state/address.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import type { Asking } from './cache-model.ts';
import { noFilters } from './use-listing.ts';

interface CacheCommandsOptions {
  readonly address: Address;
  readonly onAsk: (asking: Asking) => void;
  readonly onWarm: () => void;
  readonly onWarming: () => void;
}

export function useCacheCommands({ address, onAsk, onWarm, onWarming }: CacheCommandsOptions): void {
  const { t } = useTranslation();
  const { commands } = useServices();
  const isDisabled = useIsOffline();
  useEffect(() => {
    const command = (
      id: string,
      title: string,
      run: () => void,
      rest: { hint?: string; isDisabled?: boolean } = {},
    ) => ({
      id: `cache-${id}`,
      group: 'actions' as const,
      title,
      hint: t('pages.cache'),
      ...rest,
      run,
    });
    const layers = ['dashboard', 'kpis', 'charts', 'financials', 'all'] as const;
    return commands.provide('cache', [
      command('warm', t('cache.command.warm'), onWarm, { isDisabled }),
      command('warming', t('cache.command.warming'), onWarming),
      command('clean-up', t('cache.command.cleanUp'), () => onAsk({ kind: 'clean-up' }), { isDisabled }),
      command('invalidate', t('cache.command.invalidate'), () => onAsk({ kind: 'invalidate', keys: [], tags: [] }), {
        isDisabled,
      }),
      ...layers.map((layer) =>
        command(`clear-${layer}`, t('cache.command.clear'), () => onAsk({ kind: 'clear', layer }), {
          isDisabled,
          hint: t(`cache.layer.${layer}`),
        }),
      ),
      command('stale', t('cache.command.stale'), () => address.set({ ...noFilters, state: 'stale' })),
      command('foreign', t('cache.command.foreign'), () => address.set({ ...noFilters, origin: 'foreign' })),
      command('everything', t('cache.command.all'), () => address.set(noFilters)),
    ]);
  }, [commands, address, onAsk, onWarm, onWarming, isDisabled, t]);
}
