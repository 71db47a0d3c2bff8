/** Sentences of the engine in a shape that a screen can say in its reader's language: a code, and the figures in it. */
import { z } from 'zod';
import { causeSaidCodes } from './said-causes.ts';
import { doctorSaidCodes } from './said-doctor.ts';
import { happenedSaidCodes } from './said-happened.ts';
import { noticeSaidCodes } from './said-notices.ts';
import { trialSaidCodes } from './said-trial.ts';

/** Every code has a text in each language of the console; a test holds it to that. */
export const saidCodes = [
  'rows',
  'source_label',
  'source_demo',
  'queries_p95',
  'problem',
  'workers_consuming',
  'workers_busy',
  'workers_wedged',
  'workers_unknown',
  'oldest_job_waits',
  'nothing_waits',
  'queue_waits',
  'jobs_failed',
  'hit_rate',
  'memory_used',
  'entries',
  'values',
  'oldest_value',
  'data_to',
  'flow_queries',
  'flow_jobs',
  'flow_writes',
  'flow_reads',
  'word_available',
  'word_last_known',
  'word_failing',
  'word_stale',
  'word_missing',
  'source_unreachable',
  'no_worker_runs',
  'workers_starting',
  'slots_partly',
  'queues_unseen',
  'may_evict',
  'oldest_job_is_old',
  'cache_unseen',
  'nothing_computed',
  'values_expired',
  'values_failing',
  'values_not_fresh',
  'of_slots',
  'of_limit',
  'reads_stale',
  'p99',
  'too_few_reads',
  'too_few_responses',
  'responses_unmeasured',
  'workers_unseen',
  'workers_unjudged',
  'memory_untold',
  'no_memory_limit',
  'nothing_known',
  'stopped_in_order',
  'heartbeat_last',
  'silent_idle',
  'silent_running',
  'began_none',
  'all_slots_waiting',
  'all_slots',
  'all_slots_oldest',
  'slots_taken',
  'beats_uncounted',
  'nothing_to_do',
  'last_begun',
  'broker_away',
  'cache_link_ready',
  'cache_link_away',
  'cache_link_problem',
  'cache_breaker_closed',
  'cache_breaker_untripped',
  'cache_breaker_open',
  'cache_tracked',
  'cache_untracked',
  'cache_deaf',
  'cache_hit_rate',
  'cache_memory',
  'warming_off',
  'warming_failed',
  'warming_none',
  'warming_missed',
  'warming_proved',
  'index_blind',
  'index_truncated',
  'index_well',
] as const;
export type SaidCode =
  | (typeof saidCodes)[number]
  | (typeof causeSaidCodes)[number]
  | (typeof doctorSaidCodes)[number]
  | (typeof happenedSaidCodes)[number]
  | (typeof noticeSaidCodes)[number]
  | (typeof trialSaidCodes)[number];

/** Text as it is, a number by its name, or a sentence in the sentence; of several, each is said. */
export type SaidValue = string | number | Said | Said[];

/**
 * The unit of a number is the end of its name: `…Ms` a duration, `…LatencyMs` one of milliseconds, `…AtMs` a day,
 * `…MomentMs` a day with its time, `…Bytes`, `…Ratio` from 0 to 1, `…PerS` a rate; any other number is a count. The English words stand beside it.
 */
export interface Said {
  code: SaidCode;
  values: Record<string, SaidValue>;
}

const saidValueSchema: z.ZodType<SaidValue> = z.lazy(() =>
  z.union([z.string(), z.number(), saidSchema, z.array(saidSchema)]),
);
export const saidSchema: z.ZodType<Said> = z.object({
  code: z.enum([
    ...saidCodes,
    ...causeSaidCodes,
    ...doctorSaidCodes,
    ...happenedSaidCodes,
    ...noticeSaidCodes,
    ...trialSaidCodes,
  ]),
  values: z.record(z.string(), saidValueSchema),
});

export function said(code: SaidCode, values: Said['values'] = {}): Said {
  return { code, values };
}

/** The same sentence with every text in it passed through `change`. */
export function withTexts({ code, values }: Said, change: (text: string) => string): Said {
  const changed = Object.entries(values).map(([name, value]) => [name, withTextsIn(value, change)] as const);
  return { code, values: Object.fromEntries(changed) };
}

function withTextsIn(value: SaidValue, change: (text: string) => string): SaidValue {
  if (typeof value === 'string') return change(value);
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? value.map((part) => withTexts(part, change)) : withTexts(value, change);
}
