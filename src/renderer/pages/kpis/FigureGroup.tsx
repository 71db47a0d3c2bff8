/** One group of tiles; until a section's first answer their places stand empty in the same size. */
import { Fragment, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DashboardView, SectionView } from '../../state/dashboard.ts';
import { TileSkeleton } from '../../ui/Tile.tsx';
import { FigureTile, MissingTile, UnknownTile } from './FigureTile.tsx';
import { type FigureGroupDefinition, figureOrder, inOrder, type SectionName } from './known.ts';

interface FigureGroupProps {
  readonly group: FigureGroupDefinition;
  readonly view: DashboardView | null;
  /** The tile that a search led to. */
  readonly markedId: string | null;
}

export function FigureGroup({ group, view, markedId }: FigureGroupProps): ReactElement {
  const { t } = useTranslation();
  const title = t(`section.${group.title}`);
  return (
    <section className="figure-group" aria-label={title} data-testid={`section-${group.title}`}>
      {group.title !== 'essentials' && <h2 className="group-head">{title}</h2>}
      <div className="grid tiles">
        {group.sections.map((name) => (
          <Fragment key={name}>
            {view === null ? (
              <SkeletonTiles name={name} />
            ) : (
              <SectionTiles section={view.sections.find((section) => section.name === name)} markedId={markedId} />
            )}
          </Fragment>
        ))}
      </div>
    </section>
  );
}

function SkeletonTiles({ name }: { readonly name: SectionName }): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      {figureOrder[name].map((id) => (
        <TileSkeleton key={id} id={`kpi-${id}`} label={t(`kpi.${id}.label`, { defaultValue: id })} />
      ))}
    </>
  );
}

interface SectionTilesProps {
  readonly section: SectionView | undefined;
  readonly markedId: string | null;
}

function SectionTiles({ section, markedId }: SectionTilesProps): ReactElement | null {
  if (section === undefined) return null;
  const { name, payload } = section;
  if (payload === null) {
    return (
      <>
        {figureOrder[name].map((id) => (
          <UnknownTile key={id} id={id} section={section} />
        ))}
      </>
    );
  }
  const missing = payload.missing.filter(
    ({ id }) => payload.figures[id] === undefined && figureOrder[name].includes(id),
  );
  return (
    <>
      {inOrder(Object.keys(payload.figures), figureOrder[name]).map((id) => {
        const figure = payload.figures[id];
        if (figure === undefined) return null;
        return <FigureTile key={id} id={id} figure={figure} section={section} isTarget={id === markedId} />;
      })}
      {missing.map(({ id, reason }) => (
        <MissingTile key={id} id={id} reason={reason} section={section} />
      ))}
    </>
  );
}
