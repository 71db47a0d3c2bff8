/** What each job does inside a worker process. */
import { EngineError } from '../base/errors.ts';
import type { SectionCache } from '../cache/cache.ts';
import { cleanUpEntries } from '../cache/clean-up.ts';
import { leaveReport } from '../cache/reports.ts';
import type { KpiPack } from '../kpi/pack.ts';
import { ViewWords } from '../kpi/view-words.ts';
import type { Basis, View } from '../kpi/views.ts';
import type { TaskProgress } from '../model/task.ts';
import type { JobContext, JobHandlers } from '../queue/job-runner.ts';
import type { RefreshData } from '../queue/jobs.ts';
import { orphanTest } from './orphans.ts';
import { type WarmUpParts, warmUp } from './warm-up.ts';

export interface JobParts extends WarmUpParts {
  readonly pack: KpiPack;
  readonly basis: Basis;
  readonly cache: SectionCache;
}

export function jobHandlers(parts: JobParts): JobHandlers {
  const refresh = async (data: RefreshData, context: JobContext): Promise<{ viewId: string }> => {
    const view = viewOf(data, parts);
    await compute(parts, view, data.sections, data.force, context);
    return { viewId: view.viewId };
  };
  return {
    'refresh-kpis': refresh,
    'refresh-dashboard': refresh,
    precompute: (data, context) => warmUp(parts, data, context),
    'clean-up': (_data, context) => cleanUp(parts, context),
  };
}

/** A job of another pack, or of another version of its formulas, would be stored where nobody reads it. */
function viewOf(data: RefreshData, { pack, views }: JobParts): View {
  const view = views.of(data.filters, data.asOf);
  if (data.pack === pack.id && view.viewId === data.viewId) return view;
  throw new EngineError(
    'QUEUE_JOB_FAILED',
    `This worker has version ${pack.version} of the pack "${pack.id}"; the job is for another version or pack "${data.pack}"`,
  );
}

function compute(
  { computer }: JobParts,
  view: View,
  sections: readonly string[],
  force: boolean,
  { signal, progress }: JobContext,
): Promise<void> {
  const names = view.sections.map(({ name }) => name).filter((name) => sections.includes(name));
  const failed = new Set<string>();
  return computer.sections(view, sections, {
    force,
    // Whoever queued it found the view due; what ends next is computed along.
    renew: true,
    signal,
    onProgress: (step, done, count) => progress(step ?? 'done', done, count, partsOf(names, done, failed)),
    onFailed: (step) => failed.add(step),
  });
}

/** Sections are computed one after the other, so the number that is done tells the state of each. */
function partsOf(names: readonly string[], done: number, failed: ReadonlySet<string>): TaskProgress['parts'] {
  return names.map((name, index) => {
    if (failed.has(name)) return { name, state: 'failed' };
    return { name, state: index < done ? 'done' : index === done ? 'running' : 'waiting' };
  });
}

/** Of entries and of tags; the report is left for every console. */
async function cleanUp(parts: JobParts, { signal }: JobContext): Promise<{ removedCount: number }> {
  const { link, clock, pack, basis, cache, layers } = parts;
  const isOrphan = orphanTest({ pack, words: new ViewWords(pack, basis), layers }, parts);
  const report = await cleanUpEntries({
    link,
    clock,
    isOrphan,
    remove: true,
    requestedBy: 'schedule:clean-up',
    signal,
  });
  await leaveReport(link, 'clean-up', report);
  await cache.pruneTags();
  return { removedCount: report.before.entryCount - report.after.entryCount };
}
