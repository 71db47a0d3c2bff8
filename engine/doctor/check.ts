/** What a check of the doctor is: it looks at one thing and says found, well, unknown, or that it does not apply. */
import type { Clock } from '../base/clock.ts';
import type { CauseChain } from '../model/cause.ts';
import type { CeleryRisks } from '../model/celery-risk.ts';
import type { DoctorSubject, Evidence, Finding } from '../model/doctor.ts';
import type { FailureGroup } from '../model/job.ts';
import type { QueueId, QueueView } from '../model/queue.ts';
import { type Said, said } from '../model/said.ts';
import type { CeleryHistoryFile } from '../model/storage.ts';
import type { SlowQuery } from '../sources/slow-queries.ts';
import type { QueryPlan } from '../sources/source.ts';
import type { ConsoleOrder } from './console-fix.ts';
import type { Patient } from './patient.ts';

/** A finding without what the doctor itself fills in. */
export type Found = Omit<Finding, 'findingId' | 'checkId' | 'subject' | 'fix'> & {
  readonly fix?: Finding['fix'];
  /** Where it is of another thing than the check was run on. */
  readonly subject?: DoctorSubject;
  /** Which server of several it is about, where one code may come more than once. */
  readonly part?: string | null;
};

export type Verdict =
  /** At least one. */
  | { readonly kind: 'found'; readonly findings: readonly Found[] }
  | { readonly kind: 'well' }
  /** It could not be checked; never the same as well. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly said?: Said }
  /** There is nothing here that it could be about. */
  | { readonly kind: 'silent' };

/** Queues, workers and Celery as the console watches them, and what it may do for them. */
export interface Work {
  /** As seen last; asks nobody. */
  queues(): readonly QueueView[];
  /** The newest failures by error, of queues behind one connection. @throws EngineError REDIS_* */
  failures(queues: readonly QueueId[]): Promise<readonly FailureGroup[]>;
  /** Of every broker; `isUsed` where a worker, a queue or a risk was seen. */
  celery(waitMs: number): Promise<readonly (CeleryRisks & { readonly isUsed: boolean })[]>;
  /** Worker processes that this console is to keep. */
  processCount(): number;
  /** The console began a moment ago, and its first worker is not there yet. */
  isStarting(): boolean;
  /** Resolves when it is done. @throws EngineError QUEUE_LOCKED, QUEUE_ACTION_REFUSED, REDIS_* */
  carryOut(order: ConsoleOrder, who: string): Promise<void>;
}

/** What the console knows of itself. */
export interface Desk {
  readonly store: {
    readonly medium: 'file' | 'memory';
    sizeBytes(): number;
    readonly file: string;
    /** Part of its ceiling. */
    usedRatio(): number;
    /** Celery's tasks, in a file of their own. */
    celeryHistory(): CeleryHistoryFile;
  };
  /** Reads a whole database, on another thread. */
  integrity(file: string): Promise<{ state: 'whole' | 'damaged' | 'unknown'; problem: string }>;
  /** Stretches in which it could not look, newest first. */
  gapsSince(fromMs: number): readonly { fromMs: number; toMs: number; reason: string }[];
  /** What is bad now beyond the servers themselves, with why. */
  signs(): Promise<readonly CauseChain[]>;
  /** What took the source longest in the last hour, with its plan where the source can tell one. */
  slowQueries(): Promise<readonly (SlowQuery & { readonly plan: QueryPlan | null })[]>;
  /** Null where no queues are watched. */
  readonly work: Work | null;
}

export interface CheckContext {
  readonly clock: Clock;
  /** Null where the doctor runs without a console. */
  readonly desk: Desk | null;
  /** Every connection, the console's own two first. */
  readonly patients: readonly Patient[];
}

interface CheckBase {
  /** Rules name it as their runbook. */
  readonly id: string;
  /** What is well when it finds nothing. */
  readonly title: string;
}

/** Run once for each connection that can be reached; of one that cannot, the doctor says unknown. */
export interface ConnectionCheck extends CheckBase {
  readonly about: 'connection';
  /** True for the check that looks at the connection itself. */
  readonly alsoWhenAway?: boolean;
  run(patient: Patient, context: CheckContext): Promise<Verdict>;
}

/** Run once. */
export interface SystemCheck extends CheckBase {
  readonly about: 'system';
  readonly subject: DoctorSubject;
  run(context: CheckContext): Promise<Verdict>;
}

export type Check = ConnectionCheck | SystemCheck;

export const well: Verdict = { kind: 'well' };
export const silent: Verdict = { kind: 'silent' };

/** @param inAll the reason for every language; missing where only a server or a library knows it */
export function unknown(reason: string, inAll?: Said): Verdict {
  return { kind: 'unknown', reason, ...(inAll === undefined ? {} : { said: inAll }) };
}

export const noConsole = unknown('no console runs here', said('unchecked_no_console'));

/** Well when nothing was found. */
export function verdictOf(findings: readonly Found[]): Verdict {
  return findings.length === 0 ? well : { kind: 'found', findings };
}

export function evidence(
  name: string,
  value: number | string,
  unit: Evidence['unit'],
  sinceMs: number | null = null,
): Evidence {
  return { name, value, unit, sinceMs };
}
