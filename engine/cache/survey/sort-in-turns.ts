/** Sorts long lists in turns of some milliseconds, so that nobody else waits for it. */
import type { Turns } from './turns.ts';

const runLength = 500;

/** Stable; a new list. */
export async function sortInTurns<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
  turns: Turns,
): Promise<Item[]> {
  let runs: Item[][] = [];
  for (let at = 0; at < items.length; at += runLength) {
    runs.push(items.slice(at, at + runLength).toSorted(compare));
    if (turns.isLong) await turns.give();
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [left = [], right] = [runs[at], runs[at + 1]];
      merged.push(right ? await merge(left, right, compare, turns) : left);
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<Item>(
  left: Item[],
  right: Item[],
  compare: (a: Item, b: Item) => number,
  turns: Turns,
): Promise<Item[]> {
  const merged: Item[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const a = left[i];
    const b = right[j];
    if (a !== undefined && (b === undefined || compare(a, b) <= 0)) {
      merged.push(a);
      i += 1;
    } else if (b !== undefined) {
      merged.push(b);
      j += 1;
    }
    if (turns.isOver) await turns.give();
  }
  return merged;
}
