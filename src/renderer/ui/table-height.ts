/** How high a table is that is the main thing of its page: what the window leaves, in whole rows, so that no row is cut. */
import { useWindowSize } from '../state/window-size.ts';

const rowPx = 32;
const headPx = 29;
const fewestRows = 9;

/** `otherPx`: the height of all that stands above and under the table. */
export function useTableHeight(otherPx: number): number {
  const { heightPx } = useWindowSize();
  return headPx + rowPx * Math.max(fewestRows, Math.floor((heightPx - otherPx - headPx) / rowPx));
}
