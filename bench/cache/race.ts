/** Measures contestants in turns, so that whatever else the machine does hits them alike. */
import { median } from '../row.ts';

export interface Contestant {
  readonly name: string;
  /** Does the thing `count` times. */
  readonly run: (count: number) => Promise<void>;
}

/** Times a second of each, the median of the rounds. */
export async function race(
  contestants: readonly Contestant[],
  count: number,
  rounds = 7,
): Promise<Map<string, number>> {
  const rates = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (const { run } of contestants) await run(Math.ceil(count / 4));
  for (let round = 0; round < rounds; round += 1) {
    // Everybody is once first and once last.
    const order = contestants.map((_one, index) => contestants[(index + round) % contestants.length] as Contestant);
    for (const { name, run } of order) {
      const startMs = performance.now();
      await run(count);
      rates.get(name)?.push((count * 1_000) / (performance.now() - startMs));
    }
  }
  return new Map([...rates].map(([name, list]) => [name, median(list)]));
}

/** One after the other. */
export const oneByOne = (work: () => Promise<unknown>) => async (count: number) => {
  for (let done = 0; done < count; done += 1) await work();
};

/** By so many readers at once, each asking again as soon as it was answered. */
export const byReaders = (readers: number, work: (reader: number) => Promise<unknown>) => async (count: number) => {
  const each = Math.ceil(count / readers);
  await Promise.all(
    Array.from({ length: readers }, async (_, reader) => {
      for (let done = 0; done < each; done += 1) await work(reader);
    }),
  );
};
