/** Changes Celery's workers: only what they can stand, only while the connection is unlocked. */
import { EngineError } from '../../base/errors.ts';
import type { CeleryStats } from '../../model/celery.ts';
import type { CeleryAction, CeleryControlResult } from '../../model/celery-control.ts';
import type { CeleryInspector } from '../inspect/inspector.ts';
import type { CeleryMessenger } from '../inspect/messenger.ts';
import type { WorkerCommand } from '../wire/control-message.ts';
import { commandOutcome } from '../wire/reply.ts';

export interface WorkerControlOptions {
  readonly inspector: CeleryInspector;
  readonly messenger: CeleryMessenger;
  /** @throws EngineError REDIS_READ_ONLY while the connection is only observed */
  readonly requireOperate: () => void;
}

/** These concern tasks, wherever they are, or change nothing that a worker needs. */
const forAll: readonly CeleryAction['kind'][] = [
  'revoke',
  'rate_limit',
  'time_limit',
  'enable_events',
  'disable_events',
];
/** A worker that forks a new process first takes its time. */
const deadlineMs = 2_000;

export class WorkerControl {
  readonly #options: WorkerControlOptions;

  constructor(options: WorkerControlOptions) {
    this.#options = options;
  }

  /**
   * @param nodes empty stands for all
   * @throws EngineError REDIS_READ_ONLY, CELERY_COMMAND_INVALID, CELERY_COMMAND_REFUSED, CELERY_WORKER_NOT_FOUND,
   *   CELERY_NO_REPLY, REDIS_*
   */
  async run(nodes: readonly string[], action: CeleryAction): Promise<CeleryControlResult> {
    const { messenger, inspector, requireOperate } = this.#options;
    requireOperate();
    const destination = this.#destination(nodes, action);
    const command = commandOf(action);
    await this.#guard(nodes, action);
    if (action.kind === 'shutdown') {
      const listeners = await messenger.tell(command, destination);
      return { listeners, answers: nodes.map((node) => ({ node, outcome: 'told', words: '' })) };
    }
    const expected = destination ?? inspector.nodes();
    const { replies, listeners } = await messenger.ask({ command, destination, expected, deadlineMs });
    const answers: CeleryControlResult['answers'] = replies.map(({ node, value }) => ({
      node,
      ...commandOutcome(value),
    }));
    inspector.changed(expected);
    const silent = expected.filter((node) => !replies.some((reply) => reply.node === node));
    return {
      listeners,
      answers: [...answers, ...silent.map((node) => ({ node, outcome: 'no_reply' as const, words: '' }))],
    };
  }

  #destination(nodes: readonly string[], { kind }: CeleryAction): readonly string[] | null {
    if (nodes.length === 0) {
      if (forAll.includes(kind)) return null;
      throw new EngineError('CELERY_COMMAND_INVALID', `${kind} was not sent: name the workers that it is for`);
    }
    const known = this.#options.inspector.nodes();
    const unknown = nodes.find((node) => !known.includes(node));
    if (unknown === undefined) return nodes;
    throw new EngineError('CELERY_WORKER_NOT_FOUND', `No worker "${unknown}" is known on this broker`);
  }

  /** What a worker would answer `ok` to and then be of no use is looked for first, by what it says now. */
  async #guard(nodes: readonly string[], action: CeleryAction): Promise<void> {
    if (action.kind !== 'pool_shrink' && action.kind !== 'pool_grow' && action.kind !== 'autoscale') return;
    const { inspector } = this.#options;
    const { replies } = await inspector.ask('stats', nodes, nodes);
    for (const node of nodes) {
      const stats = inspector.worker(node).stats.value;
      if (stats === null || !replies.some((reply) => reply.node === node)) {
        throw new EngineError('CELERY_NO_REPLY', `${node} does not say how large its pool is, so it is left as it is`);
      }
      const problem = poolProblem(action, stats.pool);
      if (problem !== null)
        throw new EngineError('CELERY_COMMAND_REFUSED', `${action.kind} was not sent: ${node} ${problem}`);
    }
  }
}

type PoolAction = Extract<CeleryAction, { kind: 'pool_shrink' | 'pool_grow' | 'autoscale' }>;

function poolProblem(action: PoolAction, pool: CeleryStats['pool']): string | null {
  if (action.kind === 'autoscale') {
    return pool.autoscale === null ? 'was not started with --autoscale' : null;
  }
  if (pool.autoscale !== null) return 'sizes its pool itself (--autoscale)';
  if (pool.kind !== 'prefork') return `has a pool of kind ${pool.kind}, whose size cannot be changed`;
  const left = pool.processIds.length - action.by;
  if (action.kind === 'pool_shrink' && left < 1) {
    return `has ${pool.processIds.length} processes: it would answer and run nothing any more`;
  }
  return null;
}

function commandOf(action: CeleryAction): WorkerCommand {
  switch (action.kind) {
    case 'revoke': {
      const { taskIds, terminate, signal } = action;
      return { method: 'revoke', arguments: { task_id: taskIds, terminate, signal } };
    }
    case 'rate_limit':
      return { method: 'rate_limit', arguments: { task_name: action.task, rate_limit: action.rate } };
    case 'time_limit':
      return { method: 'time_limit', arguments: { task_name: action.task, soft: action.softS, hard: action.hardS } };
    case 'pool_grow':
    case 'pool_shrink':
      return { method: action.kind, arguments: { n: action.by } };
    case 'autoscale':
      return { method: 'autoscale', arguments: { max: action.max, min: action.min } };
    case 'add_consumer': {
      const { queue, exchange, exchangeType, routingKey } = action;
      return {
        method: 'add_consumer',
        arguments: { queue, exchange, exchange_type: exchangeType, routing_key: routingKey },
      };
    }
    case 'cancel_consumer':
      return { method: 'cancel_consumer', arguments: { queue: action.queue } };
    case 'enable_events':
    case 'disable_events':
    case 'shutdown':
      return { method: action.kind, arguments: {} };
  }
}
