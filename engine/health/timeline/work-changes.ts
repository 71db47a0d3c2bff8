/** Turns the verdicts on workers and the states of queues into events: only what changed since the look before. */
import type { QueueView } from '../../model/queue.ts';
import { said } from '../../model/said.ts';
import type { WorkerVerdict } from '../../model/worker.ts';
import type { CountedWorker } from '../ports.ts';
import { durationWords, plural } from '../wording.ts';
import type { Happening } from './timeline.ts';

/** Whether it works; how full it is changes with every job and is no event. */
type Standing = 'working' | 'wedged' | 'silent' | 'gone';

const standings: Readonly<Record<WorkerVerdict, Standing>> = {
  consuming: 'working',
  busy: 'working',
  wedged: 'wedged',
  unknown: 'silent',
  gone: 'gone',
};
const tones = { working: 'good', wedged: 'bad', silent: 'warning', gone: 'plain' } as const;

export class WorkerChanges {
  readonly #before = new Map<string, Standing>();

  take(workers: readonly Pick<CountedWorker, 'workerId' | 'verdict' | 'evidence' | 'evidenceSaid'>[]): Happening[] {
    const found: Happening[] = [];
    for (const { workerId, verdict, evidence, evidenceSaid = null } of workers) {
      const standing = standings[verdict];
      const before = this.#before.get(workerId);
      this.#before.set(workerId, standing);
      const event = { kind: 'worker', subject: workerId, detail: evidence, said: evidenceSaid } as const;
      if (before === undefined) {
        // One that was gone before this console began says nothing new.
        if (standing !== 'gone') found.push({ ...event, code: 'worker_seen', tone: 'plain' });
        if (standing === 'working' || standing === 'gone') continue;
      } else if (before === standing) continue;
      found.push({ ...event, code: `worker_${standing}`, tone: tones[standing] });
    }
    this.#forgetOthers(workers);
    return found;
  }

  /** A worker that left every list is forgotten; nothing is claimed of it. */
  #forgetOthers(workers: readonly Pick<CountedWorker, 'workerId'>[]): void {
    const listed = new Set(workers.map(({ workerId }) => workerId));
    for (const id of this.#before.keys()) if (!listed.has(id)) this.#before.delete(id);
  }
}

/** A backlog is over when the oldest waiting job is younger than this part of what makes one. */
const clearRatio = 1 / 6;

interface QueueSeen {
  readonly paused: boolean;
  readonly trouble: 'queue_backlog' | 'queue_unattended' | null;
}

type Watched = Pick<QueueView, 'id' | 'counts' | 'paused' | 'oldestWaitingMs' | 'concerns'>;

/** By connection and queue. */
export class QueueChanges {
  readonly #before = new Map<string, QueueSeen>();
  readonly #backlogMs: number;

  /** @param backlogMs a job that waits longer is a backlog */
  constructor(backlogMs: number) {
    this.#backlogMs = backlogMs;
  }

  take(queues: readonly Watched[]): Happening[] {
    return queues.flatMap((queue) => this.#takeOne(queue));
  }

  #takeOne(queue: Watched): Happening[] {
    if (queue.counts === null) return [];
    const subject = queueSubject(queue.id);
    const before = this.#before.get(subject);
    const now: QueueSeen = {
      paused: queue.paused,
      trouble: troubleOf(queue, before?.trouble ?? null, this.#backlogMs),
    };
    this.#before.set(subject, now);
    const waiting = queue.counts.waiting + queue.counts.prioritized;
    const detail = `${plural(waiting, 'job')} wait${waiting === 1 ? 's' : ''}`;
    const event = { kind: 'queue', subject, detail, said: said('happened_jobs_wait', { count: waiting }) } as const;
    const found: Happening[] = [];
    if (now.paused !== (before?.paused ?? false)) {
      const change = now.paused
        ? ({ code: 'queue_paused', tone: 'warning' } as const)
        : ({ code: 'queue_resumed', tone: 'good' } as const);
      found.push({ ...event, ...change });
    }
    if (now.trouble === (before?.trouble ?? null)) return found;
    if (now.trouble === null) return [...found, { ...event, code: 'queue_clear', tone: 'good' }];
    const isUnattended = now.trouble === 'queue_unattended';
    const told = (isUnattended ? unattendedOf(queue) : null) ?? waitedOf(detail, waiting, queue.oldestWaitingMs ?? 0);
    return [...found, { ...event, ...told, code: now.trouble, tone: isUnattended ? 'bad' : 'warning' }];
  }
}

type Told = Pick<Happening, 'detail' | 'said'>;

function unattendedOf({ concerns }: Watched): Told | null {
  const concern = concerns.find(({ code }) => code === 'no_workers' || code === 'wedged');
  return concern === undefined ? null : { detail: concern.evidence, said: concern.said ?? null };
}

function waitedOf(words: string, count: number, oldestMs: number): Told {
  return {
    detail: `${words}, the oldest for ${durationWords(oldestMs)}`,
    said: said('happened_jobs_wait_oldest', { count, oldestMs }),
  };
}

function troubleOf(
  { concerns, oldestWaitingMs }: Watched,
  before: QueueSeen['trouble'],
  backlogMs: number,
): QueueSeen['trouble'] {
  if (concerns.some(({ code }) => code === 'no_workers' || code === 'wedged')) return 'queue_unattended';
  const waitedMs = oldestWaitingMs ?? 0;
  if (waitedMs >= backlogMs) return 'queue_backlog';
  return before !== null && waitedMs > backlogMs * clearRatio ? before : null;
}

/** `broker/bull:kpis` */
export function queueSubject({ connectionId, prefix, name }: QueueView['id']): string {
  return `${connectionId}/${prefix}:${name}`;
}
