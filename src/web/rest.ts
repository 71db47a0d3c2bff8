/** The REST routes of the original guide: each is one call of the contract, its figures in the guide's names. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CallInput, CallName, CallOutput } from '../shared/contract.ts';
import type { Dispatch } from '../shared/dispatcher.ts';
import { failure, httpStatusOf } from '../shared/failure.ts';
import type { WireError } from '../shared/wire.ts';
import { kpiReport } from './kpi-report.ts';

type Query = Record<string, string | string[]>;

/** Query parameters that say how to answer and are no filters. */
const notFilters = new Set(['wait', '_']);
const doctorMs = 60_000;
const longestWaitMs = 120_000;

export function addRestRoutes(server: FastifyInstance, dispatch: Dispatch): void {
  const ask = createAsk(dispatch);

  server.get('/health/system', async (_request, reply) => {
    const health = await ask('system.health', {});
    return reply.code(health.status === 'unhealthy' ? 503 : 200).send(health);
  });
  server.get('/manager/api/kpis', async (request) =>
    kpiReport(await ask('dashboard.get', dashboardInput(request)), Date.now()),
  );
  server.get('/manager/dashboard', async (request) => await ask('dashboard.get', dashboardInput(request)));
  server.route({
    method: ['GET', 'POST'],
    url: '/manager/dashboard/refresh',
    handler: async (request, reply) => {
      const { taskId } = await ask('dashboard.refresh', {
        filters: { ...filtersOf(request), ...bodyFilters(request) },
      });
      const statusUrl = `/manager/dashboard/status/${encodeURIComponent(taskId)}`;
      return reply.code(202).header('location', statusUrl).send({ task_id: taskId, status_url: statusUrl });
    },
  });
  server.get<{ Params: { taskId: string } }>('/manager/dashboard/status/:taskId', async (request) => {
    const status = await ask('task.status', { taskId: request.params.taskId });
    return { task_id: status.taskId, ...status };
  });
  // Of the last run where it is younger than a minute, so that a monitor may ask as often as it likes.
  server.get('/manager/api/doctor', async () => {
    const { report } = await ask('doctor.report', {});
    return report !== null && Date.now() - report.atMs < doctorMs ? report : await ask('doctor.run', {});
  });
  server.get('/manager/api/performance/metrics', async () => await ask('performance.metrics', {}));
}

/** A call that ended badly, on its way to the error handler. */
export class CallFailed extends Error {
  readonly error: WireError;

  constructor(error: WireError) {
    super(error.message);
    this.error = error;
  }
}

export async function sendError(reply: FastifyReply, error: WireError): Promise<void> {
  if (error.code === 'CALL_UNAUTHORIZED') reply.header('www-authenticate', 'Bearer');
  await reply.code(httpStatusOf(error)).send({ error });
}

export type Ask = <Name extends CallName>(name: Name, input: CallInput<Name>) => Promise<CallOutput<Name>>;

/** @param as the caller's name in the audit log */
export function createAsk(dispatch: Dispatch, as = 'http'): Ask {
  return async <Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> => {
    const envelope = await dispatch(name, input, { transport: 'http', name: as });
    if (!envelope.ok) throw new CallFailed(envelope.error);
    return envelope.data as CallOutput<Name>;
  };
}

function dashboardInput(request: FastifyRequest): CallInput<'dashboard.get'> {
  return { filters: filtersOf(request), waitMs: waitOf(request) };
}

function filtersOf(request: FastifyRequest): Query {
  return Object.fromEntries(Object.entries(request.query as Query).filter(([name]) => !notFilters.has(name)));
}

function bodyFilters(request: FastifyRequest): Query {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null) return {};
  const filters: unknown = 'filters' in body ? body.filters : body;
  return typeof filters === 'object' && filters !== null ? (filters as Query) : {};
}

function waitOf(request: FastifyRequest): number {
  const written = (request.query as Query)['wait'];
  if (written === undefined || written === '') return 0;
  const waitMs = Number(written);
  if (Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= longestWaitMs) return waitMs;
  const shown = String(written).slice(0, 40);
  throw new CallFailed(
    failure('CALL_INPUT_INVALID', `"wait" is "${shown}", but must be whole milliseconds from 0 to ${longestWaitMs}`),
  );
}
