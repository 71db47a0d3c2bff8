/** One section's tiles; until its first answer their places stand empty in the same size. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SectionView } from '../../state/dashboard.ts';
import { TileSkeleton } from '../../ui/Tile.tsx';
import { FigureTile, MissingTile, UnknownTile } from './FigureTile.tsx';
import { figureOrder, type figureSections, inOrder } from './known.ts';
import { SectionBadge } from './SectionBadge.tsx';

interface FigureGroupProps {
  readonly name: (typeof figureSections)[number];
  readonly section: SectionView | undefined;
  /** True until the first answer: then the usual tiles are kept a place. */
  readonly isPending: boolean;
  readonly targetId: string | null;
  readonly isFirst: boolean;
}

export function FigureGroup(props: FigureGroupProps): ReactElement | null {
  const { name, section, isPending, targetId, isFirst } = props;
  const { t } = useTranslation();
  const payload = section?.payload ?? null;
  const order = figureOrder[name];
  const missing = (payload?.missing ?? []).filter(({ id }) => payload?.figures[id] === undefined);
  const ids = payload === null ? order : inOrder(Object.keys(payload.figures), order);
  // A pack may have no figures in a section at all: then it has no heading either.
  if (ids.length === 0 && missing.length === 0) return null;
  if (section === undefined && !isPending) return null;
  return (
    <section className="figure-group" aria-label={t(`section.${name}`)} data-testid={`section-${name}`}>
      {!isFirst && (
        <div className="group-head">
          <h2>{t(`section.${name}`)}</h2>
          {section !== undefined && <SectionBadge section={section} />}
        </div>
      )}
      <div className="grid tiles">
        {section === undefined
          ? order.map((id) => (
              <TileSkeleton key={id} id={`kpi-${id}`} label={t(`kpi.${id}.label`, { defaultValue: id })} />
            ))
          : payload === null
            ? order.map((id) => <UnknownTile key={id} id={id} section={section} />)
            : ids.map((id) => {
                const figure = payload.figures[id];
                if (figure === undefined) return null;
                return <FigureTile key={id} id={id} figure={figure} section={section} isTarget={id === targetId} />;
              })}
        {section !== undefined &&
          missing.map(({ id, reason }) => <MissingTile key={id} id={id} reason={reason} section={section} />)}
      </div>
    </section>
  );
}
