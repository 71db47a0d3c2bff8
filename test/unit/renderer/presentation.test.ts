/** What the screen makes of answers: states, gaps, order, sorting, search and exports. */
import { describe, expect, it } from 'vitest';
import { dashboardAsCsv, dashboardAsJson } from '../../../src/renderer/pages/kpis/export.ts';
import { humanName, inOrder } from '../../../src/renderer/pages/kpis/known.ts';
import { longestGapMs } from '../../../src/renderer/pages/overview/overview-model.ts';
import { isStale, stateKind } from '../../../src/renderer/ui/freshness.ts';
import { matching } from '../../../src/renderer/ui/Listbox.tsx';
import { gapsOf, isInSight, lineOf } from '../../../src/renderer/ui/Sparkline.tsx';
import { sortRows } from '../../../src/renderer/ui/Table.tsx';
import { expectedFor, section, view } from '../../support/console-figures.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);
const { freshness } = section('kpis', nowMs, expectedFor({}));

describe('state of a value', () => {
  it('is refreshing or failed before it is stale', () => {
    const stale = { ...freshness, state: 'stale' as const };
    expect(stateKind(stale, false, true)).toBe('stale');
    expect(
      stateKind({ ...stale, refresh: { status: 'running', taskId: 't', progress: 0, sinceMs: 0 } }, false, true),
    ).toBe('refreshing');
    expect(
      stateKind({ ...stale, refresh: { status: 'failed', times: 3, lastError: '', nextTryAtMs: null } }, false, true),
    ).toBe('failed');
  });

  it('turns stale on screen when its time runs out, without an answer', () => {
    expect(isStale(freshness, nowMs)).toBe(false);
    expect(isStale(freshness, (freshness.freshUntilMs ?? 0) + 1)).toBe(true);
    expect(stateKind(freshness, false, true)).toBe('stale');
  });

  it('is last known whenever the engine cannot be asked, and unknown where nothing is known', () => {
    expect(stateKind(freshness, true, false)).toBe('expired');
    expect(stateKind({ ...freshness, state: 'missing' }, true, false)).toBe('unknown');
  });
});

describe('sparkline', () => {
  it('lifts the pen at a gap instead of joining its edges', () => {
    const line = lineOf(
      [1, 2, null, 3, 4],
      (index) => index,
      (value) => value,
    );
    expect(line).toBe('M0.0 1.0L1.0 2.0M3.0 3.0L4.0 4.0');
    expect(gapsOf([1, 2, null, null, 3])).toEqual([[1, 4]]);
    expect(gapsOf([1, null])).toEqual([[0, 1]]);
  });

  it('draws a limit unless it would flatten the line', () => {
    expect(isInSight([1.8, 2.2], 2_000)).toBe(false);
    expect(isInSight([0.97], 0.8)).toBe(true);
    expect(isInSight([0, 0], 2)).toBe(true);
  });

  it('tells how long nothing was seen', () => {
    const points = [1, null, null, null, 5].map((value, index) => ({ atMs: index * 60_000, value }));
    expect(longestGapMs(points)).toBe(120_000);
  });
});

describe('order', () => {
  it('puts the named first and leaves nothing out', () => {
    expect(inOrder(['new_kpi', 'b', 'a'], ['a', 'b', 'absent'])).toEqual(['a', 'b', 'new_kpi']);
    expect(humanName('new_kpi')).toBe('New kpi');
  });

  it('sorts what is unknown last in both directions', () => {
    const columns = [{ id: 'v', header: 'v', render: () => '', sortValue: (row: { v: number | null }) => row.v }];
    const rows = [{ v: 2 }, { v: null }, { v: 10 }];
    const sorted = (direction: 'ascending' | 'descending') =>
      sortRows(rows, columns, { columnId: 'v', direction }).map(({ v }) => v);
    expect(sorted('ascending')).toEqual([2, 10, null]);
    expect(sorted('descending')).toEqual([10, 2, null]);
  });

  it('finds by words without their accents, in any order', () => {
    const options = [
      { id: '1', title: 'Energía Maipo', hint: 'Client' },
      { id: '2', title: 'Minera Ñuble' },
    ];
    expect(matching(options, 'maipo energia').map(({ id }) => id)).toEqual(['1']);
    expect(matching(options, 'nuble').map(({ id }) => id)).toEqual(['2']);
    expect(matching(options, 'client').map(({ id }) => id)).toEqual(['1']);
  });
});

describe('export', () => {
  const options = { exportedAtMs: nowMs, isLive: false, labelOf: (id: string) => `=${id}` };

  it('gives every figure with its state and both ages', () => {
    const csv = dashboardAsCsv(view(nowMs, {}), options);
    const line = csv.split('\r\n').find((each) => each.startsWith('essentials,dso_days,'));
    expect(line).toContain('61.79099468109519,days,45,');
    expect(line).toContain(',last known,2026-11-22T00:00:00.000Z,2026-11-22T11:59:20.000Z');
    expect(csv).toContain('table,ageing,state,last known,computed_at,');
  });

  it('keeps a spreadsheet from running a text as a formula, and quotes what needs it', () => {
    const csv = dashboardAsCsv({ ...view(nowMs, {}), pack: 'a "b", c' }, options);
    expect(csv).toContain(`'=dso_days`);
    expect(csv).toContain('pack,"a ""b"", c"');
  });

  it('gives as JSON what was shown, with when and whether it was live', () => {
    expect(JSON.parse(dashboardAsJson(view(nowMs, {}), options))).toMatchObject({
      exportedAt: '2026-11-22T12:00:00.000Z',
      isLive: false,
      asOf: '2026-11-22',
    });
  });
});
