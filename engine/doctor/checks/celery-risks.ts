/** What will go wrong on each Celery broker: the risks that are watched there, as findings. */
import { durationWords } from '../../health/wording.ts';
import type { CeleryRisk, CeleryRiskCode, CeleryRisks } from '../../model/celery-risk.ts';
import type { Evidence } from '../../model/doctor.ts';
import { type Said, said } from '../../model/said.ts';
import { evidence, type Found, noConsole, type SystemCheck, silent, unknown, verdictOf } from '../check.ts';

const askMs = 3_000;

export const celeryRisks: SystemCheck = {
  id: 'celery-risks',
  title: 'Celery loses no task, runs none twice, and leaves nothing behind',
  about: 'system',
  subject: { kind: 'queue', id: 'celery', name: 'Celery' },
  async run({ desk }) {
    if (desk === null) return noConsole;
    if (desk.work === null) return silent;
    const brokers = (await desk.work.celery(askMs)).filter(({ isUsed }) => isUsed);
    if (brokers.length === 0) return silent;
    const found = brokers.flatMap(({ brokerId, risks }) => risks.map((risk) => findingOf(brokerId, risk)));
    if (found.length > 0) return verdictOf(found);
    const blind = new Map(brokers.flatMap(blindSpots));
    if (blind.size === 0) return verdictOf([]);
    return unknown([...blind.keys()].join('; '), said('unchecked_celery', { parts: [...blind.values()] }));
  },
};

/** In words, with the same for every language. */
function blindSpots({ problem, atMs, unchecked }: CeleryRisks): (readonly [words: string, inAll: Said])[] {
  return [
    ...(problem === null ? [] : [[problem, said('problem', { problem })] as const]),
    ...(atMs === null ? [['nobody has looked yet', said('unchecked_celery_unseen')] as const] : []),
    ...unchecked.map(({ code, reason, why }) => {
      const parts = { risk: [said(`celery_${code}`)], why: [said(`celery_${reason}`)] };
      return [`${code.replaceAll('_', ' ')}: ${why}`, said('unchecked_celery_risk', parts)] as const;
    }),
  ];
}

function findingOf(brokerId: string, { code, severity, subject, words, values }: CeleryRisk): Found {
  const { why, steps } = known[code];
  return {
    code,
    part: [brokerId, subject ?? ''].join(' '),
    severity,
    title: words.replace(/\.$/, ''),
    evidence: [
      evidence('broker', brokerId, 'text'),
      ...(subject === null ? [] : [evidence('about', subject, 'text')]),
      ...Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [figure(name, value)])),
    ],
    why,
    steps: steps.map((step) => step.replace('{wait}', waitOf(values))),
  };
}

/** `oldestMs` becomes `oldest_ms`, in milliseconds. */
function figure(name: string, value: string | number): Evidence {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (typeof value === 'string') return evidence(snake, value, 'text');
  return evidence(snake, value, name.endsWith('Ms') ? 'ms' : name.endsWith('Bytes') ? 'bytes' : 'count');
}

function waitOf({ farthestMs, oldestMs }: CeleryRisk['values']): string {
  const neededMs = Math.max(Number(farthestMs ?? 0), Number(oldestMs ?? 0));
  return durationWords(neededMs);
}

const raiseTimeout =
  'Raise broker_transport_options = {"visibility_timeout": seconds} above {wait}, in every worker and every producer.';

const known: Readonly<Record<CeleryRiskCode, { readonly why: string; readonly steps: readonly string[] }>> = {
  unacked_past_visibility: {
    why: 'Redis gives a task back after the visibility timeout whether or not it still runs: it then runs twice.',
    steps: [
      raiseTimeout,
      'Break long tasks into shorter ones, or acknowledge early (acks_late off) where that is safe.',
    ],
  },
  eta_past_visibility: {
    why: 'A worker holds a task with an ETA unacknowledged until it is due; each timeout meanwhile delivers one more copy.',
    steps: [raiseTimeout, 'Or keep such tasks in a database and send them by beat shortly before they are due.'],
  },
  evicting_policy: {
    why: 'Queues are keys as any other: when memory runs out, whole queues are removed without a trace.',
    steps: [
      'Set maxmemory-policy to noeviction on the broker: see the finding on its eviction policy, which has the fix.',
    ],
  },
  results_without_expiry: {
    why: 'Each task leaves one key for ever: the memory of Redis grows until it is full.',
    steps: [
      'Set result_expires (a day by default) in the configuration of Celery, or ignore_result where nobody reads it.',
      'Give old ones an expiry: redis-cli --scan --pattern "celery-task-meta-*", then EXPIRE for each.',
    ],
  },
  leftover_replies: {
    why: 'Each answer of each worker is written to all of them; inspection grows slower until it times out.',
    steps: [
      'Find the program that asks workers and is killed before it ends (a probe of health, a monitor).',
      'When no such program runs: DEL _kombu.binding.reply.celery.pidbox, and UNLINK *.reply.celery.pidbox.',
    ],
  },
  leftover_events: {
    why: 'They only take memory, and each one tells of a monitor or a worker that was killed instead of stopped.',
    steps: [
      'Stop workers and monitors with SIGTERM, and give them time to end.',
      'When no worker and no monitor runs: DEL _kombu.binding.celeryev. Those that start announce themselves anew.',
    ],
  },
  prefetch_hoarding: {
    why: 'Tasks wait behind a long one while another worker has nothing to do.',
    steps: ['Set worker_prefetch_multiplier = 1 (with acks_late for long tasks), and start the workers anew.'],
  },
  queue_without_consumer: {
    why: 'Nobody will begin these tasks, however long they wait.',
    steps: [
      'Start a worker for it: celery -A <app> worker -Q <queue>.',
      'Or let a running one take it, on the Celery page (add consumer). See whether the name is a slip in task_routes.',
    ],
  },
  unclaimed_messages: {
    why: 'Their worker died with them; they come back only after the visibility timeout.',
    steps: ['Start a worker again: it gives them back when the timeout is over. A shorter timeout shortens the wait.'],
  },
};
