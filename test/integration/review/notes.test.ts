/** Notes that keep the KPI as it stood, what is true of it now, looks by sitting, and what can be reached over restarts. */
import { describe, expect, it } from 'vitest';
import { day, hour, minute, reviewNow as now, reviewRoom } from '../../support/review-room.ts';

const draft = { kind: 'question', words: 'Why so high?', kpiId: 'dso_days', filters: {}, atMs: null, who: '' } as const;

describe('a note', () => {
  it('keeps value, ages, state, filters and what could not be reached, whatever comes later', async () => {
    const { notes, save, around, clock } = await reviewRoom();
    save('essentials', now - 2 * day, { dso_days: 52 }, { cliente: 'Andes' });
    around.cache = 'unreachable';
    around.sourceReachable = false;
    await notes.add({ ...draft, filters: { cliente: 'Andes' } }, 'reviewer');
    await clock.advance(hour);
    save('essentials', clock.now(), { dso_days: 44 }, { cliente: 'Andes' });
    const [reviewed] = await notes.list();
    expect(reviewed?.note).toMatchObject({
      kind: 'question',
      who: 'reviewer',
      atMs: now,
      words: 'Why so high?',
      asStood: {
        figure: { value: 52, unit: 'days' },
        state: 'expired',
        computedAtMs: now - 2 * day,
        dataAsOfMs: now - 2 * day - hour,
        filters: { cliente: 'Andes' },
        source: 'demo',
        unreachable: ['cache', 'source'],
      },
    });
    expect(reviewed?.now).toMatchObject({ verdict: 'changed', figure: { value: 44 }, computedAtMs: now + hour });
  });

  it('says when the value is the same, was not computed since, or cannot be known', async () => {
    const { notes, save, around, clock } = await reviewRoom();
    const verdict = async () => (await notes.list())[0]?.now.verdict;
    save('essentials', now - hour, { dso_days: 52 });
    await notes.add(draft, 'reviewer');
    expect(await verdict()).toBe('not-computed-since');
    await clock.advance(hour);
    save('essentials', clock.now(), { dso_days: 52 });
    expect(await verdict()).toBe('same');
    around.fails = 'nothing can be read';
    expect((await notes.list())[0]?.now).toMatchObject({ verdict: 'unknown', problem: 'nothing can be read' });
  });

  it('can be on an instant of the past', async () => {
    const { notes, save } = await reviewRoom();
    save('essentials', now - 3 * hour, { dso_days: 60 });
    save('essentials', now - hour, { dso_days: 40 });
    const note = await notes.add({ ...draft, atMs: now - 2 * hour }, 'reviewer');
    expect(note.asStood).toMatchObject({ atMs: now - 2 * hour, figure: { value: 60 } });
  });

  it('is refused on what nobody knows, and without words unless it accepts', async () => {
    const { notes, save } = await reviewRoom();
    await expect(notes.add({ ...draft, kpiId: 'x_none' }, 'r')).rejects.toMatchObject({ code: 'REVIEW_KPI_UNKNOWN' });
    save('essentials', now, { dso_days: 1 });
    await expect(notes.add({ ...draft, words: '' }, 'r')).rejects.toMatchObject({ code: 'CALL_INPUT_INVALID' });
    await expect(notes.add({ ...draft, kind: 'acceptance', words: '' }, 'r')).resolves.toMatchObject({ words: '' });
  });

  it('is closed once, with its answer, and can be removed', async () => {
    const { notes, save } = await reviewRoom();
    save('essentials', now, { dso_days: 1 });
    const { id } = await notes.add(draft, 'r');
    notes.close(id, 'analyst', 'Two invoices were late');
    expect((await notes.list())[0]?.note).toMatchObject({
      closedBy: 'analyst',
      closedAtMs: now,
      answer: 'Two invoices were late',
    });
    expect(() => notes.close(id, 'analyst', 'again')).toThrow(/no open note/);
    notes.remove(id);
    expect(await notes.list()).toEqual([]);
    expect(() => notes.remove(id)).toThrow(/no open note/);
  });
});

describe('since my last look', () => {
  it('compares with the sitting before, however often one looks in this one', async () => {
    const { notes, save, clock } = await reviewRoom();
    const look = async () => notes.look({}, ['dso_days', 'x_none'], 'me');
    const values = () => notes.looks({}, 'me').map(({ kpiId, value, seenAtMs }) => [kpiId, value, seenAtMs]);
    save('essentials', now, { dso_days: 50 });
    expect(values()).toEqual([]);
    await look();
    expect(values()).toEqual([]);
    await clock.advance(2 * hour);
    save('essentials', clock.now(), { dso_days: 45 });
    expect(values()).toEqual([['dso_days', 50, now]]);
    await look();
    await clock.advance(10 * minute);
    save('essentials', clock.now(), { dso_days: 44 });
    await look();
    expect(values()).toEqual([['dso_days', 50, now]]);
    await clock.advance(hour);
    expect(values()).toEqual([['dso_days', 44, now + 2 * hour + 10 * minute]]);
  });

  it('is each person’s own, and each view’s', async () => {
    const { notes, save, clock } = await reviewRoom();
    save('essentials', now, { dso_days: 50 });
    await notes.look({}, ['dso_days'], 'me');
    await clock.advance(hour);
    expect(notes.looks({}, 'me')).toHaveLength(1);
    expect(notes.looks({}, 'you')).toEqual([]);
    expect(notes.looks({ cliente: 'Andes' }, 'me')).toEqual([]);
  });
});

describe('what can be reached', () => {
  it('is known since when, also by a program that was started when nothing could be reached any more', async () => {
    const room = await reviewRoom();
    await room.reach.look();
    room.around.cache = 'unreachable';
    room.around.sourceReachable = false;
    await room.clock.advance(day);
    const again = await reviewRoom({ clock: room.clock, store: room.store });
    again.around.cache = 'unreachable';
    again.around.sourceReachable = false;
    await again.reach.look();
    expect(again.reach.view().parts).toMatchObject([
      { id: 'cache', reachable: false, lastReachedAtMs: now },
      { id: 'broker', reachable: true },
      { id: 'source', reachable: false, lastReachedAtMs: now, sinceMs: now + day, problem: 'no route to host' },
    ]);
  });
});
