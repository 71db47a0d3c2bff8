/** The Alerts page in a real browser: what is not well now, rules with their preview, silences and mute times. */
import { readFile } from 'node:fs/promises';
import { engineGone, expect, test } from './console-test.ts';

test('the tab stands in the address, and Back leads to the one before', async ({ open }) => {
  const page = await open('/alerts');
  await expect(page.getByTestId('alerts-now')).toBeVisible();
  await page.getByTestId('alert-tabs').getByRole('button', { name: 'Rules' }).click();
  await expect(page.getByTestId('alert-rules')).toBeVisible();
  expect(new URL(page.url()).hash).toBe('#/alerts?tab=rules');
  await page.goBack();
  await expect(page.getByTestId('alerts-now')).toBeVisible();
});

test('what is not well is grouped by state, worst first, and says why it is not told', async ({ open, engine }) => {
  engine.script.isBroken = true;
  engine.script.alerts.changeNow = (alerts) =>
    alerts.map((alert) => {
      if (alert.rule.id === 'hit-rate')
        return { ...alert, state: 'firing', value: 0.5, silencedBy: 'loading the new year', isFlapping: true };
      if (alert.rule.id === 'response')
        return { ...alert, state: 'pending', value: 2_400, inhibitedBy: 'Workers available < 2' };
      return alert;
    });
  const page = await open('/alerts');
  const firing = page.getByRole('region', { name: 'Firing' }).getByRole('listitem');
  await expect(firing).toHaveCount(2);
  await expect(firing.first()).toContainText('Workers available < 2');
  await expect(firing.last()).toContainText('silenced: loading the new year');
  await expect(firing.last()).toContainText('flapping');
  await expect(page.getByTestId('silence-hit-rate')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Pending' })).toContainText('caused by: Workers available < 2');
  await expect(page.getByRole('region', { name: 'Pending' })).toContainText('2.4 s');
  await expect(page.getByRole('region', { name: 'No data' })).toContainText('Redis memory');
});

test('what fires leads to the check of the doctor that tells what to do', async ({ open, engine }) => {
  engine.script.isBroken = true;
  const page = await open('/alerts');
  await page.getByTestId('runbook-workers').click();
  await expect(
    page
      .getByTestId('doctor-checks')
      .or(page.getByRole('heading', { name: 'Doctor' }))
      .first(),
  ).toBeVisible();
  expect(new URL(page.url()).hash).toBe('#/doctor?check=work-done');
});

test('a rule without data says so instead of an all-clear', async ({ open }) => {
  const page = await open('/alerts?tab=rules');
  await expect(page.getByTestId('alert-rules').getByRole('row', { name: /Redis memory/ })).toContainText('no data');
});

test('an alert is silenced where it stands, with the alerts that it fits in sight', async ({ open, engine }) => {
  engine.script.isBroken = true;
  const page = await open('/alerts');
  await page.getByTestId('silence-workers').click();
  await expect(page.getByTestId('matches-now')).toContainText('Fits 1 rule; firing now: 1');
  await page.getByTestId('matcher-label-0').selectOption('severity');
  await page.getByTestId('matcher-value-0').fill('warning');
  await expect(page.getByTestId('matches-now')).toContainText('Fits 3 rules; firing now: 0');
  await page.getByTestId('matcher-value-0').fill('no such thing');
  await expect(page.getByTestId('matches-now')).toContainText('Fits no rule');
  await page.getByTestId('matcher-label-0').selectOption('rule');
  await page.getByTestId('matcher-operator-0').selectOption('like');
  await page.getByTestId('matcher-value-0').fill('work*');
  await page.getByTestId('silence-add').click();
  await expect(page.getByTestId('silence-reason-error')).toHaveText('Say why');
  await page.getByTestId('silence-reason').fill('w1 is being replaced');
  await page.getByTestId('silence-span').getByRole('button', { name: '8 h' }).click();
  await page.getByTestId('silence-add').click();
  await expect(page.getByTestId('silence-form')).toHaveCount(0);
  const [silence] = engine.script.alerts.silences;
  expect(silence).toMatchObject({
    matchers: [{ label: 'rule', operator: 'like', value: 'work*' }],
    reason: 'w1 is being replaced',
    hours: null,
  });
  expect((silence?.untilMs ?? 0) - (silence?.fromMs ?? 0)).toBe(8 * 3_600_000);
});

test('a mute time is set by days and hours, lifted, and then stands among the ended ones', async ({ open, engine }) => {
  const page = await open('/alerts?tab=silences');
  await expect(page.getByTestId('silences')).toContainText('Nothing is silenced.');
  await page.getByTestId('mute-open').click();
  await page.getByTestId('matcher-label-0').selectOption('severity');
  await page.getByTestId('matcher-value-0').fill('info');
  await page.getByTestId('day-1').click();
  await page.getByTestId('hours-from').fill('25:00');
  await expect(page.getByTestId('hours-error')).toBeVisible();
  await page.getByTestId('silence-reason').fill('nights');
  await page.getByTestId('silence-add').click();
  expect(engine.script.alerts.silences).toEqual([]);
  await page.getByTestId('hours-from').fill('22:00');
  await page.getByTestId('hours-to').fill('06:00');
  await page.getByTestId('silence-add').click();
  const row = page.getByTestId('silences').getByRole('row', { name: /nights/ });
  await expect(row).toContainText('severity = info');
  await expect(row).toContainText('Tue, Wed, Thu, Fri 22:00–06:00 (America/Santiago)');
  await expect(row).toContainText('until lifted');
  await page.getByTestId('lift-silence-1').click();
  await expect(page.getByTestId('silences-ended')).toContainText('nights');
  await expect(page.getByTestId('silences')).toContainText('Nothing is silenced.');
});

test('a rule is written with its replay beside it, and problems stand at their fields', async ({ open, engine }) => {
  const page = await open('/alerts?tab=rules');
  await page.getByTestId('rule-add').click();
  await expect(page.getByTestId('rule-preview')).toContainText('The preview comes once the form is right.');
  await page.getByTestId('rule-save').click();
  await expect(page.getByTestId('rule-title-error')).toHaveText('Give it a name');
  await expect(page.getByTestId('rule-signal-error')).toBeVisible();
  await expect(page.getByTestId('rule-threshold-error')).toHaveText('A number');
  await page.getByTestId('rule-title').fill('DSO over 60 days');
  await page.getByTestId('rule-choose-signal').click();
  await page.getByRole('combobox', { name: 'Choose a figure…' }).fill('dso');
  await page.getByRole('option', { name: /^DSO \(days\)/ }).click();
  await expect(page.getByTestId('rule-signal')).toHaveValue('kpi.dso_days');
  await expect(page.getByTestId('rule-form')).toContainText('KPI: DSO · last seen: 58.2 days');
  await expect(page.getByLabel('Threshold (days)')).toBeVisible();
  await page.getByTestId('rule-threshold').fill('60');
  await page.getByTestId('rule-clearThreshold').fill('70');
  await expect(page.getByTestId('rule-clearThreshold-error')).toHaveText('Must not be above the threshold');
  await page.getByTestId('rule-clearThreshold').fill('55');
  await page.getByTestId('rule-windowMs').fill('soon');
  await expect(page.getByTestId('rule-windowMs-error')).toBeVisible();
  await page.getByTestId('rule-windowMs').fill('10 min');
  await page.getByTestId('rule-labels').fill('team=finance');
  await expect(page.getByTestId('preview-count')).toHaveText('Would have fired 3 times in the last 7 d');
  await expect(page.getByRole('img', { name: /Chart.*KPI|KPI/ })).toBeVisible();
  await page.getByTestId('preview-span').getByRole('button', { name: '24 h' }).click();
  await expect(page.getByTestId('preview-count')).toHaveText('Would have fired 3 times in the last 1 d');
  await page.getByTestId('rule-save').click();
  const row = page.getByTestId('alert-rules').getByRole('row', { name: /DSO over 60 days/ });
  await expect(row).toContainText('own');
  expect(engine.script.alerts.rules.at(-1)?.rule).toMatchObject({
    signal: 'kpi.dso_days',
    threshold: 60,
    clearThreshold: 55,
    windowMs: 600_000,
    forMs: 120_000,
    labels: { team: 'finance' },
  });
});

test('a ratio is typed in percent, and a rule that would never have fired says so', async ({ open, engine }) => {
  engine.script.alerts.preview = { firingCount: 0, sampleCount: 100 };
  const page = await open('/alerts?tab=rules&edit=hit-rate');
  await expect(page.getByTestId('rule-threshold')).toHaveValue('80');
  await expect(page.getByTestId('preview-count')).toHaveText('Would not have fired in the last 7 d');
  await page.getByTestId('rule-threshold').fill('70');
  await page.getByTestId('rule-clearThreshold').fill('75');
  await expect.poll(() => engine.script.alerts.previewed.at(-1)?.threshold).toBe(0.7);
  engine.script.alerts.preview = { firingCount: 0, sampleCount: 0 };
  await page.getByTestId('rule-forMs').fill('5 min');
  await expect(page.getByTestId('rule-preview')).toContainText('nothing can be said');
});

test('what the engine refuses is said, nothing typed is lost; a changed rule is reset', async ({ open, engine }) => {
  engine.script.alerts.refusal = 'The rule cannot be used: "hit-rate": there is no time zone Mars/Olympus';
  const page = await open('/alerts?tab=rules');
  await page.getByTestId('rule-hit-rate').click();
  await page.getByTestId('rule-title').fill('Hit rate too low');
  await page.getByTestId('rule-save').click();
  await expect(page.getByTestId('rule-refused')).toContainText('no time zone Mars/Olympus');
  await expect(page.getByTestId('rule-title')).toHaveValue('Hit rate too low');
  engine.script.alerts.refusal = null;
  await page.getByTestId('rule-save').click();
  const row = page.getByTestId('alert-rules').getByRole('row', { name: /Hit rate too low/ });
  await expect(row).toContainText('changed');
  await page.getByTestId('rule-hit-rate').click();
  await page.getByTestId('rule-way-back').click();
  await expect(page.getByTestId('rule-way-back')).toContainText('Sure?');
  await page.getByTestId('rule-way-back').click();
  await expect(page.getByTestId('rule-hit-rate')).toHaveText('Cache hit rate < 80 %');
});

test('a rule is switched off and found by words', async ({ open, engine }) => {
  const page = await open('/alerts?tab=rules');
  await page.getByTestId('switch-response').click();
  await expect(page.getByTestId('alert-rules').getByRole('row', { name: /Response time/ })).toContainText('off');
  expect(engine.script.alerts.rules.find(({ rule }) => rule.id === 'response')?.rule.enabled).toBe(false);
  await page.getByTestId('rules-find').fill('memory');
  await expect(page.getByTestId('switch-response')).toHaveCount(0);
  await expect(page.getByTestId('rule-memory')).toBeVisible();
});

test('rules go out as files and come in from one; what is wrong in it is said', async ({ open }) => {
  const page = await open('/alerts?tab=rules');
  const yaml = page.waitForEvent('download');
  await page.getByTestId('rules-export-yaml').click();
  const file = await yaml;
  expect(file.suggestedFilename()).toBe('vigia-rules.yaml');
  expect(await readFile(await file.path(), 'utf8')).toContain('format: vigia-rules');
  const prometheus = page.waitForEvent('download');
  await page.getByTestId('rules-export-prometheus').click();
  expect((await prometheus).suggestedFilename()).toBe('vigia-prometheus-rules.yaml');
  await page.getByTestId('rules-import').click();
  await page.getByTestId('import-text').fill('rules: 7');
  await page.getByTestId('import-do').click();
  await expect(page.getByTestId('import-refused')).toContainText('rule 2: threshold');
  await page.getByTestId('import-file').setInputFiles({
    name: 'rules.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from('format: vigia-rules\nversion: 1\nrules: []\n'),
  });
  await expect(page.getByTestId('import-text')).toHaveValue(/version: 1/);
  await page.getByTestId('import-do').click();
  await expect(page.getByTestId('import-outcome')).toHaveText(/1 added, 1 changed, 1 as they were/);
});

test('offline, the last known alerts and rules stay in sight and nothing can be changed', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  engine.script.isBroken = true;
  const page = await open('/alerts');
  await expect(page.getByTestId('alert-workers')).toBeVisible();
  await page.getByTestId('alert-tabs').getByRole('button', { name: 'Rules' }).click();
  await expect(page.getByTestId('rule-workers')).toBeVisible();
  await engine.stop();
  await expect(page.getByTestId('rule-add')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByTestId('rule-workers')).toBeVisible();
  await page.getByTestId('alert-tabs').getByRole('button', { name: 'Now' }).click();
  await expect(page.getByTestId('alert-workers')).toBeVisible();
  await expect(page.getByTestId('acknowledge-workers')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByTestId('alerts-now').locator('[data-state=fresh]')).toHaveCount(0);
});

test('offline, that nothing fired is said of the past and with no green light', async ({
  open,
  engine,
  expectedErrors,
}) => {
  expectedErrors.push(engineGone);
  engine.script.alerts.changeNow = (alerts) => alerts.map((alert) => ({ ...alert, state: 'inactive' }));
  const page = await open('/alerts');
  await expect(page.getByTestId('alerts-now')).toContainText('Nothing fires.');
  await engine.stop();
  await expect(page.getByTestId('alerts-now')).toContainText('When the engine was last heard of, nothing fired.');
  await expect(page.getByTestId('alerts-now')).not.toContainText('Nothing fires.');
});

test('the history is searched, filtered and loaded as it is scrolled', async ({ open }) => {
  const page = await open('/alerts?tab=history');
  const history = page.getByTestId('alert-history');
  await expect(history).toContainText('420 changes');
  const box = history.getByRole('group');
  await expect(box.getByRole('row').nth(1)).toBeVisible();
  // Only what is in sight is drawn.
  expect(await box.getByRole('row').count()).toBeLessThan(60);
  await box.focus();
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(page.getByTestId('transition-1')).toBeVisible({ timeout: 300 });
  }).toPass();
  await page.getByTestId('history-search').fill('hit rate');
  await expect(history).toContainText('210 changes');
  await page.getByTestId('history-state').selectOption('firing');
  await expect(history).toContainText('105 changes');
  await page.getByTestId('history-search').fill('nothing like it');
  await expect(history).toContainText('No change of state matches.');
  await page.getByTestId('history-search').fill('');
  await page.getByTestId('history-severity').selectOption('critical');
  await expect(history).toContainText('105 changes');
  await expect(history.getByRole('row', { name: /Cache hit rate/ })).toHaveCount(0);
  await page.reload();
  await expect(page.getByTestId('history-severity')).toHaveValue('critical');
});

test('the past is a line for each rule, a square for each day and figures by rule, with what nobody saw', async ({
  open,
}) => {
  const page = await open('/alerts?tab=history');
  const lanes = page.getByTestId('firing-lanes');
  await expect(lanes.getByRole('img')).toHaveCount(2);
  await expect(lanes).toContainText('7 h');
  const row = page.getByTestId('alert-figures').getByRole('row', { name: /Workers available/ });
  await expect(row).toContainText(/2.*7 h.*4 min.*2 h/);
  const days = page.getByTestId('firing-calendar').getByRole('listitem');
  await expect(days).toHaveCount(8);
  await expect(days.filter({ hasText: 'firing,' })).not.toHaveCount(0);
  await expect(page.getByTestId('alert-gaps')).toContainText('this machine slept');
  await expect(page.getByTestId('alert-gaps')).toContainText('2 h');
  await page.getByTestId('history-span').getByRole('button', { name: '24 h' }).click();
  await expect(lanes.getByRole('img')).toHaveCount(1);
  await lanes.getByRole('button', { name: 'Workers available < 2' }).click();
  await expect(page.getByTestId('history-rule')).toHaveValue('workers');
  await expect(page.getByTestId('alert-history')).toContainText('210 changes');
  expect(new URL(page.url()).hash).toContain('rule=workers');
});

test('one change is opened with its evidence, chain, acknowledgement, notifications and neighbours', async ({
  open,
}) => {
  const page = await open('/alerts?tab=history');
  await page.getByTestId('transition-419').getByRole('button').click();
  const detail = page.getByTestId('transition-detail');
  await expect(detail).toContainText('mean of 5 min: 0 workers, 60 samples');
  await expect(detail).toContainText('Cause: Redis (broker) cannot be reached');
  await expect(page.getByTestId('cause-chain').getByRole('listitem')).toHaveCount(2);
  await expect(detail).toContainText('acknowledged by ana');
  await expect(page.getByTestId('transition-notifications')).toContainText(/On call\s*sent/);
  await expect(page.getByTestId('transition-notifications')).toContainText(/removed channel\s*given up.*ECONNREFUSED/);
  await detail.getByRole('button', { name: 'resolved' }).first().click();
  await expect(page).toHaveURL(/change=(416|420)/);
  await page.keyboard.press('Escape');
  await expect(detail).toHaveCount(0);
});

test('what a search finds is written whole, as CSV and as JSON', async ({ open }) => {
  const page = await open('/alerts?tab=history');
  await page.getByTestId('history-search').fill('hit rate');
  await expect(page.getByTestId('alert-history')).toContainText('210 changes');
  const csv = page.waitForEvent('download');
  await page.getByTestId('history-export-csv').click();
  const lines = (await readFile(await (await csv).path(), 'utf8')).trim().split('\r\n');
  expect(lines).toHaveLength(211);
  expect(lines[0]).toMatch(/^id,at,ruleId,title/);
  await expect(page.getByTestId('export-outcome')).toContainText('210 changes written to vigia-alerts.csv');
  const json = page.waitForEvent('download');
  await page.getByTestId('history-export-json').click();
  const file = JSON.parse(await readFile(await (await json).path(), 'utf8')) as { transitions: unknown[] };
  expect(file.transitions).toHaveLength(210);
});

test('how long the history is kept is shown with its real size, changed within bounds, and taken back', async ({
  open,
  engine,
}) => {
  const page = await open('/alerts?tab=history');
  const card = page.getByTestId('alert-retention');
  await expect(card).toContainText('730 days, 64.0 MB at most.');
  await expect(card).toContainText('12,408 changes now, about 8.0 MB');
  await page.getByTestId('retention-change').click();
  await page.getByTestId('retention-days').fill('3');
  await expect(page.getByTestId('confirm')).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByRole('dialog')).toContainText('a whole number from 7 to 3650');
  await page.getByTestId('retention-days').fill('90');
  await page.getByTestId('retention-megabytes').fill('16');
  await page.getByTestId('confirm').click();
  await expect(card).toContainText('90 days, 16.0 MB at most.');
  expect(engine.script.alerts.retention).toMatchObject({ keepMs: 90 * 86_400_000, isDefault: false });
  await page.getByTestId('retention-change').click();
  await page.getByTestId('retention-reset').click();
  await expect(card).toContainText('730 days');
});
