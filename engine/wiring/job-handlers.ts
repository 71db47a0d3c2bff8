/** What each job does inside a worker process. */
import { EngineError } from '../base/errors.ts';
import { cleanUpEntries } from '../cache/clean-up.ts';
import type { KpiPack } from '../kpi/pack.ts';
import type { SectionComputer } from '../kpi/section-computer.ts';
import type { View, Views } from '../kpi/views.ts';
import { sectionNames } from '../model/dashboard.ts';
import type { TaskProgress } from '../model/task.ts';
import type { JobContext, JobHandlers } from '../queue/job-runner.ts';
import type { RefreshData } from '../queue/jobs.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Foundation } from './foundation.ts';

export interface JobParts extends Foundation {
  readonly computer: SectionComputer;
  readonly views: Views;
  readonly pack: KpiPack;
  readonly link: RedisLink;
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
    precompute: (_data, context) => precompute(parts, context),
    'clean-up': (_data, { signal }) => cleanUpEntries({ link: parts.link, clock: parts.clock, signal }),
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

/** The variants that the pack names, one after the other; sections that are fresh are left alone. */
async function precompute(
  { computer, views, pack }: JobParts,
  { signal, progress }: JobContext,
): Promise<{ variants: number }> {
  for (const [done, filters] of pack.staticVariants.entries()) {
    progress(JSON.stringify(filters), done, pack.staticVariants.length);
    await computer.sections(views.resolve(filters), sectionNames, { force: false, renew: true, signal });
  }
  return { variants: pack.staticVariants.length };
}
