/** What each schedule is to do when it is due. */
import type { KpiPack } from '../kpi/pack.ts';
import type { Views } from '../kpi/views.ts';
import type { SectionName } from '../model/dashboard.ts';
import type { RefreshData } from '../queue/jobs.ts';
import type { ScheduledJob } from '../scheduler/scheduler.ts';
import type { Schedule } from '../scheduler/schedules.ts';

/** The charts' schedule refreshes these; the others belong to the KPIs'. */
const chartSections: readonly SectionName[] = ['charts', 'forecast', 'costs'];

/** Of the view without filters: what most people open first. */
export function scheduledJobs(pack: KpiPack, views: Views): (schedule: Schedule) => ScheduledJob {
  const refreshOf = (schedule: Schedule, wanted: (section: SectionName) => boolean): RefreshData => {
    const { viewId, filters, asOf, sections } = views.resolve({});
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
    switch (schedule.job) {
      case 'refresh-kpis':
        return { job: schedule.job, data: refreshOf(schedule, (section) => !chartSections.includes(section)) };
      case 'refresh-dashboard':
        return { job: schedule.job, data: refreshOf(schedule, (section) => chartSections.includes(section)) };
      case 'precompute':
      case 'clean-up':
        return { job: schedule.job, data: {} };
    }
  };
}
