/** The Review page over a made-up past of three days: the slider, two instants side by side, histories, notes, files. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { engineGone, expect, test } from './console-test.ts';

const hour = 3_600_000;

/** The page at an instant so many hours ago. */
const hoursAgo = (hours: number): string => String(Date.now() - hours * hour);

async function values(page: Page): Promise<string> {
  return page.getByTestId('review-kpi-table').innerText();
}

test('sets KPIs, queues, workers, Redis and alerts to the instant of the slider', async ({ open }) => {
  const page = await open('/review');
  await expect(page.getByTestId('instant-atMs')).toContainText('Now');
  await expect(page.getByTestId('around-links')).not.toContainText('unreachable');
  await expect(page.getByTestId('around-workers')).toContainText('worker-3');
  const before = await values(page);
  await page.goto(`${page.url().split('?')[0]}?at=${hoursAgo(22)}`);
  await expect(page.getByTestId('around-links')).toContainText('unreachable');
  await expect(page.getByTestId('around-workers')).not.toContainText('worker-3');
  await expect(page.getByTestId('around-queues')).toContainText('480 waiting, 4 active, 12 failed');
  await expect(page.getByTestId('around-alerts')).toContainText('Cache hit rate < 80 %');
  expect(await values(page)).not.toBe(before);
});

test('is moved by the keyboard and by snapshot, and Back undoes a choice', async ({ open }) => {
  const page = await open('/review');
  const slider = page.getByRole('slider', { name: 'Instant' });
  await expect(slider).toHaveAttribute('aria-valuetext', /Now/);
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('instant-atMs')).toContainText('from before the first snapshot');
  await page.keyboard.press('End');
  await expect(page.getByTestId('instant-atMs')).toContainText('Now');
  await page.getByTestId('atMs-previous').click();
  await expect(page.getByTestId('instant-atMs')).not.toContainText('Now');
  await expect(page.getByTestId('review-kpi-table')).toContainText('0 s before');
  await page.getByTestId('to-now').click();
  await expect(page.getByTestId('instant-atMs')).toContainText('Now');
  await page.getByTestId('review-range').getByText('30 days').click();
  await expect(page.getByTestId('atMs-next')).toHaveAttribute('aria-disabled', 'true');
  await page.goBack();
  await expect(page.getByTestId('review-range').getByText('7 days')).toHaveAttribute('aria-pressed', 'true');
});

test('says where nobody looked, and since when what is shown is the last known', async ({ open }) => {
  const page = await open(`/review?at=${hoursAgo(27)}`);
  await expect(page.getByTestId('instant-atMs')).toContainText('not observed then');
  await expect(page.getByTestId('instant-atMs')).toContainText('Vigía was not running');
  await expect(page.getByTestId('instant-atMs')).toContainText(/oldest value .* old then/);
  await expect(page.getByTestId('around-workers')).toContainText('were not looked at then');
});

test('puts two instants side by side and marks what differs', async ({ open }) => {
  const page = await open(`/review?at=${hoursAgo(22)}&vs=${hoursAgo(0.02)}`);
  await expect(page.getByTestId('review-differences')).toContainText('differences');
  const table = page.getByTestId('review-kpi-table');
  await expect(table).not.toContainText('= 0.0');
  await expect(table.getByRole('row', { name: /EDPs.*same/ }).first()).toBeVisible();
  await expect(page.getByTestId('review-kpi-dso_days')).toHaveClass(/is-different/);
  await expect(page.getByTestId('around-links').locator('[data-different]')).toHaveCount(1);
  await page.getByTestId('review-only').getByText('Only differences').click();
  await expect(page.getByTestId('review-kpi-edp_count')).toHaveCount(0);
  await page.getByTestId('compare').click();
  await expect(page.getByTestId('slider-other')).toHaveCount(0);
  await expect(page.getByTestId('review-kpi-edp_count')).toBeVisible();
});

test('shows the past of another view', async ({ open }) => {
  const page = await open('/review');
  await page.getByTestId('review-view').selectOption({ label: 'cliente: Andes' });
  await expect(page).toHaveURL(/view=cliente%3DAndes/);
  await expect(page.getByTestId('review-kpi-edp_count')).toBeVisible();
  await page.goto(`${page.url()}&at=${hoursAgo(10)}`);
  await expect(page.getByTestId('review-nothing')).toContainText('No KPI was known at this instant');
});

test('draws a KPI’s history with its gap, as a chart and as numbers', async ({ open }) => {
  const page = await open('/review');
  await page.getByTestId('review-kpi-dso_days').click();
  const history = page.getByTestId('review-history');
  await expect(history.locator('canvas')).toBeVisible();
  await expect(page.getByTestId('review-kpi')).toContainText('computations in this range');
  await history.getByText('Table').click();
  await expect(history.getByText(/^not looked$|^gap$|not observed/i).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('review-kpi')).toHaveCount(0);
  await expect(page.getByTestId('review-kpi-dso_days')).toBeFocused();
});

test('keeps a question with the value it was asked of, beside what is true now, until it is answered', async ({
  open,
  engine,
}) => {
  const page = await open(`/review?kpi=dso_days&at=${hoursAgo(22)}`);
  const stood = await page.getByTestId('review-kpi').locator('.big').innerText();
  await page.getByTestId('note-kind').getByText('Question').click();
  await expect(page.getByTestId('note-add')).toHaveAttribute('aria-disabled', 'true');
  await page.getByTestId('note-words').fill('Why so high?');
  await page.getByTestId('note-who').fill('R. Viewer');
  await page.getByTestId('note-add').click();
  await expect(page.getByTestId('review-kpi')).toContainText('Why so high?');
  await page.keyboard.press('Escape');
  const notes = page.getByTestId('review-notes');
  await expect(notes).toContainText('R. Viewer');
  await expect(notes).toContainText(stood.replace(/\s+/g, ' '));
  await expect(notes).toContainText('changed');
  engine.script.review.changeView = (shown) => ({
    ...shown,
    sections: shown.sections.map((section) => ({ ...section, freshness: { ...section.freshness, computedAtMs: 1 } })),
  });
  engine.push.emit('review.changed', { what: ['notes'] });
  await expect(notes).toContainText('not computed since');
  await page.getByTestId('note-answer').click();
  await page.getByTestId('answer-words').fill('Two invoices were late');
  await page.getByTestId('answer-confirm').click();
  await expect(page.getByTestId('review-no-notes')).toBeVisible();
  await notes.getByRole('button', { name: 'Closed' }).click();
  await expect(notes).toContainText('Two invoices were late');
  await page.getByTestId('note-remove').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByTestId('review-no-notes')).toBeVisible();
});

test('says on a note what could not be reached when it was written', async ({ open, engine }) => {
  engine.script.changeSystem = (info) => ({
    ...info,
    source: { ...info.source, reachable: false, problem: 'no route' },
    links: info.links.map((link) => ({ ...link, state: 'unreachable' })),
  });
  const page = await open('/review?kpi=dso_days');
  await page.getByTestId('note-kind').getByText('Acceptance').click();
  await page.getByTestId('note-add').click();
  await expect(page.getByTestId('review-kpi')).toContainText(
    'written while unreachable: Redis cache, Redis broker, Source',
  );
});

test('once everything is reached again, whoever left notes meanwhile is led to what is true of them now', async ({
  open,
  engine,
}) => {
  const cut: typeof engine.script.changeSystem = (info) => ({
    ...info,
    source: { ...info.source, reachable: false, problem: 'no route' },
    links: info.links.map((link) => ({ ...link, state: 'unreachable' })),
  });
  engine.script.changeSystem = cut;
  const page = await open('/review?kpi=dso_days');
  await page.getByTestId('note-words').fill('Is it still so?');
  await page.getByTestId('note-add').click();
  await expect(page.getByTestId('review-kpi')).toContainText('Is it still so?');
  await page.goto(page.url().replace(/#.*/, '#/overview'));
  await expect(page.getByTestId('banner-source')).toBeVisible();
  await expect(page.getByTestId('banner-back')).toHaveCount(0);
  engine.script.changeSystem = (info) => info;
  await page.reload();
  await expect(page.getByTestId('banner-back')).toContainText('You left 1 note while it was not.');
  await page.getByTestId('back-notes').click();
  const note = page.getByTestId('review-notes').getByText('Is it still so?');
  await expect(note).toBeInViewport();
  await expect(page.getByTestId('banner-back')).toHaveCount(0);
  await page.reload();
  await expect(note).toBeVisible();
  await expect(page.getByTestId('banner-back')).toHaveCount(0);
});

test('saves a sealed file that opens read-only, and refuses one that was changed', async ({ open }, info) => {
  const page = await open(`/review?at=${hoursAgo(22)}&vs=${hoursAgo(1)}`);
  await page.getByTestId('file-save').click();
  const downloading = page.waitForEvent('download');
  await page.getByTestId('save-snapshot').click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^vigia-snapshot-.*\.vigia$/);
  const path = info.outputPath('snapshot.vigia');
  await download.saveAs(path);
  await expect(page.getByTestId('file-saved')).toContainText('sealed by');
  const shown = await page.getByTestId('review-kpi-table').innerText();
  await page.getByTestId('file-input').setInputFiles(path);
  await expect(page.getByTestId('file-opened')).toContainText('sealed by');
  await expect(page.getByTestId('file-opened')).toContainText('this installation');
  await expect(page.getByTestId('slider-other')).toBeVisible();
  expect(await page.getByTestId('review-kpi-table').innerText()).toBe(shown);
  await page.getByTestId('review-kpi-dso_days').click();
  await expect(page.getByTestId('review-history').locator('canvas')).toBeVisible();
  await expect(page.getByTestId('note-add')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.getByTestId('file-close').click();
  await expect(page.getByTestId('file-opened')).toHaveCount(0);
  const bytes = readFileSync(path);
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  await page
    .getByTestId('file-input')
    .setInputFiles({ name: 'x.vigia', mimeType: 'application/octet-stream', buffer: bytes });
  await expect(page.getByTestId('file-refused')).toContainText('changed after it was sealed');
  await expect(page.getByTestId('file-opened')).toHaveCount(0);
});

test('replays a support bundle without its values', async ({ open }, info) => {
  const page = await open('/review');
  await page.getByTestId('file-save').click();
  const downloading = page.waitForEvent('download');
  await page.getByTestId('save-support').click();
  const path = info.outputPath('support.vigia');
  await (await downloading).saveAs(path);
  await page.getByTestId('file-input').setInputFiles(path);
  await expect(page.getByTestId('file-opened')).toContainText('values and names were left out');
  await expect(page.getByTestId('review-kpi-table')).toContainText('no data');
  await page.getByRole('slider', { name: 'Instant' }).focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('around-alerts')).toContainText('Cache hit rate');
  await page.getByText('End of the log').click();
  await expect(page.getByTestId('review-support')).toContainText('ready');
});

test('says when nothing is kept yet, and what went wrong when it cannot be read', async ({ open, engine }) => {
  engine.script.review.isEmpty = true;
  const page = await open('/review');
  await expect(page.getByTestId('review-storage')).toContainText('Nothing is kept yet');
  await expect(page.getByTestId('review-nothing')).toBeVisible();
  engine.script.review.failure = 'the disk is full';
  await page.reload();
  await expect(page.getByTestId('review-failed')).toContainText('the disk is full');
});

test('keeps what is on show when the engine goes, and blocks what would need it', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  const page = await open('/review?kpi=dso_days');
  await expect(page.getByTestId('review-history').locator('canvas')).toBeVisible();
  await engine.stop();
  await expect(page.getByTestId('banner-offline')).toBeVisible();
  await expect(page.getByTestId('review-kpi-table')).toContainText('DSO');
  await page.getByTestId('note-words').fill('x');
  await expect(page.getByTestId('note-add')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByTestId('file-open')).toHaveAttribute('aria-disabled', 'true');
});
