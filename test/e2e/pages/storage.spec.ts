/** The Storage page in a real browser: where the local database lives, backups, restoring. */
import { engineGone, expect, test } from './console-test.ts';

const sound = 'vigia-20261122T060000000Z.db';

test('shows where the database lives, how full it is, its backups and what was set aside', async ({ open }) => {
  const page = await open('/storage');
  const database = page.getByTestId('storage-database');
  await expect(database).toContainText('/home/operator/.local/share/vigia/vigia.db');
  await expect(database).toContainText('15.5 % of');
  await expect(database.locator('[data-state=fresh]')).toHaveText('in its file');
  await expect(page.getByTestId('storage-celery-history')).toContainText('vigia-tasks.db');
  await expect(page.getByTestId('storage-celery-history')).toContainText('20.3 MB');
  await expect(page.getByTestId('storage-backups').getByRole('row')).toHaveCount(3);
  await expect(page.getByTestId('storage-set-aside')).toContainText('it was damaged');
});

test('a backup is made and told, and a failed one says why', async ({ open, engine }) => {
  const page = await open('/storage');
  await page.getByTestId('back-up').click();
  await expect(page.getByRole('status').filter({ hasText: 'Backed up: vigia-new.db' })).toBeVisible();
  await expect(page.getByTestId('storage-backups')).toContainText('vigia-new.db');
  engine.script.storage.failure = 'No space left on the device';
  await page.getByTestId('back-up').click();
  await expect(page.getByRole('alert').filter({ hasText: 'No space left' })).toBeVisible();
});

test('a backup is restored only once its name was typed, and can be given up before the start', async ({ open }) => {
  const page = await open('/storage');
  await page.getByTestId(`restore-${sound}`).click();
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('confirm-typed').fill(sound);
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('storage-staged')).toContainText('at the next start');
  await page.getByTestId('unstage').click();
  await expect(page.getByTestId('storage-staged')).toBeHidden();
});

test('a backup that cannot be restored says why, and one is removed after a question', async ({ open }) => {
  const page = await open('/storage');
  await expect(page.getByTestId('storage-backups')).toContainText('newer Vigía');
  await expect(page.getByTestId('restore-vigia-from-another-desk.db')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('remove-vigia-from-another-desk.db').click();
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('storage-backups').getByRole('row')).toHaveCount(2);
});

test('a store in memory says so and what becomes of it', async ({ open, engine }) => {
  engine.script.storage.storage = { ...engine.script.storage.storage, medium: 'memory', backups: [], setAside: [] };
  const page = await open('/storage');
  await expect(page.getByTestId('storage-database').locator('[data-state=failed]')).toHaveText('in memory only');
  await expect(page.getByTestId('storage-database')).toContainText('tries the file again');
  await expect(page.getByTestId('storage-backups')).toContainText('No backup yet');
});

test('offline the last known stays, and nothing can be pressed', async ({ open, engine, expectedErrors }) => {
  expectedErrors.push(engineGone);
  const page = await open('/storage');
  await expect(page.getByTestId('storage-backups')).toContainText(sound);
  await engine.stop();
  await expect(page.getByTestId('banner-offline')).toBeVisible();
  await expect(page.getByTestId('back-up')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByTestId('storage-backups')).toContainText(sound);
  await expect(page.getByTestId('page-storage').locator('[data-state=fresh]')).toHaveCount(0);
});
