/** "DSO > 60 days" through the whole house: rows in the source, the computed KPI, the rule, the history, a signed message, and the end of it. */
import { createHmac } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { referenceFolder } from '../../support/edp-sources.ts';
import { type HttpReceiver, startHttpReceiver } from '../../support/http-receiver.ts';
import { type ServedConsole, serveConsole } from '../../support/served-console.ts';
import { until } from '../../support/until.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const asOf = '2026-11-22';
const secret = 'only the receiver knows it';
/** KPIs are sampled every 30 s. */
const patienceMs = 75_000;

/** A source of one open payment statement; its age is the DSO. */
function makeSource(): { readonly folder: string; sentDaysAgo(days: number): void } {
  const folder = join(mkdtempSync(join(tmpdir(), 'vigia-business-')), 'source');
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(referenceFolder, folder, { recursive: true });
  const [header = '', row = ''] = readFileSync(join(folder, 'edp.csv'), 'utf8').split('\n');
  const sentAt = header.split(',').indexOf('fecha_envio_cliente');
  return {
    folder,
    sentDaysAgo(days) {
      const sent = new Date(Date.parse(asOf) - days * 86_400_000).toISOString().slice(0, 10);
      const changed = row.split(',').with(sentAt, sent).join(',');
      writeFileSync(join(folder, 'edp.csv'), `${header}\n${changed}\n`);
    },
  };
}

async function dso(client: ServedConsole['client']): Promise<number | null | undefined> {
  const { sections } = await client.call('dashboard.get', { waitMs: 5_000 });
  return sections.find(({ name }) => name === 'essentials')?.payload?.figures['dso_days']?.value;
}

async function becomes({ client }: ServedConsole, days: number): Promise<void> {
  await until(
    async () => {
      await client.call('dashboard.refresh', {});
      return (await dso(client)) === days;
    },
    30_000,
    `DSO of ${days} days`,
  );
}

const told = (receiver: HttpReceiver) =>
  receiver.taken.map(({ body, headers }) => ({
    body,
    isSigned:
      headers['x-vigia-signature'] ===
      `sha256=${createHmac('sha256', secret)
        .update(`${String(headers['x-vigia-timestamp'])}.${body}`)
        .digest('hex')}`,
  }));

test('a KPI past its threshold fires, is kept with value and evidence, is delivered, and clears when it falls', async () => {
  const source = makeSource();
  source.sentDaysAgo(40);
  const receiver = await startHttpReceiver();
  cleanUps.push(() => receiver.stop());
  const served = await serveConsole({
    env: { VIGIA_SOURCE: source.folder, VIGIA_AS_OF: asOf, VIGIA_WARMING: 'false' },
  });
  cleanUps.push(() => served.stop());
  const { client } = served;
  await becomes(served, 40);
  const channel = await client.call('alerts.channels.save', {
    name: 'Finance',
    settings: { kind: 'webhook', url: receiver.url },
    minimumSeverity: 'critical',
    secret,
  });
  const { rule } = await client.call('alerts.rules.save', {
    ...{ title: 'DSO over 60 days', signal: 'kpi.dso_days', comparison: 'above', threshold: 60, clearThreshold: 60 },
    ...{ aggregate: 'last', windowMs: 35_000, minimumCount: 1, forMs: 0, keepFiringForMs: 0, severity: 'critical' },
  });
  const changes = async () => (await client.call('alerts.history', { ruleId: rule.id })).transitions;
  const stateOf = async () =>
    (await client.call('alerts.now', {})).alerts.find((alert) => alert.rule.id === rule.id) ?? null;
  await until(async () => (await stateOf())?.value === 40, patienceMs, 'the rule sees 40 days');
  expect(await changes()).toEqual([]);

  source.sentDaysAgo(73);
  await becomes(served, 73);
  await until(async () => (await changes()).length > 0, patienceMs, 'the rule fires');
  expect((await stateOf())?.state).toBe('firing');
  const [fired] = await changes();
  expect(fired).toMatchObject({
    ...{ title: 'DSO over 60 days', to: 'firing', value: 73, threshold: 60 },
    facts: { outcome: 'value', signal: 'kpi.dso_days', value: 73 },
  });
  expect(fired?.evidence).toMatch(/^73 days last seen in 35 s \(\d observations?\), over 60 days$/);
  await until(() => told(receiver).length === 1, patienceMs, 'the message');
  expect(told(receiver)[0]?.isSigned).toBe(true);
  expect(told(receiver)[0]?.body).toContain('73 days last seen');
  const deliveries = async () =>
    (await client.call('alerts.channels.deliveries', { channelId: channel.id })).deliveries;
  await until(async () => (await deliveries()).length === 1, patienceMs, 'the record of the delivery');
  expect(await deliveries()).toMatchObject([{ outcome: 'sent', alertCount: 1 }]);
  const { events } = await client.call('timeline.events', { kinds: ['alert'], subject: rule.id });
  expect(events).toMatchObject([{ code: 'alert_firing', subject: rule.id, alert: { title: 'DSO over 60 days' } }]);

  source.sentDaysAgo(45);
  await becomes(served, 45);
  await until(async () => (await changes()).some(({ to }) => to === 'resolved'), patienceMs, 'the rule clears');
  await until(() => told(receiver).length === 2, patienceMs, 'the message of the end');
  expect(told(receiver)[1]?.body).toContain('45 days last seen');
  expect((await changes()).find(({ to }) => to === 'resolved')).toMatchObject({ from: 'firing', value: 45 });
}, 300_000);
