/** Numbers, money, changes and times as each language writes them. */
import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatDataTime,
  formatDuration,
  formatIsoDate,
  formatIsoMonth,
} from '../../../src/renderer/format/dates.ts';
import {
  type FigureView,
  formatChange,
  formatLimit,
  formatMillions,
  formatNumber,
  formatQuantity,
} from '../../../src/renderer/format/numbers.ts';

const figure = (change: Partial<FigureView>): FigureView => ({
  value: 110,
  unit: 'CLP',
  noDataReason: null,
  target: null,
  better: null,
  previous: 100,
  previousLabel: null,
  trend: [],
  ...change,
});

describe('numbers', () => {
  it('groups thousands with points in Spanish, also with four digits', () => {
    expect(formatNumber('es', 9584)).toBe('9.584');
    expect(formatNumber('en', 9584)).toBe('9,584');
    expect(formatNumber('es', 61.79, 1)).toBe('61,8');
  });

  it('writes a real minus and never a negative zero', () => {
    expect(formatNumber('en', -1.5, 1)).toBe('−1.5');
    expect(formatNumber('en', -0.04, 1)).toBe('0.0');
  });

  it.each([
    [9_583_704_000, '9.584'],
    [97_400_000, '97,4'],
    [380_000, '0,38'],
    [0, '0,0'],
    [-2_355_000_000, '−2.355'],
  ])('writes %d pesos in millions as %s', (clp, text) => {
    expect(formatMillions('es', clp)).toBe(text);
  });

  it('writes ratios as percent and counts whole', () => {
    expect(formatQuantity('en', 0.8348, 'ratio', 'days')).toEqual({ text: '83.5', unit: '%' });
    expect(formatQuantity('en', 112, 'count', 'days')).toEqual({ text: '112', unit: '' });
  });

  it('writes a round target without decimals', () => {
    expect(formatLimit('en', 0.95, 'ratio', 'days').text).toBe('95');
    expect(formatLimit('en', 45, 'days', 'days').text).toBe('45');
    expect(formatLimit('en', 0.925, 'ratio', 'days').text).toBe('92.5');
  });
});

describe('change against the previous period', () => {
  it('is a percentage for money, points for ratios, the difference for days', () => {
    expect(formatChange('en', figure({}))?.text).toBe('+10.0 %');
    expect(formatChange('en', figure({ unit: 'ratio', value: 0.5, previous: 0.55 }))?.text).toBe('−5.0 pp');
    expect(formatChange('en', figure({ unit: 'days', value: 61.8, previous: 60.2 }))?.text).toBe('+1.6');
  });

  it('is unknown without both values, and without a base to divide by', () => {
    expect(formatChange('en', figure({ previous: null }))).toBeNull();
    expect(formatChange('en', figure({ value: null }))).toBeNull();
    expect(formatChange('en', figure({ previous: 0 }))).toBeNull();
  });

  it('says better or worse only where one direction is good and something moved', () => {
    expect(formatChange('en', figure({ better: 'lower' }))?.verdict).toBe('worse');
    expect(formatChange('en', figure({ better: 'higher' }))?.verdict).toBe('better');
    expect(formatChange('en', figure({ better: 'higher', value: 100 }))).toMatchObject({
      direction: 'same',
      verdict: null,
    });
    expect(formatChange('en', figure({}))?.verdict).toBeNull();
  });
});

describe('times', () => {
  it.each([
    [900, '0 s'],
    [43_000, '43 s'],
    [720_000, '12 min'],
    [3_660_000, '1 h 1 min'],
    [183_600_000, '2 d 3 h'],
  ])('writes a duration of %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('writes ages in words of the language', () => {
    expect(formatAge('en', 0, 720_000)).toBe('12 min ago');
    expect(formatAge('es', 0, 720_000)).toBe('hace 12 min');
    expect(formatAge('en', 5_000, 0)).toBe('just now');
  });

  it('keeps an ISO date on its day in every time zone', () => {
    expect(formatIsoDate('en', '2026-11-22')).toBe('22 Nov 2026');
    expect(formatIsoMonth('en', '2026-01')).toBe('Jan');
    expect(formatIsoDate('en', 'no date')).toBe('no date');
  });

  it('shows data that reaches to a whole day as that day, without a time nobody knows', () => {
    expect(formatDataTime('en', Date.UTC(2026, 10, 22), Date.UTC(2026, 10, 23))).toBe('22 Nov 2026');
    expect(formatDataTime('en', Date.UTC(2026, 10, 22, 14, 30), Date.UTC(2026, 10, 23))).toMatch(/\d\d:\d\d/);
  });
});
