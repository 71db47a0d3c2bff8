/** A warm-up as a worker does it: computes views ahead of their readers, proves each key by reading it back, gives way to people. */
import { messageOf } from '../base/errors.ts';
import { decodeEntry } from '../cache/codec.ts';
import { judge } from '../cache/entry.ts';
import { leaveReport } from '../cache/reports.ts';
import type { LayerSettings } from '../config/settings.ts';
import type { SectionComputer } from '../kpi/section-computer.ts';
import type { View, ViewSection, Views } from '../kpi/views.ts';
import type { WarmedVariant, WarmProof, WarmReport } from '../model/cache-actions.ts';
import type { LayerName } from '../model/freshness.ts';
import type { JobContext } from '../queue/job-runner.ts';
import type { JobData } from '../queue/jobs.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Foundation } from './foundation.ts';

export interface WarmUpParts extends Foundation {
  readonly computer: SectionComputer;
  readonly views: Views;
  /** Of the cache; read directly, past the memory tier that a computation fills. */
  readonly link: RedisLink;
  readonly layers: () => Readonly<Record<LayerName, LayerSettings>>;
  readonly deadlineMs: number;
  /** Jobs of people and schedules that wait for a worker. */
  readonly waitingJobs: () => Promise<number>;
}

type Variant = NonNullable<JobData['precompute']['variants']>[number];

/** Leaves its report for every console. @throws what the signal says, or EngineError REDIS_* when no report can be left */
export async function warmUp(
  parts: WarmUpParts,
  { variants = [] }: JobData['precompute'],
  context: JobContext,
): Promise<Pick<WarmReport, 'keyCount' | 'provedCount' | 'failedCount' | 'gaveWay'>> {
  const { clock, link } = parts;
  const startedAtMs = clock.now();
  const warmed: WarmedVariant[] = [];
  let gaveWay: string | null = null;
  for (const [done, variant] of variants.entries()) {
    context.progress(JSON.stringify(variant.filters), done, variants.length);
    gaveWay ??= await reasonToGiveWay(parts);
    warmed.push(gaveWay === null ? await warmVariant(parts, variant, context.signal) : skipped(parts, variant));
  }
  const proofs = warmed.flatMap(({ proofs: own }) => own);
  const provedCount = proofs.filter(({ outcome }) => outcome === 'hit').length;
  const counts = { keyCount: proofs.length, provedCount, failedCount: proofs.length - provedCount, gaveWay };
  const report: WarmReport = {
    taskId: context.taskId,
    startedAtMs,
    finishedAtMs: clock.now(),
    variants: warmed,
    ...counts,
  };
  await leaveReport(link, 'warm-up', report);
  return counts;
}

/** Null while nobody waits. A broker that cannot be asked is no reason to put more work on the machines. */
async function reasonToGiveWay({ waitingJobs }: WarmUpParts): Promise<string | null> {
  try {
    const waiting = await waitingJobs();
    if (waiting === 0) return null;
    return waiting === 1 ? '1 other job waits' : `${waiting} other jobs wait`;
  } catch (error) {
    return `whether other jobs wait cannot be seen: ${messageOf(error)}`;
  }
}

async function warmVariant(parts: WarmUpParts, variant: Variant, signal: AbortSignal): Promise<WarmedVariant> {
  const { views, clock } = parts;
  const startMs = clock.monotonicMs();
  const view = views.of(variant.filters, views.asOf);
  const proofs: WarmProof[] = [];
  let computedCount = 0;
  for (const section of view.sections) {
    signal.throwIfAborted();
    const computed = await compute(parts, view, section, signal);
    if (computed.now) computedCount += 1;
    proofs.push(computed.problem === null ? await proofOf(parts, section) : failedProof(section, computed.problem));
  }
  const proved = proofs.every(({ outcome }) => outcome === 'hit');
  const tookMs = clock.monotonicMs() - startMs;
  return { ...variant, viewId: view.viewId, outcome: proved ? 'proved' : 'failed', computedCount, proofs, tookMs };
}

async function compute(
  { computer, deadlineMs }: WarmUpParts,
  view: View,
  section: ViewSection,
  signal: AbortSignal,
): Promise<{ now: boolean; problem: string | null }> {
  try {
    const read = await computer.section(view, section, { deadlineMs, force: false, signal });
    return { now: read.source === 'computed', problem: null };
  } catch (error) {
    signal.throwIfAborted();
    return { now: false, problem: messageOf(error) };
  }
}

/** As another process would find it. */
async function proofOf({ link, clock, layers }: WarmUpParts, { key, name }: ViewSection): Promise<WarmProof> {
  const proof = (outcome: WarmProof['outcome'], problem: string | null): WarmProof => ({
    key: key.redisKey,
    section: name,
    outcome,
    problem,
  });
  try {
    const bytes = await link.command('Reading back', (client) => client.getBuffer(key.redisKey));
    if (bytes === null) return proof('missing', 'Redis does not have it: evicted at once, or never stored');
    const decoded = await decodeEntry(bytes);
    if (!decoded.ok) return proof('unreadable', decoded.problem);
    const { state, reason } = judge(decoded.entry, layers()[key.layer], 'current', clock.now());
    return state === 'fresh' ? proof('hit', null) : proof('stale', reason);
  } catch (error) {
    return proof('unreachable', messageOf(error));
  }
}

function failedProof({ key, name }: ViewSection, problem: string): WarmProof {
  return { key: key.redisKey, section: name, outcome: 'compute-failed', problem };
}

function skipped({ views }: WarmUpParts, variant: Variant): WarmedVariant {
  const { viewId } = views.of(variant.filters, views.asOf);
  return { ...variant, viewId, outcome: 'skipped', computedCount: 0, proofs: [], tookMs: 0 };
}
