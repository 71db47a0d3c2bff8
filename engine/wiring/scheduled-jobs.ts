/** What each schedule is to do when it is due. */
import type { KpiPack } from '../kpi/pack.ts';
import type { Views } from '../kpi/views.ts';
import type { SectionName } from '../model/dashboard.ts';
import type { JobData, RefreshData } from '../queue/jobs.ts';
import type { ScheduledJob } from '../scheduler/run-starter.ts';
import type { Schedule } from '../scheduler/schedules.ts';

/** The charts' schedule refreshes these; the others belong to the KPIs'. */
const chartSections: readonly SectionName[] = ['charts', 'forecast', 'costs'];

/** Of the view with the schedule's filters; without any it is what most people open first. */
export function scheduledJobs(
  pack: KpiPack,
  views: Views,
  warmUp: () => JobData['precompute'],
): (schedule: Schedule) => ScheduledJob {
  const refreshOf = (schedule: Schedule, wanted: (section: SectionName) => boolean): RefreshData => {
    const { viewId, filters, asOf, sections } = views.resolve(schedule.spec.filters);
    return {
      pack: pack.id,
      viewId,
      filters: { ...filters },
      asOf,
      sections: sections.map(({ name }) => name).filter(wanted),
      force: true,
      requestedBy: `schedule:${schedule.id}`,
    };
  };
  return (schedule) => {
    const { job } = schedule.spec;
    switch (job) {
      case 'refresh-kpis':
        return { job, data: refreshOf(schedule, (section) => !chartSections.includes(section)) };
      case 'refresh-dashboard':
        // The built-in one shares the work with the KPIs'; a view of somebody's own is wanted whole.
        return { job, data: refreshOf(schedule, (section) => !schedule.builtIn || chartSections.includes(section)) };
      case 'precompute':
        return { job, data: warmUp() };
      case 'clean-up':
        return { job, data: {} };
    }
  };
}
