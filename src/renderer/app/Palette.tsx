/** The command palette: finds pages, KPIs, filters with their values, and the actions of whatever is open. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { kpisEn } from '../i18n/kpis-en.ts';
import type { Command } from '../state/commands.ts';
import { queryFromFilters, withFilter } from '../state/filters.ts';
import { languages, themes } from '../state/preferences.ts';
import { navigate, pageNames } from '../state/route.ts';
import { type Services, useLive, useServices } from '../state/services.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Listbox } from '../ui/Listbox.tsx';

type Translate = ReturnType<typeof useTranslation>['t'];

export function Palette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const services = useServices();
  const { data } = useLive(services.filterOptions);
  const { sets } = useStore(services.commands.store);
  const commands = useMemo(
    () => [
      ...pageCommands(t, services),
      ...[...sets.values()].flat(),
      ...preferenceCommands(t, services),
      ...kpiCommands(t, services),
      ...filterCommands(t, services, data?.options ?? []),
    ],
    [t, services, sets, data],
  );
  return (
    <Dialog title={t('app.search')} isTitleHidden className="palette" onClose={onClose}>
      <Listbox
        label={t('app.search')}
        placeholder={t('app.searchPlaceholder')}
        emptyText={t('app.nothingFound')}
        options={commands.map(({ id, title, hint, group, isDisabled }) => ({
          id,
          title,
          group: t(`palette.${group}`),
          ...(hint === undefined ? {} : { hint }),
          ...(isDisabled === undefined ? {} : { isDisabled }),
        }))}
        onChoose={(id) => {
          onClose();
          commands.find((command) => command.id === id)?.run();
        }}
      />
    </Dialog>
  );
}

function pageCommands(t: Translate, { preferences }: Services): Command[] {
  return pageNames.map((name) => ({
    id: `page-${name}`,
    group: 'pages',
    title: t(`pages.${name}`),
    run: () => navigate(name, name === 'kpis' ? preferences.getState().kpisQuery : ''),
  }));
}

function preferenceCommands(t: Translate, { preferences }: Services): Command[] {
  const themeCommands = themes.map(
    (theme): Command => ({
      id: `theme-${theme}`,
      group: 'actions',
      title: t(`app.themes.${theme}`),
      run: () => preferences.setState({ theme }),
    }),
  );
  const languageCommands = languages.map(
    (language): Command => ({
      id: `language-${language}`,
      group: 'actions',
      title: t(`app.languages.${language}`),
      hint: t('app.language'),
      run: () => preferences.setState({ language }),
    }),
  );
  return [...themeCommands, ...languageCommands];
}

function kpiCommands(t: Translate, { dashboard, preferences, focus }: Services): Command[] {
  const sections = dashboard.store.getState().view?.sections ?? [];
  const computed = sections.flatMap((section) => Object.keys(section.payload?.figures ?? {}));
  const ids = computed.length > 0 ? computed : Object.keys(kpisEn);
  return [...new Set(ids)].map((id) => ({
    id: `kpi-${id}`,
    group: 'kpis',
    title: t(`kpi.${id}.label`, { defaultValue: id }),
    run: () => {
      navigate('kpis', preferences.getState().kpisQuery);
      focus.setState({ kpiId: id });
    },
  }));
}

type FilterOptions = NonNullable<ReturnType<Services['filterOptions']['store']['getState']>['data']>['options'];

function filterCommands(t: Translate, { dashboard, preferences, focus }: Services, options: FilterOptions): Command[] {
  return options
    .filter((option) => option.kind === 'choice')
    .flatMap((option) => {
      const label = t(`filter.${option.id}`, { defaultValue: option.label });
      const edit: Command = {
        id: `filter-${option.id}`,
        group: 'filters',
        title: t('filter.edit', { label }),
        run: () => {
          navigate('kpis', preferences.getState().kpisQuery);
          focus.setState({ openFilterId: option.id });
        },
      };
      const values = option.values.map(
        (value): Command => ({
          id: `filter-${option.id}-${value}`,
          group: 'filters',
          title: value,
          hint: label,
          run: () =>
            navigate('kpis', queryFromFilters(withFilter(dashboard.store.getState().filters, option.id, [value]))),
        }),
      );
      return [edit, ...values];
    });
}
