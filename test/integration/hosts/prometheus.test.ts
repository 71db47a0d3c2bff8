/** `GET /metrics` over the real engine, and with an engine of which a part does not answer. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import { startWebHost } from '../../../src/web/host.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';

const scrape = (address: string, token: string | null): Promise<Response> =>
  fetch(`${address}/metrics`, { headers: token === null ? {} : { authorization: `Bearer ${token}` } });

describe('the metrics of a running console', () => {
  let served: ServedConsole;
  beforeAll(async () => {
    served = await serveConsole();
    await served.client.call('dashboard.get', { waitMs: 30_000 });
  }, 60_000);
  afterAll(() => served.stop());

  test('are text that Prometheus reads, with every part answering', async () => {
    const response = await scrape(served.address, served.token);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    const parts = text.split('\n').filter((line) => line.startsWith('vigia_scrape_part_up'));
    expect(parts.length).toBeGreaterThan(4);
    expect(parts.filter((line) => !line.endsWith(' 1'))).toEqual([]);
    expect(text).toContain('vigia_redis_up{role="cache"} 1');
    expect(text).toMatch(/^vigia_worker_slots\{worker="[^"]+",verdict="[a-z]+"\} [1-9]/m);
    expect(text).toMatch(/^vigia_alert_firing\{rule="[^"]+",severity="[a-z]+"\} [01]$/m);
    // Every line is a comment or a sample.
    const strange = text
      .split('\n')
      .filter((line) => !/^(#.*|[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? [-+.\deE]+|)$/.test(line));
    expect(strange).toEqual([]);
  });

  test('are refused without the token', async () => {
    expect((await scrape(served.address, null)).status).toBe(401);
  });
});

test('a part that does not answer is told of, and hides no other', async () => {
  const engine = scriptedEngine({
    'alerts.now': async () => ({ alerts: [] }),
    'queues.list': async () => {
      throw new EngineError('REDIS_UNREACHABLE', 'The broker is away');
    },
  });
  const host = await startWebHost({ engine, port: 0, token: 't', rendererDir: '/nowhere', onDefect: () => undefined });
  try {
    const text = await (await scrape(host.address, 't')).text();
    expect(text).toContain('vigia_scrape_part_up{part="queues.list"} 0');
    expect(text).toContain('vigia_scrape_part_up{part="alerts.now"} 1');
    expect(text).not.toContain('vigia_queue_jobs{');
  } finally {
    await host.close();
  }
});
