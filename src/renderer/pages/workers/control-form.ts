/** What must be entered before a Celery worker is told something: fields, and the action they make or why they do not. */
import type { CallInput } from '../../../shared/contract.ts';

type Action = CallInput<'celery.control'>['action'];

/** What is asked for; the rest is known where the button stands. */
export type ControlForm =
  | { readonly kind: 'pool_grow' | 'pool_shrink'; readonly size: number | null }
  | { readonly kind: 'autoscale'; readonly min: number; readonly max: number }
  | { readonly kind: 'rate_limit'; readonly task: string; readonly rate: string | null }
  | {
      readonly kind: 'time_limit';
      readonly task: string;
      readonly softS: number | null;
      readonly hardS: number | null;
    }
  | { readonly kind: 'add_consumer' }
  | { readonly kind: 'terminate'; readonly taskId: string };

/** A command as it is, or one that something must be entered for first. */
export type Wanted = { readonly action: Action } | { readonly form: ControlForm };

export type FieldName =
  | 'by'
  | 'min'
  | 'max'
  | 'rate'
  | 'soft'
  | 'hard'
  | 'queue'
  | 'exchange'
  | 'exchangeType'
  | 'routingKey'
  | 'signal';

export interface Field {
  readonly name: FieldName;
  readonly initial: string;
  /** Only one of these. */
  readonly choices?: readonly string[];
}

export type FormProblem = 'by' | 'shrink' | 'range' | 'rate' | 'seconds' | 'softOverHard' | 'queue';
type Texts = Readonly<Partial<Record<FieldName, string>>>;

const signals = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT', 'SIGUSR1'] as const;
const exchangeTypes = ['direct', 'topic', 'fanout'] as const;
/** Source: celery.utils.time.rate; what does not fit would be answered with an error. */
const ratePattern = /^\d+(\.\d+)?(\/[smh])?$/;

export function fieldsOf(form: ControlForm): readonly Field[] {
  const text = (value: number | string | null): string => (value === null ? '' : String(value));
  switch (form.kind) {
    case 'pool_grow':
    case 'pool_shrink':
      return [{ name: 'by', initial: '1' }];
    case 'autoscale':
      return [
        { name: 'min', initial: text(form.min) },
        { name: 'max', initial: text(form.max) },
      ];
    case 'rate_limit':
      return [{ name: 'rate', initial: text(form.rate) }];
    case 'time_limit':
      return [
        { name: 'soft', initial: text(form.softS) },
        { name: 'hard', initial: text(form.hardS) },
      ];
    case 'add_consumer':
      return [
        { name: 'queue', initial: '' },
        { name: 'exchange', initial: '' },
        { name: 'exchangeType', initial: 'direct', choices: exchangeTypes },
        { name: 'routingKey', initial: '' },
      ];
    case 'terminate':
      return [{ name: 'signal', initial: 'SIGTERM', choices: signals }];
  }
}

/** The action as far as it can be read; with a problem it must not be sent. */
export function readForm(
  form: ControlForm,
  texts: Texts,
): { readonly action: Action; readonly problem: FormProblem | null } {
  const entered = (name: FieldName): string => (texts[name] ?? '').trim();
  switch (form.kind) {
    case 'pool_grow':
    case 'pool_shrink':
      return poolAction(form, wholeOf(entered('by')));
    case 'autoscale': {
      const [min, max] = [wholeOf(entered('min')), wholeOf(entered('max'))];
      const fits = min !== null && max !== null && min <= max;
      return { action: { kind: 'autoscale', min: min ?? 1, max: max ?? 1 }, problem: fits ? null : 'range' };
    }
    case 'rate_limit': {
      const rate = entered('rate') === '' ? null : entered('rate');
      const fits = rate === null || ratePattern.test(rate);
      return { action: { kind: 'rate_limit', task: form.task, rate }, problem: fits ? null : 'rate' };
    }
    case 'time_limit':
      return timeAction(form.task, secondsOf(entered('soft')), secondsOf(entered('hard')));
    case 'add_consumer': {
      const { exchange, routingKey } = { exchange: entered('exchange'), routingKey: entered('routingKey') };
      const exchangeType = exchangeTypes.find((type) => type === entered('exchangeType')) ?? 'direct';
      const queue = entered('queue');
      const rest = { exchange: exchange || null, exchangeType, routingKey: routingKey || null };
      return { action: { kind: 'add_consumer', queue, ...rest }, problem: queue === '' ? 'queue' : null };
    }
    case 'terminate': {
      const signal = signals.find((each) => each === entered('signal')) ?? 'SIGTERM';
      return { action: { kind: 'revoke', taskIds: [form.taskId], terminate: true, signal }, problem: null };
    }
  }
}

function poolAction(
  { kind, size }: Extract<ControlForm, { kind: 'pool_grow' | 'pool_shrink' }>,
  by: number | null,
): { action: Action; problem: FormProblem | null } {
  const leavesNone = kind === 'pool_shrink' && by !== null && size !== null && size - by < 1;
  return { action: { kind, by: by ?? 1 }, problem: by === null ? 'by' : leavesNone ? 'shrink' : null };
}

/** `undefined`: it is no number of seconds. Empty takes the limit away. */
function timeAction(
  task: string,
  soft: number | null | undefined,
  hard: number | null | undefined,
): { action: Action; problem: FormProblem | null } {
  const action: Action = { kind: 'time_limit', task, softS: soft ?? null, hardS: hard ?? null };
  if (soft === undefined || hard === undefined) return { action, problem: 'seconds' };
  // The soft one would never come.
  return { action, problem: soft !== null && hard !== null && soft >= hard ? 'softOverHard' : null };
}

function wholeOf(text: string): number | null {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= 1_000 ? value : null;
}

function secondsOf(text: string): number | null | undefined {
  if (text === '') return null;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  return value > 0 && value <= 31_536_000 ? value : undefined;
}
