/** The state of the section that a group, a chart or a list belongs to. */
import type { ReactElement } from 'react';
import type { SectionView } from '../../state/dashboard.ts';
import { useIsOffline } from '../../state/services.ts';
import { useShownState } from '../../ui/freshness.ts';
import { State } from '../../ui/State.tsx';

export function SectionBadge({ section }: { readonly section: SectionView }): ReactElement {
  const isOffline = useIsOffline();
  return <State {...useShownState(section.freshness, isOffline)} />;
}
