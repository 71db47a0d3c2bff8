/** A made-up doctor with findings, for tests of its page; a fix that is applied there takes its finding away. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallOutput, Handlers } from '../../src/shared/contract.ts';

type Report = CallOutput<'doctor.run'>;
type Finding = Report['findings'][number];
type Fix = CallOutput<'doctor.fix'>;

export interface DoctorScript {
  /** Of the last run; null before the first. */
  report: Report | null;
  /** What the next run finds. */
  next: Report;
  fixes: Fix[];
  /** Every run fails with this message. */
  failure: string | null;
}

const broker = { kind: 'connection', id: 'broker', name: 'Redis (broker)' } as const;
const cache = { kind: 'connection', id: 'cache', name: 'Redis (cache)' } as const;
const shard = '127.0.0.1:6379';

export function doctorScript(nowMs: number): DoctorScript {
  const report: Report = {
    atMs: nowMs - 40_000,
    tookMs: 1_240,
    findings: [evicts(), slow(nowMs), gap(nowMs)],
    checked: [
      ...(['redis-reach', 'redis-memory', 'redis-persistence'] as const).map((checkId) => checkedOf(checkId, 'well')),
      checkedOf('redis-eviction', 'found'),
      {
        ...checkedOf('redis-keys', 'unknown'),
        reason: 'the keys were never analysed',
        reasonSaid: { code: 'unchecked_never_analysed', values: {} },
      },
    ],
  };
  return { report, next: report, fixes: [], failure: null };
}

export function doctorHandlers(script: DoctorScript, changed: () => void): Partial<Handlers> {
  const run = (): Report => {
    script.report = { ...script.next, atMs: Date.now() };
    changed();
    return script.report;
  };
  const replace = (fix: Fix): Fix => {
    script.fixes = [fix, ...script.fixes.filter(({ fixId }) => fixId !== fix.fixId)];
    run();
    return fix;
  };
  return {
    'doctor.report': async () => ({ report: script.report }),
    'doctor.run': async () => {
      if (script.failure !== null) throw new EngineError('ENGINE_STOPPED', script.failure);
      return run();
    },
    'doctor.fixes': async () => ({ fixes: script.fixes }),
    'doctor.fix': async ({ findingId, commands }) => {
      const finding = script.next.findings.find((one) => one.findingId === findingId);
      if (!finding?.fix || JSON.stringify(commands) !== JSON.stringify(finding.fix.commands)) {
        throw new EngineError('DOCTOR_FIX_CHANGED', 'The commands are others by now');
      }
      script.next = { ...script.next, findings: script.next.findings.filter((one) => one !== finding) };
      return replace({
        ...{ fixId: 'fix-1', atMs: Date.now(), who: 'operator', findingId, checkId: finding.checkId },
        ...{ findingTitle: finding.title, plan: finding.fix, state: 'mended', undoneAtMs: null },
      });
    },
    'doctor.undo': async ({ fixId }) => {
      const fix = script.fixes.find((one) => one.fixId === fixId);
      if (!fix) throw new EngineError('DOCTOR_FIX_NOT_FOUND', 'No applied fix has this id');
      return replace({ ...fix, state: 'undone', undoneAtMs: Date.now() });
    },
  };
}

function checkedOf(checkId: string, outcome: 'found' | 'well' | 'unknown'): Report['checked'][number] {
  return { checkId, title: `What ${checkId} looks at`, subject: broker, outcome, reason: '' };
}

function evicts(): Finding {
  return {
    ...{ findingId: 'redis-eviction/broker/broker_evicts', checkId: 'redis-eviction', code: 'broker_evicts' },
    ...{ subject: broker, severity: 'critical' },
    title: 'Redis (broker) may throw jobs away: its policy is allkeys-lru',
    evidence: [
      { name: 'policy', value: 'allkeys-lru', unit: 'text', sinceMs: null },
      { name: 'evicted_keys', value: 12_408, unit: 'count', sinceMs: null },
      { name: 'used_bytes', value: 510_000_000, unit: 'bytes', sinceMs: null },
      { name: 'limit_bytes', value: 536_870_912, unit: 'bytes', sinceMs: null },
    ],
    why: 'When memory runs out, Redis removes keys by this policy, and jobs and messages are keys like any other.',
    steps: ['Set maxmemory-policy to noeviction.', 'Write it into redis.conf as well.'],
    fix: {
      title: 'Evict nothing',
      connectionId: 'broker',
      commands: [{ shard, words: ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'] }],
      undo: [{ shard, words: ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'] }],
      note: 'A full server then answers OOM to writers.',
    },
  };
}

/** What the checks of signs say: sentences of causes, in every language. */
export function lowHitRate(): Finding {
  const hits = { hitRatio: 0.41, windowMs: 300_000, misses: 59, reads: 100 };
  const saidHits = { code: 'cause_hit_rate', values: hits } as const;
  const saidCold = { code: 'cause_cold_start', values: { upMs: 400 } } as const;
  return {
    ...{ findingId: 'cache-helps/cache/cold_start', checkId: 'cache-helps', code: 'cold_start' },
    ...{ subject: { kind: 'cache', id: 'cache', name: 'Cache' }, severity: 'warning' },
    title: 'hit rate 41 % in 5 min (59 misses of 100 reads): the console began 0.4 s ago with an empty cache',
    titleSaid: [saidHits, saidCold],
    evidence: [
      { name: 'sign', value: 'hit rate 41 %', unit: 'text', sinceMs: null, said: saidHits },
      { name: 'because', value: 'the console began 0.4 s ago', unit: 'text', sinceMs: null, said: saidCold },
    ],
    why: 'Each miss is computed in the source while somebody waits for it.',
    steps: ['Nothing: it fills as it is read. Warming shortens it.'],
    fix: null,
  };
}

function slow(nowMs: number): Finding {
  return {
    ...{ findingId: 'redis-slow/cache/slow_keys', checkId: 'redis-slow', code: 'slow_keys' },
    ...{ subject: cache, severity: 'warning' },
    title: 'shop:worker:* held Redis (cache) up for 320 ms by KEYS session:*',
    evidence: [
      { name: 'command', value: 'KEYS session:*', unit: 'text', sinceMs: null },
      { name: 'client', value: 'shop:worker:*', unit: 'text', sinceMs: null },
      { name: 'slow_count', value: 14, unit: 'count', sinceMs: nowMs - 1_800_000 },
      { name: 'worst_ms', value: 320, unit: 'ms', sinceMs: null },
    ],
    why: 'Redis has one thread: while this command ran, everybody else waited.',
    steps: ['Replace KEYS by SCAN in that program: the same names in short steps.'],
    fix: null,
  };
}

function gap(nowMs: number): Finding {
  return {
    ...{ findingId: 'observation-gap/console/not_observed', checkId: 'observation-gap', code: 'not_observed' },
    ...{ subject: { kind: 'console', id: 'console', name: 'Vigía' }, severity: 'info' },
    title: 'Nothing was observed for 1 h of the last day',
    evidence: [
      { name: 'gap_total_ms', value: 3_600_000, unit: 'ms', sinceMs: null },
      { name: 'longest_ms', value: 3_600_000, unit: 'ms', sinceMs: nowMs - 7_200_000 },
    ],
    why: 'No alert can fire and no chart has points for that time.',
    steps: ['If the machine sleeps, run the console where it does not.'],
    fix: null,
  };
}
