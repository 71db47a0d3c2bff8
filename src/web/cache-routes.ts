/** The guide's routes of the cache; each is one call of the contract, its figures in the guide's names. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CallInput, CallOutput } from '../shared/contract.ts';
import type { Dispatch } from '../shared/dispatcher.ts';
import { failure } from '../shared/failure.ts';
import { type Ask, CallFailed, createAsk } from './rest.ts';
import { createWebhookGuard } from './webhook.ts';

type Status = CallOutput<'cache.status'>;
type Page = CallOutput<'cache.entries'>;

/** Filter sets listed by `/status`; the rest is counted. */
const listedEntries = 500;

/** Behind the token: `Authorization: Bearer …` and nothing else, so that no page and no link can change anything. */
export function addCacheRoutes(server: FastifyInstance, dispatch: Dispatch): void {
  const ask = createAsk(dispatch);
  server.get('/manager/api/cache/status', async () => {
    const [status, page] = await Promise.all([
      ask('cache.status', {}),
      ask('cache.entries', { sort: 'age', limit: listedEntries }),
    ]);
    return statusReport(status, page);
  });
  server.get('/manager/api/cache/health', async (_request, reply) => {
    const health = await ask('cache.health', {});
    return reply.code(health.state === 'failed' ? 503 : 200).send(health);
  });
  server.route({
    method: ['GET', 'POST'],
    url: '/manager/api/cache/clear',
    handler: async (request) => clear(ask, given(request)),
  });
  server.post('/manager/api/cache/invalidate', async (request) => invalidate(ask, given(request)));
}

/** Without the token: whoever calls proves that it knows the secret. */
export async function addWebhook(
  server: FastifyInstance,
  dispatch: Dispatch,
  options: { secret: string | null; nowMs: () => number },
): Promise<void> {
  const ask = createAsk(dispatch, 'webhook');
  const guard = createWebhookGuard(options.secret, options.nowMs);
  await server.register(async (hooks) => {
    // The signature is over the bytes as they were sent.
    hooks.removeAllContentTypeParsers();
    hooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    hooks.post('/manager/webhook/data-changed', async (request) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const refusal = guard.check({
        timestamp: header(request, 'x-vigia-timestamp'),
        signature: header(request, 'x-vigia-signature'),
        body,
      });
      if (refusal) throw new CallFailed(refusal);
      const { type, subject } = changeOf(body);
      const report = await ask('cache.dataChanged', { type, subject } as CallInput<'cache.dataChanged'>);
      return { invalidated: report.tags, entry_count: report.entryCount, mode: report.mode, took_ms: report.tookMs };
    });
  });
}

function statusReport(status: Status, page: Page): Record<string, unknown> {
  const now = status.atMs;
  return {
    at: new Date(now).toISOString(),
    redis: status.link.state === 'ready' ? 'connected' : status.link.state,
    breaker: status.breaker,
    coherence: status.coherence,
    memory_tier: status.memory,
    layers: Object.fromEntries(status.layers.map(({ layer, ...facts }) => [layer, layerReport(facts)])),
    totals: status.totals,
    entries: {
      total: page.totalCount,
      listed: page.rows.length,
      complete: !page.partial,
      by_filters: byFilters(page, now),
      foreign: status.foreign,
    },
    warming: status.warming,
    last_clean_up: status.lastCleanUp,
    index: status.index,
  };
}

function layerReport({ settings, entries, windows }: Omit<Status['layers'][number], 'layer'>): Record<string, unknown> {
  return {
    ttl_s: settings.ttlMs / 1_000,
    stale_window_s: settings.staleWindowMs / 1_000,
    max_age_s: settings.maxAgeMs / 1_000,
    entries,
    windows,
  };
}

/** One line for each set of filters, with its entries by section. */
function byFilters(page: Page, now: number): Record<string, unknown>[] {
  const sets = new Map<string, { filters: unknown; as_of: string | null; entries: unknown[] }>();
  for (const row of page.rows) {
    if (row.filters === null) continue;
    const set = sets.get(row.viewId ?? row.key) ?? {
      filters: Object.fromEntries(row.filters.map(({ id, values }) => [id, values.length === 1 ? values[0] : values])),
      as_of: row.asOf,
      entries: [],
    };
    sets.set(row.viewId ?? row.key, set);
    set.entries.push({
      section: row.section,
      layer: row.layer,
      state: row.state,
      age_s: row.computedAtMs === null ? null : seconds(now - row.computedAtMs),
      ttl_left_s: row.deletedAtMs === null ? null : seconds(row.deletedAtMs - now),
      size_bytes: row.sizeBytes,
      hits: row.hits,
      key: row.key,
    });
  }
  return [...sets.values()];
}

function seconds(ms: number): number {
  return Math.round(Math.max(0, ms) / 100) / 10;
}

/** `layer` alone clears that layer, nothing clears all: as in the guide, the call itself is the confirmation. */
async function clear(ask: Ask, { layer = 'all', reason = '' }: Given): Promise<CallOutput<'cache.clear'>> {
  const input = { layer, confirm: layer, reason } as CallInput<'cache.clear'>;
  return ask('cache.clear', input);
}

async function invalidate(ask: Ask, given: Given): Promise<CallOutput<'cache.invalidate'>> {
  const { tags, keys, mode = 'stale', reason = '' } = given;
  const input = { tags: listOf(tags), keys: listOf(keys), mode, reason };
  return ask('cache.invalidate', input as CallInput<'cache.invalidate'>);
}

type Given = Readonly<Record<string, unknown>>;

/** Query and body in one; the body wins. */
function given(request: FastifyRequest): Given {
  const query: unknown = request.query;
  const body: unknown = request.body;
  return { ...fieldsOf(query), ...fieldsOf(body) };
}

function fieldsOf(value: unknown): Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** A list, or a text with commas; what is neither is left to the contract to refuse. */
function listOf(value: unknown): unknown {
  if (value === undefined) return [];
  return typeof value === 'string'
    ? value
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean)
    : value;
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** `{"type": "edp_updated", "subject": {"cliente": "…"}}`; the original's `change_type` and `data` mean the same. */
function changeOf(body: Buffer): { type: unknown; subject: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new CallFailed(failure('CALL_INPUT_INVALID', `The body is no JSON: ${String(error).slice(0, 200)}`));
  }
  const fields = fieldsOf(parsed);
  const subject = fieldsOf(fields['subject'] ?? fields['data']);
  return {
    type: fields['type'] ?? fields['change_type'],
    // A sender may tell more of the change than we ask for.
    subject: Object.fromEntries(Object.entries(subject).filter(([, value]) => isPlain(value))),
  };
}

function isPlain(value: unknown): boolean {
  const one = (each: unknown): boolean => typeof each === 'string' || typeof each === 'number';
  return one(value) || (Array.isArray(value) && value.every(one));
}
