/** Brings the tile that a search led to into sight, and takes its mark away after a moment. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useServices } from '../../state/services.ts';

const markedForMs = 4_000;

export function useMarkedTile(): string | null {
  const { clock, focus } = useServices();
  const kpiId = useStore(focus, (state) => state.kpiId);
  useEffect(() => {
    if (kpiId === null) return;
    const tile = document.getElementById(`kpi-${kpiId}`);
    tile?.scrollIntoView({ block: 'center' });
    tile?.querySelector('button')?.focus({ preventScroll: true });
    return clock.after(markedForMs, () => focus.setState({ kpiId: null }));
  }, [kpiId, clock, focus]);
  return kpiId;
}
