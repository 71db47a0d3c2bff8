/** The EDPs of a view as kinds with their sums: unpacks the rows of profile.sql and folds them into any figure. */
import type { Row } from '../../engine/sources/source.ts';
import type { Queries } from './queries.ts';
import { states } from './tables.ts';

/** One kind of EDP; the fields are explained in profile.sql. */
export interface Kind {
  /** The state by its canonical name, or whatever name it has. */
  readonly state: string;
  readonly code: number;
  readonly emitted: number | null;
  readonly paid: number | null;
  readonly age: number;
  readonly promise: number;
  readonly critical: boolean;
  /** 1 reworked, 0 not, -1 unknown. */
  readonly rework: number;
  readonly conformed: boolean;
  readonly fast: boolean;
  readonly stoodOpen: boolean;
  readonly stoodOverdue: boolean;
  readonly stoodCritical: boolean;
  readonly open: boolean;
  readonly closed: boolean;
  readonly n: number;
  readonly proposed: number;
  readonly approved: number;
  readonly amt: number;
  readonly amtDays: number;
  readonly approvedDays: number;
  readonly days: number;
  /** Epoch seconds of the newest change. */
  readonly touched: number | null;
}

type Measure = 'n' | 'proposed' | 'approved' | 'amt' | 'amtDays' | 'approvedDays' | 'days';

export class Profile {
  readonly kinds: readonly Kind[];

  constructor(kinds: readonly Kind[]) {
    this.kinds = kinds;
  }

  static async of(queries: Queries): Promise<Profile> {
    return queries.shared('profile', async (own) => new Profile((await own.run('profile')).map(toKind)));
  }

  only(test: (kind: Kind) => boolean): Profile {
    return new Profile(this.kinds.filter(test));
  }

  sum(measure: Measure, test: (kind: Kind) => boolean = () => true): number {
    return this.kinds.reduce((total, kind) => (test(kind) ? total + kind[measure] : total), 0);
  }

  count(test: (kind: Kind) => boolean = () => true): number {
    return this.sum('n', test);
  }

  /** Epoch milliseconds of the newest change; null over nothing. */
  get newestMs(): number | null {
    const newest = this.kinds.reduce(
      (latest, { touched }) => Math.max(latest, touched ?? latest),
      Number.NEGATIVE_INFINITY,
    );
    return Number.isFinite(newest) ? newest * 1000 : null;
  }
}

/** Null over an empty denominator: never 0 and never a stand-in. */
export function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}

export const isPaid = ({ code }: Kind): boolean => code === 1;
export const isOpen = ({ open }: Kind): boolean => open;
export const isClosed = ({ closed }: Kind): boolean => closed;
export const isDecided = ({ closed, code }: Kind): boolean => closed || code === 6;
export const isSent = ({ age }: Kind): boolean => age !== -1;
export const hasDays = ({ age }: Kind): boolean => age >= 0;
export const isOverdue = ({ open, promise }: Kind): boolean => open && promise === 1;

function toKind(row: Row): Kind {
  const { rest: code, digits } = unpack(number(row['kind']), [8, 2, 2, 3, 2, 8, 9]);
  const [stood = 0, fast, conformed, rework = 0, critical, promise = 0, age = 0] = digits;
  const other = row['other'];
  return {
    state: states[code - 1] ?? (typeof other === 'string' && other !== '' ? other : 'sin estado'),
    code,
    emitted: nullable(row['emitted']),
    paid: nullable(row['paid']),
    age: age - 2,
    promise,
    critical: critical === 1,
    rework: rework - 1,
    conformed: conformed === 1,
    fast: fast === 1,
    stoodOpen: stood > 0,
    stoodOverdue: ((stood - 1) & 2) !== 0 && stood > 0,
    stoodCritical: ((stood - 1) & 4) !== 0 && stood > 0,
    open: code >= 2 && code <= 5,
    closed: code === 1 || code === 2,
    n: number(row['n']),
    proposed: number(row['proposed']),
    approved: number(row['approved']),
    amt: number(row['amt']),
    amtDays: number(row['amt_days']),
    approvedDays: number(row['approved_days']),
    days: number(row['days']),
    touched: nullable(row['touched']),
  };
}

/** The digits of a number of mixed radices, the last one first, and what is left above them. */
function unpack(packed: number, radices: readonly number[]): { rest: number; digits: number[] } {
  let rest = packed;
  const digits = radices.map((radix) => {
    const digit = rest % radix;
    rest = Math.floor(rest / radix);
    return digit;
  });
  return { rest, digits };
}

function number(value: Row[string] | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function nullable(value: Row[string] | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
