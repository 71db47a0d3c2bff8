/** A real Celery worker behind the whole program: seen on the Workers page, changed from there, and telling of it. */
import { expect, type Page } from '@playwright/test';
import { type CeleryApp, createCeleryApp } from '../../support/celery.ts';
import { test as base } from '../../support/open-console.ts';

/** Answers are asked for every few seconds; the machine may be busy. */
const patience = { timeout: 40_000 };
const node = 'e2e@test';

const test = base.extend<{ readonly celery: CeleryApp }>({
  celery: async ({ realConsole }, use) => {
    const url = `redis+socket://${realConsole.brokerSocket()}?virtual_host=0`;
    const app = await createCeleryApp({ broker: url });
    try {
      await use(app);
    } finally {
      await app.stop();
    }
  },
});

async function openWorker(page: Page): Promise<void> {
  const row = page.getByTestId(`worker-broker:${node}`);
  await expect(row).toBeVisible(patience);
  await row.click();
  await expect(page.getByTestId('celery-stats')).toContainText('prefork', patience);
}

async function confirm(page: Page): Promise<void> {
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('celery-answers')).toContainText('done', patience);
  await page.getByTestId('answers-close').click();
}

test('a worker is seen with what it holds, grown, told to take a queue, relieved of a task and shut down', async ({
  openPage,
  celery,
}) => {
  test.setTimeout(240_000);
  const worker = await celery.worker({ node, concurrency: 1 });
  const page = await openPage('/workers');
  await openWorker(page);
  await expect(page.getByTestId('celery-registered')).toContainText('t.limited', patience);
  await expect(page.getByTestId('rate-t.limited')).toHaveText('2/m');
  const [taskId = ''] = await celery.send({ task: 't.sleep', args: [600] });
  await expect(page.getByTestId('celery-active')).toContainText(taskId, patience);

  await page.getByTestId('control-pool_grow').click();
  await confirm(page);
  await expect(page.getByTestId('celery-stats')).toContainText('2 (began with 1)', patience);

  await page.getByTestId('control-add_consumer').click();
  await page.getByTestId('control-queue').fill('extra');
  await confirm(page);
  await expect(page.getByTestId('cancel-extra')).toBeVisible(patience);

  await page.getByTestId('rate-t.add').click();
  await page.getByTestId('control-rate').fill('7/m');
  await confirm(page);
  await expect(page.getByTestId('rate-t.add')).toHaveText('7/m', patience);

  await page.getByTestId(`terminate-${taskId}`).click();
  await page.getByTestId('control-signal').selectOption('SIGKILL');
  await confirm(page);
  await expect(page.getByTestId('celery-active')).not.toContainText(taskId, patience);
  await expect(page.getByTestId('celery-revoked')).toContainText(taskId, patience);

  await page.getByTestId('control-shutdown').click();
  await page.getByTestId('confirm-typed').fill(node);
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('celery-answers')).toContainText('told', patience);
  await page.getByTestId('answers-close').click();
  await expect(page.getByTestId('celery-worker')).toContainText('gone', patience);
  await expect(page.getByTestId('control-pool_grow')).toHaveAttribute('aria-disabled', 'true');
  await expect.poll(() => worker.hasEnded, patience).toBe(true);

  // Written by the thread of the built program.
  const tasks = await openPage('/tasks?tab=events');
  const history = tasks.getByTestId('events-broker').locator('dl > div').filter({ hasText: 'History' });
  await expect(history).toContainText(/History[1-9]/, patience);
});
