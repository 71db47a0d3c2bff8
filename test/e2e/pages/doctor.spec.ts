/** The Doctor page in a real browser: findings with evidence, a fix with its commands, undoing it, and what is not known. */
import { lowHitRate } from '../../support/console-doctor.ts';
import { engineGone, expect, test } from './console-test.ts';

const evicts = 'finding-redis-eviction-broker_evicts';

test('findings stand by severity with their figures; what is well and what is unknown are told apart', async ({
  open,
}) => {
  const page = await open('/doctor');
  await expect(page.getByTestId('page-doctor').locator('article')).toHaveCount(3);
  await expect(page.getByTestId('page-doctor').locator('article').first()).toContainText('may throw jobs away');
  await expect(page.getByTestId(evicts)).toContainText('12,408');
  await expect(page.getByTestId(evicts).locator('[data-state=failed]')).toHaveText('critical');
  await expect(page.getByTestId('doctor-well').locator('li')).toHaveCount(3);
  await expect(page.getByTestId('doctor-unknown')).toContainText('never analysed');
  await expect(page.getByTestId('doctor-last-run')).toContainText(/last run \d+ (s|min) ago/);
});

test('a fix shows its commands, is applied by one confirmation, and is undone', async ({ open, engine }) => {
  const page = await open('/doctor');
  await page.getByTestId(evicts).getByTestId('fix').click();
  await expect(page.getByTestId('fix-commands')).toContainText('CONFIG SET maxmemory-policy noeviction');
  await expect(page.getByTestId('fix-undo')).toContainText('CONFIG SET maxmemory-policy allkeys-lru');
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('operate-unlock').click();
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId(evicts)).toBeHidden();
  await expect(page.getByTestId('doctor-fixes').locator('[data-state=fresh]')).toHaveText('mended');
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('undo-commands')).toContainText('allkeys-lru');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('doctor-fixes')).toContainText('undone');
  expect(engine.script.doctor.fixes).toMatchObject([{ state: 'undone' }]);
});

test('a console that never looked looks when the page is opened; a run that fails says why and keeps what there was', async ({
  open,
  engine,
}) => {
  engine.script.doctor.report = null;
  const page = await open('/doctor');
  await expect(page.getByTestId(evicts)).toBeVisible();
  engine.script.doctor.failure = 'the engine is stopping';
  await page.getByTestId('doctor-run').click();
  await expect(page.getByTestId('doctor-failed')).toContainText('the engine is stopping');
  await expect(page.getByTestId(evicts)).toBeVisible();
});

test('nothing found is said; a link leads to its finding', async ({ open, engine }) => {
  const page = await open('/doctor?check=redis-slow');
  await expect(page.getByTestId('finding-redis-slow-slow_keys')).toHaveClass(/is-meant/);
  engine.script.doctor.next = { ...engine.script.doctor.next, findings: [] };
  await page.getByTestId('doctor-run').click();
  await expect(page.getByTestId('doctor-none')).toBeVisible();
});

test('in Spanish nothing is left in English: a sign with its cause, a reason, a fix, and how long the run took', async ({
  open,
  page,
  engine,
}) => {
  const { doctor } = engine.script;
  doctor.report = { ...doctor.next, tookMs: 240, findings: [...doctor.next.findings.slice(0, 1), lowHitRate()] };
  await page.addInitScript(() => localStorage.setItem('vigia.preferences', JSON.stringify({ language: 'es' })));
  await open('/doctor');
  const finding = page.getByTestId('finding-cache-helps-cold_start');
  await expect(finding.getByRole('heading', { level: 2 })).toHaveText(
    'Aciertos 41,0 % en 5 min (59 fallos de 100 lecturas): la consola empezó hace 0,4 s con la caché vacía',
  );
  await expect(finding).toContainText(/porque\s*la consola empezó hace 0,4 s/);
  await expect(finding).toContainText('Nada: se llena a medida que se lee');
  await expect(finding).not.toContainText('miss');
  await expect(page.getByTestId('doctor-unknown')).toContainText('las claves nunca se analizaron');
  await expect(page.getByTestId('doctor-last-run')).toHaveText(/última revisión hace \d+ (s|min) · duró 240 ms/);
  await page.getByTestId(evicts).getByTestId('fix').click();
  await expect(page.getByTestId('fix-dialog')).toContainText('No expulsar nada');
  await expect(page.getByTestId('fix-dialog')).not.toContainText('A full server');
});

test('without the engine the last findings stand, marked, and nothing can be pressed', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  const page = await open('/doctor');
  await expect(page.getByTestId(evicts)).toBeVisible();
  await engine.stop();
  await expect(page.getByTestId('doctor-run')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByTestId(evicts).locator('[data-state=expired]')).toBeVisible();
  await expect(page.getByTestId('page-doctor').locator('[data-state=fresh]')).toHaveCount(0);
});
