/** What the cards of a server’s signals share: their input, a line of history, one figure over three windows. */
import { useTranslation } from 'react-i18next';
import type { Fact } from './FigureCard.tsx';
import {
  type Figures as AllFigures,
  type LinePick,
  lineOf,
  type Sight,
  type Window,
  windowOf,
  windowsMs,
} from './redis-model.ts';
import type { Past } from './use-history.ts';

/** What each figure card is given. */
export interface FiguresProps {
  readonly sight: Sight;
  readonly figures: AllFigures;
  readonly past: Past;
  readonly isLastKnown: boolean;
}

/** A line of the stored history; null before any was read. */
export function useLine({ history }: Past, id: string, pick: LinePick) {
  return history === null ? null : lineOf(id, id, history, pick);
}

/** The same figure over the three windows. */
export function useWindowFacts(sight: Sight, text: (window: Window) => string): readonly Fact[] {
  const { t } = useTranslation();
  return (['minute', 'fiveMinutes', 'hour'] as const).map((id) => {
    const window = windowOf(sight, windowsMs[id]);
    return { name: t(`redis.window.${id}`), value: window === null ? '—' : text(window) };
  });
}
