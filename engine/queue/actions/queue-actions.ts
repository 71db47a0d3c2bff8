/** Plans actions, runs them in steps, tells how they go and cancels them. */
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Stop } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { EngineError, messageOf } from '../../base/errors.ts';
import type { IdSource } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { ActionPlan, ActionRequest, ActionRun } from '../../model/queue-action.ts';
import type { QueueInspector } from '../inspect/queue-inspector.ts';
import type { QueueServer } from '../inspect/queue-server.ts';
import { planAction, queuesOf, refusalOf } from './action-plan.ts';
import { BullQueues } from './bull-queues.ts';
import { type StepReport, stepsOf } from './queue-steps.ts';

export interface QueueActionsOptions {
  readonly inspector: QueueInspector;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Told once of every run that ended, for the audit log. */
  readonly onEnded?: (run: ActionRun) => void;
}

const planTtlMs = 5 * 60_000;
const planCeiling = 100;
const runCeiling = 50;
const shownSkips = 20;
/** Between two steps, so that others get their turn on the server. */
const restMs = 2;
/** Progress is told this often at most. */
const tellEveryMs = 200;

interface Running {
  readonly run: ActionRun;
  readonly controller: AbortController;
  ended: Promise<void>;
}

export class QueueActions {
  readonly #options: QueueActionsOptions;
  readonly #plans = new Map<string, ActionPlan>();
  readonly #runs = new Map<string, Running>();
  readonly #emitter: Emitter<{ changed: { runId: string } }>;

  constructor(options: QueueActionsOptions) {
    this.#options = options;
    this.#emitter = new Emitter((error) =>
      options.logger.error('A listener to the actions failed', { error: messageOf(error) }),
    );
  }

  onChanged(listener: (change: { runId: string }) => void): Stop {
    return this.#emitter.on('changed', listener);
  }

  /** Changes nothing. @throws EngineError QUEUE_NOT_FOUND, REDIS_*, CALL_INPUT_INVALID */
  async plan(request: ActionRequest): Promise<ActionPlan> {
    const { inspector, clock, ids } = this.#options;
    const server = this.#serverOf(request);
    const facts = await planAction(request, server, (id) => inspector.queue(id), clock);
    const plan: ActionPlan = { ...facts, planId: ids.next(), expiresAtMs: clock.now() + planTtlMs };
    this.#plans.set(plan.planId, plan);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > planCeiling && oldest !== undefined) this.#plans.delete(oldest);
    return plan;
  }

  /**
   * Begins the planned action. A plan is used once.
   * @throws EngineError QUEUE_PLAN_NOT_FOUND, QUEUE_CONFIRMATION_WRONG, QUEUE_LOCKED, QUEUE_ACTION_REFUSED, QUEUE_NOT_FOUND
   */
  run(planId: string, request: ActionRequest, confirmation: string, who: string): ActionRun {
    const plan = this.#usable(planId, request);
    if (plan.confirmation !== null && confirmation !== plan.confirmation) {
      throw new EngineError('QUEUE_CONFIRMATION_WRONG', `Type "${plan.confirmation}" to confirm`);
    }
    const server = this.#serverOf(request);
    this.#refuse(request, server);
    this.#plans.delete(planId);
    const run = this.#begin(plan, who);
    const running: Running = { run, controller: new AbortController(), ended: Promise.resolve() };
    this.#runs.set(run.runId, running);
    running.ended = this.#work(running, server);
    this.#forgetOldest();
    return { ...run };
  }

  /** Stops after the step under way; what is done stays done. @throws EngineError QUEUE_PLAN_NOT_FOUND */
  async cancel(runId: string): Promise<ActionRun> {
    const running = this.#running(runId);
    running.controller.abort();
    await running.ended;
    return { ...running.run };
  }

  /** @throws EngineError QUEUE_PLAN_NOT_FOUND */
  get(runId: string): ActionRun {
    return { ...this.#running(runId).run };
  }

  /** Newest first. */
  list(): ActionRun[] {
    return [...this.#runs.values()].map(({ run }) => ({ ...run })).toReversed();
  }

  async stop(): Promise<void> {
    for (const { controller } of this.#runs.values()) controller.abort();
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
  }

  async #work({ run, controller }: Running, server: QueueServer): Promise<void> {
    const { clock, inspector, logger, onEnded } = this.#options;
    let bull: BullQueues | null = null;
    let toldAtMs = clock.monotonicMs();
    const timed = async <Value>(command: () => Promise<Value>): Promise<Value> => {
      const startMs = clock.monotonicMs();
      const value = await command();
      run.longestStepMs = Math.max(run.longestStepMs, clock.monotonicMs() - startMs);
      return value;
    };
    try {
      bull = new BullQueues(server);
      const context = { server, bull, view: inspector.queue.bind(inspector), nowMs: run.startedAtMs, clock, timed };
      for await (const report of stepsOf(run.request, context)) {
        add(run, report);
        if (controller.signal.aborted) break;
        // A connection that is locked meanwhile is not written to any more.
        if (!server.writable) throw new EngineError('QUEUE_LOCKED', 'The connection was locked meanwhile');
        if (clock.monotonicMs() - toldAtMs > tellEveryMs) {
          toldAtMs = clock.monotonicMs();
          this.#emitter.emit('changed', { runId: run.runId });
        }
        await clock.sleep(restMs);
      }
      run.state = controller.signal.aborted ? 'cancelled' : 'done';
    } catch (error) {
      run.state = 'failed';
      run.error = messageOf(error);
      logger.warn('An action on a queue failed', { action: run.request.action, error: run.error });
    } finally {
      bull?.close();
      run.endedAtMs = clock.now();
      this.#emitter.emit('changed', { runId: run.runId });
      onEnded?.({ ...run });
      void inspector.refresh(server.connectionId);
    }
  }

  #begin(plan: ActionPlan, who: string): ActionRun {
    return {
      runId: this.#options.ids.next(),
      request: plan.request,
      queues: plan.queues,
      who,
      state: 'running',
      startedAtMs: this.#options.clock.now(),
      endedAtMs: null,
      seenCount: 0,
      totalCount: plan.jobCount,
      doneCount: 0,
      skippedCount: 0,
      skipped: [],
      createdJobIds: [],
      longestStepMs: 0,
      error: null,
    };
  }

  #usable(planId: string, request: ActionRequest): ActionPlan {
    const plan = this.#plans.get(planId);
    if (!plan || plan.expiresAtMs < this.#options.clock.now() || !isDeepStrictEqual(plan.request, request)) {
      throw new EngineError('QUEUE_PLAN_NOT_FOUND', 'There is no such plan for this action any more');
    }
    return plan;
  }

  #refuse(request: ActionRequest, server: QueueServer): void {
    const reason = refusalOf(
      request,
      server,
      queuesOf(request).map((id) => this.#options.inspector.queue(id)),
    );
    if (reason !== null) throw new EngineError(server.writable ? 'QUEUE_ACTION_REFUSED' : 'QUEUE_LOCKED', reason);
  }

  #serverOf(request: ActionRequest): QueueServer {
    const [first, ...others] = queuesOf(request);
    if (!first || others.some(({ connectionId }) => connectionId !== first.connectionId)) {
      throw new EngineError('CALL_INPUT_INVALID', '"request": all jobs must be behind one connection');
    }
    return this.#options.inspector.server(first);
  }

  #running(runId: string): Running {
    const found = this.#runs.get(runId);
    if (found) return found;
    throw new EngineError('QUEUE_PLAN_NOT_FOUND', 'No action with this id is remembered');
  }

  #forgetOldest(): void {
    for (const [runId, { run }] of this.#runs) {
      if (this.#runs.size <= runCeiling) return;
      if (run.state !== 'running') this.#runs.delete(runId);
    }
  }
}

function add(run: ActionRun, report: StepReport): void {
  run.seenCount += report.seen;
  run.doneCount += report.done;
  if (run.request.action === 'obliterate') run.doneCount = Math.min(run.doneCount, run.totalCount);
  run.skippedCount += report.skipped.length;
  if (run.skipped.length < shownSkips) run.skipped = [...run.skipped, ...report.skipped].slice(0, shownSkips);
  if (run.createdJobIds.length < shownSkips)
    run.createdJobIds = [...run.createdJobIds, ...report.createdJobIds].slice(0, shownSkips);
}
