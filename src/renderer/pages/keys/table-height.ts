/** How high the tables of the page are: what the window leaves, in whole rows, so that no row is cut. */
import { useWindowSize } from '../../state/window-size.ts';

/** The head of the page, tabs, the card's head, filters and what stands under the table. */
const otherPx = 316;
const rowPx = 32;
const headPx = 29;
const fewestRows = 9;

export function useTableHeight(): number {
  const { heightPx } = useWindowSize();
  return headPx + rowPx * Math.max(fewestRows, Math.floor((heightPx - otherPx - headPx) / rowPx));
}
