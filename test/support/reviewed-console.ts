/** A data folder with a past whose Redis and source can be taken away and given back: what a reviewer on a train has. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceFolder } from './edp-sources.ts';
import { startRedis, type TestRedis } from './redis-server.ts';
import { serveConsole } from './served-console.ts';
import { until } from './until.ts';

export interface ReviewedConsole {
  readonly dataDir: string;
  /** What the program is started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Redis dies, the source is gone. */
  takeAway(): Promise<void>;
  /** Both are back; the source has one payment statement less. */
  giveBack(): Promise<void>;
  remove(): Promise<void>;
}

/** Every section of the unfiltered view was computed once, by a program that has ended. */
export async function reviewedConsole(): Promise<ReviewedConsole> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-reviewed-'));
  const source = join(folder, 'source');
  const dataDir = join(folder, 'data');
  cpSync(referenceFolder, source, { recursive: true });
  const redis: TestRedis = await startRedis({ tcp: true });
  const address = `redis://127.0.0.1:${redis.port}`;
  const env = { REDIS_URL: `${address}/0`, CELERY_BROKER_URL: `${address}/1`, VIGIA_SOURCE: source };
  const served = await serveConsole({ env, dataDir });
  await served.client.call('dashboard.get', { waitMs: 60_000 });
  await until(async () => {
    const { sections } = await served.client.call('review.moment', { atMs: Date.now() + 1_000 });
    return sections.every(({ payload }) => payload !== null);
  }, 30_000);
  await served.stop();
  return {
    dataDir,
    env,
    async takeAway() {
      await redis.kill();
      renameSync(source, `${source}.gone`);
    },
    async giveBack() {
      renameSync(`${source}.gone`, source);
      const file = join(source, 'edp.csv');
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      writeFileSync(file, `${lines.slice(0, -1).join('\n')}\n`);
      await redis.restart();
    },
    async remove() {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
