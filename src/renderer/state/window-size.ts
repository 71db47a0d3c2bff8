/** The size of the window, for what must know its own height or width in numbers. */
import { useSyncExternalStore } from 'react';

export interface WindowSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

let current: WindowSize = { widthPx: 0, heightPx: 0 };

function readSize(): WindowSize {
  const { innerWidth, innerHeight } = window;
  // The same object while nothing changed: React compares by identity.
  if (current.widthPx !== innerWidth || current.heightPx !== innerHeight)
    current = { widthPx: innerWidth, heightPx: innerHeight };
  return current;
}

function watchSize(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}

export function useWindowSize(): WindowSize {
  return useSyncExternalStore(watchSize, readSize);
}
