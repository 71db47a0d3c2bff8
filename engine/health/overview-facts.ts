/** What the Overview and the system's health are made from; gathered by the engine, judged here. */
import type { SectionName, SourceInfo } from '../model/dashboard.ts';
import type { Filters } from '../model/filters.ts';
import type { Freshness } from '../model/freshness.ts';
import type { LinkView, OverviewFigure, RedisMemory, RedisRole } from '../model/health.ts';
import type { Series } from '../model/sample.ts';
import type { QueueCounts } from '../model/task.ts';
import type { CauseDepth } from './causes/depth.ts';
import type { CacheCounts, CountedWorker, LatencyFigures } from './ports.ts';

export type FigureId = OverviewFigure['id'];

/** What the alert rule on a figure says of it. */
export interface FigureRule {
  readonly threshold: number;
  readonly badWhen: 'above' | 'below';
  /** Null while it does not fire. */
  readonly firingSinceMs: number | null;
}

export interface KnownValue {
  readonly section: SectionName;
  readonly filters: Filters;
  readonly freshness: Freshness;
}

/** A null part could not be seen. */
export interface HealthFacts {
  readonly atMs: number;
  readonly links: readonly LinkView[];
  readonly source: SourceInfo;
  readonly workers: readonly CountedWorker[] | null;
  readonly queues: readonly QueueCounts[] | null;
  readonly cache: (CacheCounts & { readonly windowMs: number; readonly entryCount: number | null }) | null;
  readonly response: (LatencyFigures & { readonly windowMs: number }) | null;
  readonly memory: Readonly<Record<RedisRole, RedisMemory | null>>;
  /** Fewer reads or responses than this in the window give no figure. */
  readonly minimumCount: number;
  readonly rules: Readonly<Record<FigureId, FigureRule>>;
  /** Waiting longer than this is a backlog. */
  readonly backlogMs: number;
  /** What causes are looked for in. */
  readonly depth: CauseDepth;
}

export interface OverviewFacts extends HealthFacts {
  readonly series: Readonly<Record<FigureId, Series>>;
  readonly values: readonly KnownValue[];
  /** Per second, null where it is not measured: queries of the source, jobs done, entries written, reads answered. */
  readonly flows: Readonly<Record<'queries' | 'jobs' | 'writes' | 'reads', number | null>>;
  /** p95 of the source's queries; null without any. */
  readonly sourceQueryP95Ms: number | null;
}
