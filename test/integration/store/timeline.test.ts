/** The line of time in the local database: filters, pages and its ceiling. */
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { said } from '../../../engine/model/said.ts';
import { type TimelineQuery, timelineQuerySchema } from '../../../engine/model/timeline.ts';
import { migrations } from '../../../engine/store/migrations.ts';
import type { NewTimelineEvent } from '../../../engine/store/timeline-store.ts';
import { storeRoom } from '../../support/store-room.ts';

const startMs = Date.UTC(2026, 0, 15);

function event(atMs: number, change: Partial<NewTimelineEvent> = {}): NewTimelineEvent {
  const plain = { kind: 'redis', code: 'link_lost', tone: 'bad', subject: 'cache', detail: 'gone', count: 1 } as const;
  return { ...plain, atMs, untilMs: atMs, ...change };
}

const waits = said('happened_jobs_wait', { count: 3 });

const query = (change: Partial<TimelineQuery> = {}): TimelineQuery => timelineQuerySchema.parse(change);

it('is read by time, kind, tone and subject, newest first', async () => {
  const { timeline } = await storeRoom().open();
  timeline.append([
    event(startMs),
    event(startMs + 1, { kind: 'queue', code: 'queue_paused', tone: 'warning', subject: 'broker/bull:kpis' }),
    event(startMs + 2, { kind: 'alert', code: 'alert_firing', subject: 'rule' }),
  ]);
  const subjects = (change: Partial<TimelineQuery>) => timeline.read(query(change)).map(({ subject }) => subject);
  expect(subjects({})).toEqual(['rule', 'broker/bull:kpis', 'cache']);
  expect(subjects({ kinds: ['redis', 'queue'] })).toEqual(['broker/bull:kpis', 'cache']);
  expect(subjects({ tones: ['bad'] })).toEqual(['rule', 'cache']);
  expect(subjects({ subject: 'rule' })).toEqual(['rule']);
  expect(subjects({ fromMs: startMs + 1, toMs: startMs + 1 })).toEqual(['broker/bull:kpis']);
});

it('finds an event that began before the wanted time and lasted into it', async () => {
  const { timeline } = await storeRoom().open();
  const [id = 0] = timeline.append([event(startMs)]);
  timeline.prolong(id, { untilMs: startMs + 60_000, detail: 'still gone', said: waits, count: 12 });
  expect(timeline.read(query({ fromMs: startMs + 30_000 }))).toMatchObject([
    { detail: 'still gone', said: waits, count: 12 },
  ]);
});

it('is paged without a gap or a repetition, also where many happened at once', async () => {
  const { timeline } = await storeRoom().open();
  timeline.append(Array.from({ length: 50 }, (_, index) => event(startMs + Math.floor(index / 20))));
  const seen: number[] = [];
  let before: TimelineQuery['before'] = null;
  do {
    const page = timeline.read(query({ before, limit: 7 }));
    seen.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    before = last === undefined ? null : { atMs: last.atMs, id: last.id };
  } while (before !== null);
  expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => 50 - index));
});

it('never holds more than its ceiling and one round of checking, and lets the oldest go', async () => {
  const { timeline } = await storeRoom().open({ timelineCount: 300 });
  for (let i = 0; i < 40; i += 1) {
    timeline.append(Array.from({ length: 50 }, (_, index) => event(startMs + i * 50 + index)));
    expect(timeline.read({ ...query(), limit: 10_000 }).length).toBeLessThanOrEqual(500);
  }
  const kept = timeline.read({ ...query(), limit: 10_000 });
  expect(kept.length).toBe(300);
  expect(kept[0]?.atMs).toBe(startMs + 1_999);
  expect(kept.at(-1)?.atMs).toBe(startMs + 1_700);
});

it('gives up what is past its age, and survives a restart', async () => {
  const room = storeRoom();
  const first = await room.open();
  first.timeline.append([event(room.clock.now() - 91 * 24 * 3_600_000), event(room.clock.now())]);
  expect(await first.prune()).toMatchObject({ timeline: 1 });
  first.close();
  const second = await room.open();
  expect(second.timeline.read(query())).toHaveLength(1);
});

it('keeps what is said as a code with its figures, and what an alert rests on, through a restart', async () => {
  const room = storeRoom();
  const alert = { title: 'Too few', evidence: '1 of 2', facts: null };
  const first = await room.open();
  first.timeline.append([event(startMs, { said: waits }), event(startMs + 1, { alert }), event(startMs + 2)]);
  first.close();
  const { timeline } = await room.open();
  expect(timeline.read(query()).map((each) => [each.said, each.alert])).toEqual([
    [null, null],
    [null, alert],
    [waits, null],
  ]);
});

it('reads the rows of a version that knew only English, and of a later one with codes that are not known here', async () => {
  const room = storeRoom();
  const older = await room.open({ migrations: migrations.filter(({ version }) => version < 14) });
  older.close();
  const columns = 'at_ms, until_ms, kind, code, tone, subject, detail, count';
  const database = new Database(room.file);
  database.exec(
    `INSERT INTO timeline_event (${columns}) VALUES (1, 1, 'redis', 'link_lost', 'bad', 'cache', 'gone', 1)`,
  );
  database.close();
  const upgraded = await room.open();
  upgraded.timeline.append([event(startMs, { said: waits })]);
  upgraded.close();
  const later = new Database(room.file);
  later.exec(`UPDATE timeline_event SET said = '{"code":"of_tomorrow","values":{}}' WHERE at_ms = ${startMs}`);
  later.close();
  const { timeline } = await room.open();
  expect(timeline.read(query())).toMatchObject([
    { atMs: startMs, detail: 'gone', said: null },
    { atMs: 1, code: 'link_lost', detail: 'gone', said: null, alert: null },
  ]);
});
