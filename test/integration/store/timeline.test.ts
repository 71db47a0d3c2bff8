/** The line of time in the local database: filters, pages and its ceiling. */
import { expect, it } from 'vitest';
import { type TimelineQuery, timelineQuerySchema } from '../../../engine/model/timeline.ts';
import type { NewTimelineEvent } from '../../../engine/store/timeline-store.ts';
import { storeRoom } from '../../support/store-room.ts';

const startMs = Date.UTC(2026, 0, 15);

function event(atMs: number, change: Partial<NewTimelineEvent> = {}): NewTimelineEvent {
  const plain = { kind: 'redis', code: 'link_lost', tone: 'bad', subject: 'cache', detail: 'gone', count: 1 } as const;
  return { ...plain, atMs, untilMs: atMs, ...change };
}

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
  timeline.prolong(id, { untilMs: startMs + 60_000, detail: 'still gone', count: 12 });
  expect(timeline.read(query({ fromMs: startMs + 30_000 }))).toMatchObject([{ detail: 'still gone', count: 12 }]);
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
