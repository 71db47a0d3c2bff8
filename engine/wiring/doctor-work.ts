/** What the doctor knows of queues, workers and Celery, and the console's own calls that its fixes make. */
import type { CeleryParts } from '../api/celery-verbs.ts';
import { EngineError } from '../base/errors.ts';
import type { Work } from '../doctor/check.ts';
import type { ActionRequest } from '../model/queue-action.ts';
import type { WorkerSupervisor } from '../queue/worker-supervisor.ts';
import type { Foundation } from './foundation.ts';
import type { WatchedQueues } from './queues.ts';
import type { Workers } from './workers.ts';

export interface DoctorsWorkInputs {
  readonly watchedQueues: Pick<WatchedQueues, 'inspector' | 'actions'>;
  readonly celery: Pick<CeleryParts, 'risks' | 'fleets' | 'queues'>;
  readonly workers: Pick<Workers, 'isStarting'> & {
    readonly supervisor: Pick<WorkerSupervisor, 'processCount' | 'scale'>;
  };
}

const mostFailures = 2_000;
const actionMs = 15_000;
const lookEveryMs = 100;

export function doctorsWork({ watchedQueues, celery, workers }: DoctorsWorkInputs, foundation: Foundation): Work {
  const { inspector, actions } = watchedQueues;
  const { clock } = foundation;
  const act = async (request: ActionRequest, who: string): Promise<void> => {
    const plan = await actions.plan(request);
    if (plan.refused !== null) throw new EngineError('QUEUE_ACTION_REFUSED', plan.refused);
    // The doctor's own confirmation has shown the request.
    const { runId } = actions.run(plan.planId, request, plan.confirmation ?? '', who);
    const untilMs = clock.monotonicMs() + actionMs;
    for (;;) {
      const { state, error } = actions.get(runId);
      if (state === 'failed') throw new EngineError('QUEUE_ACTION_REFUSED', error ?? 'The action failed');
      // A long one goes on by itself; the Queues page shows how far it is.
      if (state !== 'running' || clock.monotonicMs() >= untilMs) return;
      await clock.sleep(lookEveryMs);
    }
  };
  return {
    queues: () => inspector.list().queues,
    failures: async (queues) => (await inspector.failures(queues, mostFailures)).groups,
    celery: async (waitMs) => {
      const [risks, fleets, queues] = await Promise.all([
        celery.risks(null, waitMs),
        celery.fleets(null, waitMs),
        celery.queues(null, waitMs),
      ]);
      return risks.map((one) => ({
        ...one,
        isUsed:
          // The policy alone is the finding on the server's eviction.
          one.risks.some(({ code }) => code !== 'evicting_policy') ||
          fleets.some(({ brokerId, workers }) => brokerId === one.brokerId && workers.length > 0) ||
          queues.some((seen) => seen.brokerId === one.brokerId && seen.queues.length > 0),
      }));
    },
    processCount: () => workers.supervisor.processCount,
    isStarting: () => workers.isStarting(),
    carryOut: async (order, who) => {
      if (order.call === 'queueActions.run') await act(order.request, who);
      else workers.supervisor.scale(order.processCount);
    },
  };
}
