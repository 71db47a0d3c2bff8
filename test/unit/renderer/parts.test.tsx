/** The shared parts: what their keys, trees, gaps and addresses make of what they are given, and what they say of themselves. */
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { createFormat, FormatContext } from '../../../src/renderer/format/use-format.ts';
import { startTexts } from '../../../src/renderer/i18n/i18n.ts';
import { changedQuery } from '../../../src/renderer/state/address.ts';
import { createServices, ServicesContext } from '../../../src/renderer/state/services.ts';
import { createEngineLink } from '../../../src/renderer/transport/link.ts';
import { ConfirmDialog } from '../../../src/renderer/ui/ConfirmDialog.tsx';
import { TimeSeriesChart } from '../../../src/renderer/ui/charts/TimeSeriesChart.tsx';
import { gapSpans, lookOf, timeTicks } from '../../../src/renderer/ui/charts/time-series.ts';
import { Drawer } from '../../../src/renderer/ui/Drawer.tsx';
import { EmptyState } from '../../../src/renderer/ui/EmptyState.tsx';
import { JsonTree } from '../../../src/renderer/ui/JsonTree.tsx';
import {
  ancestorsOf,
  containersOf,
  findInJson,
  type Json,
  linesOf,
  openAtFirst,
} from '../../../src/renderer/ui/json-lines.ts';
import { SearchField } from '../../../src/renderer/ui/SearchField.tsx';
import { SegmentedFilter } from '../../../src/renderer/ui/SegmentedFilter.tsx';
import { SelectFilter } from '../../../src/renderer/ui/SelectFilter.tsx';
import { nextRow, selectRows } from '../../../src/renderer/ui/use-grid-keys.ts';
import { VirtualTable } from '../../../src/renderer/ui/VirtualTable.tsx';
import { manualBrowserClock } from './manual-browser-clock.ts';

describe('address', () => {
  it('changes what is named, keeps the rest, and leaves out what is empty', () => {
    expect(changedQuery('layer=kpis&layer=charts&q=a', { q: 'b c', state: ['stale', 'fresh'] })).toBe(
      'layer=kpis&layer=charts&q=b+c&state=stale&state=fresh',
    );
    expect(changedQuery('layer=kpis&q=a', { layer: [], q: '', entry: null })).toBe('');
  });
});

describe('grid keys', () => {
  it('stay within the rows, whatever their number', () => {
    expect(nextRow('ArrowDown', -1, 3, 10)).toBe(0);
    expect(nextRow('ArrowDown', 2, 3, 10)).toBe(2);
    expect(nextRow('PageUp', 5, 100_000, 10)).toBe(0);
    expect(nextRow('End', 5, 100_000, 10)).toBe(99_999);
    expect(nextRow('ArrowDown', -1, 0, 10)).toBeNull();
    expect(nextRow('x', 1, 3, 10)).toBeNull();
  });

  it('turn one row over, add a range, and pass over rows that are not there yet', () => {
    expect([...selectRows(new Set(['a']), ['a'], false)]).toEqual([]);
    expect([...selectRows(new Set(['a']), ['a', null, 'c'], true)]).toEqual(['a', 'c']);
  });
});

const value: Json = { name: 'Ñuble', list: [1, { 'a/b': null, 'c~d': 'Maipo' }], empty: {} };

describe('json lines', () => {
  it('hold only what is open', () => {
    expect(linesOf(value, new Set()).map(({ path }) => path)).toEqual(['']);
    expect(linesOf(value, new Set(['', '/list'])).map(({ path, depth }) => `${depth}${path}`)).toEqual([
      '0',
      '1/name',
      '1/list',
      '2/list/0',
      '2/list/1',
      '1/empty',
    ]);
  });

  it('are opened level by level while they fit', () => {
    expect([...openAtFirst(value, 4)]).toEqual(['']);
    expect([...openAtFirst(value, 7)]).toEqual(['', '/name', '/list', '/empty']);
    expect([...openAtFirst(7, 7)]).toEqual(['']);
    expect([...containersOf(value, 100)]).toEqual(['', '/list', '/list/1', '/empty']);
    expect(containersOf(value, 2).size).toBe(2);
  });

  it('are found by key and by value in their order, with what must be open to see them', () => {
    expect(findInJson(value, 'MAIPO', 10)).toEqual(['/list/1/c~0d']);
    expect(findInJson(value, 'null', 10)).toEqual(['/list/1/a~1b']);
    expect(findInJson(value, 'a', 2)).toEqual(['/name', '/list/1/a~1b']);
    expect(findInJson(value, ' ', 10)).toEqual([]);
    expect(ancestorsOf('/list/1/a~1b')).toEqual(['', '/list', '/list/1']);
    expect(ancestorsOf('')).toEqual([]);
  });
});

describe('time series', () => {
  const points = (values: (number | null)[]): { atMs: number; value: number | null }[] =>
    values.map((each, index) => ({ atMs: index, value: each }));

  it('has a gap only where no line has a value and some line had one before and after', () => {
    const series = (values: (number | null)[]) => ({ id: 'a', label: 'a', points: points(values) });
    expect(gapSpans([series([null, 1, null, null, 2, null])])).toEqual([[1, 4]]);
    expect(gapSpans([series([1, null, 2]), series([null, 1, null])])).toEqual([]);
    expect(gapSpans([])).toEqual([]);
  });

  it('is ticked at round moments within its span', () => {
    const hourMs = 3_600_000;
    const fromMs = Date.UTC(2026, 10, 22, 12, 7);
    const ticks = timeTicks(fromMs, fromMs + hourMs, 8);
    expect(ticks).toHaveLength(6);
    expect(ticks.every((atMs) => atMs % 600_000 === 0 && atMs >= fromMs && atMs <= fromMs + hourMs)).toBe(true);
  });

  it('tells four lines apart by hue and by dash', () => {
    const looks = [0, 1, 2, 3].map(lookOf);
    expect(new Set(looks.map(({ color }) => color)).size).toBe(4);
    expect(new Set(looks.map(({ dash }) => dash.join(' '))).size).toBe(4);
  });
});

function html(element: ReactElement): string {
  startTexts('en');
  const clock = manualBrowserClock();
  const storage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  const page = { localStorage: storage, navigator: { language: 'en' }, document: { hidden: false } };
  const bridge = { call: () => new Promise<never>(() => undefined), onTopic: () => () => undefined };
  const connection = {
    bridge,
    link: createEngineLink(clock.now(), 'connected'),
    retryNow: () => undefined,
    signIn: () => undefined,
  };
  const services = createServices(page as unknown as Window, connection, clock);
  return renderToStaticMarkup(
    <ServicesContext value={services}>
      <FormatContext value={createFormat('en', 'days')}>{element}</FormatContext>
    </ServicesContext>,
  );
}

const nothing = (): void => undefined;

describe('what the parts say of themselves', () => {
  it('a grid names itself and counts all its rows although it draws few', () => {
    const columns = [{ id: 'n', header: 'Number', render: (row: { n: number }) => row.n, isSortable: true }];
    const table = html(
      <VirtualTable
        caption="Numbers"
        columns={columns}
        rowCount={100_000}
        rowAt={(index) => ({ n: index })}
        rowKey={({ n }) => String(n)}
        empty={null}
        onSort={nothing}
        sorting={{ columnId: 'n', direction: 'descending' }}
        heightPx={320}
      />,
    );
    expect(table).toContain('role="grid"');
    expect(table).toContain('aria-rowcount="100001"');
    expect(table).toContain('aria-sort="descending"');
  });

  it('a dangerous question keeps its button shut until the word is typed, and says what it costs', () => {
    const dialog = html(
      <ConfirmDialog
        title="Clear"
        confirmLabel="Clear it"
        typed="kpis"
        facts={[{ name: 'Entries', value: '12' }]}
        isRunning={false}
        error={null}
        onConfirm={nothing}
        onClose={nothing}
      />,
    );
    expect(dialog).toMatch(/aria-disabled="true"[^>]*title="Type “kpis” first\."|title="Type “kpis” first\."/);
    expect(dialog).toContain('<dd>12</dd>');
  });

  it('a drawer is named by its title; an empty place is a status and a failed one an alert', () => {
    const drawer = html(
      <Drawer title="Entry" contentKey="e" onClose={nothing}>
        <JsonTree label="Payload" value={value} />
      </Drawer>,
    );
    expect(drawer).toMatch(/role="dialog" aria-labelledby="([^"]+)".*<h2 id="\1"/);
    expect(drawer).toContain('role="tree"');
    expect(html(<EmptyState icon="empty" title="Nothing" />)).toContain('role="status"');
    expect(html(<EmptyState icon="failed" title="No" kind="failed" />)).toContain('role="alert"');
  });

  it('filters say what they are set to, also what nothing has any more', () => {
    expect(html(<SelectFilter label="Layer" options={[]} chosen={['old']} onChange={nothing} />)).toMatch(
      /chip is-set.*Layer <b>old<\/b>/,
    );
    const segments = html(
      <SegmentedFilter
        label="W"
        options={[
          { id: 'a', title: 'A' },
          { id: 'b', title: 'B' },
        ]}
        value="b"
        onChange={nothing}
      />,
    );
    expect(segments).toContain('aria-pressed="false">A');
    expect(segments).toContain('aria-pressed="true">B');
    expect(html(<SearchField label="Search" value="abc" onChange={nothing} />)).toContain('value="abc"');
  });

  it('a chart without a value says so instead of drawing nothing', () => {
    const chart = html(
      <TimeSeriesChart
        label="Rate"
        series={[{ id: 'a', label: 'A', points: [{ atMs: 1, value: null }] }]}
        fromMs={0}
        toMs={2}
        formatValue={String}
        heightPx={100}
      />,
    );
    expect(chart).toContain('Nothing measured in this time.');
  });
});
