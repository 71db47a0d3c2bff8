/** The Alerts page over the whole program: a rule made in the editor fires on what is really sampled and reaches a webhook. */
import { expect } from '@playwright/test';
import { startHttpReceiver } from '../../support/http-receiver.ts';
import { test } from '../../support/open-console.ts';

/** Samples come every 5 s and must fill the rule's window; the machine may be busy. */
const patienceMs = 45_000;

test('a rule made in the editor fires, reaches the webhook that was set up, and is acknowledged', async ({
  openPage,
}) => {
  test.setTimeout(150_000);
  const receiver = await startHttpReceiver();
  try {
    const page = await openPage('/alerts');
    await page.getByTestId('alert-tabs').getByRole('button', { name: 'Channels' }).click();
    await page.getByTestId('channel-add').click();
    await page.getByTestId('channel-kind').getByRole('button', { name: 'Webhook' }).click();
    await page.getByTestId('channel-name').fill('Receiver');
    await page.getByTestId('channel-url').fill(receiver.url);
    await page.getByTestId('channel-test').click();
    await expect(page.getByTestId('channel-test-result')).toContainText('Taken in');
    expect(receiver.taken).toHaveLength(1);
    await page.getByTestId('channel-save').click();
    await expect(page.getByTestId('channels').getByRole('row', { name: /Receiver/ })).toBeVisible();
    await page.getByTestId('alert-tabs').getByRole('button', { name: 'Rules' }).click();
    await page.getByTestId('rule-add').click();
    await page.getByTestId('rule-title').fill('The engine takes memory');
    await page.getByTestId('rule-signal').fill('engine.rss_bytes');
    await page.getByTestId('rule-threshold').fill('1');
    await page.getByTestId('rule-windowMs').fill('6 s');
    await page.getByTestId('rule-minimumCount').fill('1');
    await page.getByTestId('rule-forMs').fill('0 s');
    await page.getByTestId('rule-save').click();
    await expect(page.getByTestId('rule-the-engine-takes-memory')).toBeVisible();
    await page.getByTestId('alert-tabs').getByRole('button', { name: 'Now' }).click();
    const alert = page.getByTestId('alert-the-engine-takes-memory');
    await expect(alert).toBeVisible({ timeout: patienceMs });
    await expect
      .poll(() => receiver.taken.filter(({ body }) => body.includes('The engine takes memory')).length, {
        timeout: patienceMs,
      })
      .toBe(1);
    await page.getByTestId('acknowledge-the-engine-takes-memory').click();
    await page.getByTestId('acknowledge-note').fill('it is meant to');
    await page.getByTestId('acknowledge-confirm').click();
    await expect(alert).toContainText('it is meant to');
    await page.getByTestId('past-the-engine-takes-memory').click();
    await page.getByTestId('alert-history').getByRole('button', { name: 'The engine takes memory' }).first().click();
    const detail = page.getByTestId('transition-detail');
    await expect(detail).toContainText('it is meant to');
    await expect(page.getByTestId('transition-notifications')).toContainText(/Receiver\s*sent/);
  } finally {
    await receiver.stop();
  }
});
