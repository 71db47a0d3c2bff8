/** Every signal of a server, or of all shards together, as a card. */
import type { ReactElement } from 'react';
import { ClientsFigure, HitRateFigure, LatencyFigure, NetworkFigure, OpsFigure } from './DemandFigures.tsx';
import type { FiguresProps } from './figure-parts.ts';
import { CpuFigure, KeysFigure, LeavingFigure, MemoryFigure } from './ResourceFigures.tsx';
import { PersistenceFigure, ReplicationFigure } from './SafetyFigures.tsx';

export function Figures(props: FiguresProps): ReactElement {
  return (
    <>
      <MemoryFigure {...props} />
      <HitRateFigure {...props} />
      <OpsFigure {...props} />
      <LatencyFigure {...props} />
      <ClientsFigure {...props} />
      <LeavingFigure {...props} />
      <NetworkFigure {...props} />
      <CpuFigure {...props} />
      <PersistenceFigure {...props} />
      <ReplicationFigure {...props} />
      <KeysFigure {...props} />
    </>
  );
}
