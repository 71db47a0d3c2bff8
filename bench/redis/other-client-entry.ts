/** A second client in a process of its own: GETs at a steady pace, and tells the p99 of each span between two lines of input. */
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';

const client = new Redis(process.argv[2] ?? '');
let times: number[] = [];
const ending = new AbortController();

async function run(): Promise<void> {
  while (!ending.signal.aborted) {
    const startMs = performance.now();
    await client.get('user:1');
    times.push(performance.now() - startMs);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  client.disconnect();
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const sorted = times.toSorted((a, b) => a - b);
  times = [];
  const quantile = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0;
  process.stdout.write(`${JSON.stringify({ count: sorted.length, p50Ms: quantile(0.5), p99Ms: quantile(0.99) })}\n`);
  if (line === 'end') ending.abort();
});
await run();
