/** Made-up connections for tests of the console's pages: the broker, which is unlocked and locked there. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallInput, CallOutput, Handlers } from '../../src/shared/contract.ts';

type Connection = CallOutput<'connections.list'>['connections'][number];

export interface ConnectionsScript {
  connections: Connection[];
  /** For how long it was unlocked, by what was pressed. */
  unlocked: { connectionId: string; forMs: number }[];
  tested: CallInput<'connections.test'>[];
  saved: CallInput<'connections.save'>[];
  /** What the next trials find. */
  test: CallOutput<'connections.test'>;
  /** A save fails with this message. */
  failure: string | null;
}

export function connectionsScript(nowMs: number): ConnectionsScript {
  return {
    connections: [
      connection(nowMs, 'broker', {
        name: 'Broker',
        environment: 'staging',
        url: 'redis://10.0.0.5:6379/0',
        purposes: ['celery', 'bullmq'],
        builtIn: true,
        setBy: 'CELERY_BROKER_URL',
      }),
      connection(nowMs, 'cache', {
        name: 'Cache',
        colour: 'blue',
        environment: 'development',
        url: 'unix:///run/vigia/cache.sock',
        purposes: ['cache'],
        builtIn: true,
        local: true,
        topology: 'socket',
        mode: 'operate',
      }),
      connection(nowMs, 'orders', {
        name: 'Orders',
        colour: 'pink',
        environment: 'production',
        url: 'redis-cluster://10.1.0.1:7000,10.1.0.2:7000',
        purposes: ['keys'],
        topology: 'cluster',
        hasPassword: true,
      }),
    ],
    unlocked: [],
    tested: [],
    saved: [],
    test: goodTest,
    failure: null,
  };
}

const goodTest: CallOutput<'connections.test'> = {
  ok: true,
  product: 'Redis',
  version: '7.0.15',
  latencyMs: 0.42,
  rights: { user: 'ana', observe: ['slowlog|len'], operate: ['set', 'config|set'] },
  steps: [
    { step: 'dns', outcome: 'passed', detail: 'redis.example is 10.0.0.9', tookMs: 3.2 },
    { step: 'reach', outcome: 'passed', detail: '10.0.0.9:6380 answers', tookMs: 1.1 },
    { step: 'tls', outcome: 'passed', detail: 'TLSv1.3, the certificate is valid until 2027-01-31', tookMs: 8 },
    { step: 'auth', outcome: 'passed', detail: 'as reports', tookMs: 12 },
    { step: 'version', outcome: 'passed', detail: 'Redis 7.0.15', tookMs: 0.4 },
    { step: 'role', outcome: 'passed', detail: 'master', said: { code: 'trial_role_master', values: {} }, tookMs: 0.3 },
    { step: 'rights', outcome: 'warned', detail: 'to observe, "ana" lacks SLOWLOG LEN', tookMs: 2 },
    { step: 'latency', outcome: 'passed', detail: '0.42 ms for a round trip', tookMs: 5 },
  ],
};

function connection(nowMs: number, id: string, part: Partial<Connection> & { name: string; url: string }): Connection {
  return {
    id,
    colour: 'grey',
    environment: 'other',
    username: null,
    sentinelUsername: null,
    purposes: [],
    builtIn: false,
    setBy: null,
    local: false,
    topology: 'standalone',
    hasPassword: false,
    mode: 'observe',
    operateUntilMs: null,
    link: {
      address: part.url,
      embedded: false,
      state: 'ready',
      sinceMs: nowMs - 3_600_000,
      version: '7.0.15',
      problem: null,
      nextTryAtMs: null,
    },
    ...part,
  };
}

export function connectionsHandlers(script: ConnectionsScript): Partial<Handlers> {
  const change = (connectionId: string, part: Partial<Connection>): Connection => {
    const found = script.connections.find(({ id }) => id === connectionId);
    if (!found) throw new EngineError('CALL_INPUT_INVALID', `No connection ${connectionId}`);
    const next = { ...found, ...part };
    script.connections = script.connections.map((each) => (each === found ? next : each));
    return next;
  };
  return {
    'connections.list': async () => ({ connections: script.connections, vault: 'file' }),
    async 'connections.test'(draft) {
      script.tested.push(draft);
      return script.test;
    },
    async 'connections.save'(draft) {
      if (script.failure !== null) throw new EngineError('CONNECTION_INVALID', script.failure);
      script.saved.push(draft);
      const { password, sentinelPassword: _sentinelPassword, id = `made-${script.saved.length}`, ...sent } = draft;
      // What was left out keeps its value.
      const rest = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)) as Pick<
        Connection,
        'name' | 'url'
      >;
      const before = script.connections.find((each) => each.id === id) ?? connection(Date.now(), id, rest);
      const next = {
        ...before,
        ...rest,
        id,
        hasPassword: password === undefined ? before.hasPassword : password !== null,
      };
      script.connections = [...script.connections.filter((each) => each.id !== id), next];
      return next;
    },
    async 'connections.remove'({ connectionId }) {
      script.connections = script.connections.filter(({ id }) => id !== connectionId);
      return { done: true };
    },
    'connections.export': async () => ({
      format: 'vigia-connections',
      version: 1,
      connections: script.connections
        .filter(({ builtIn }) => !builtIn)
        .map(({ name, colour, environment, url, username, sentinelUsername, purposes }) => ({
          ...{ name, colour, environment, url, username, sentinelUsername, purposes },
        })),
    }),
    async 'connections.import'({ document }) {
      const known = new Set(script.connections.map(({ name }) => name));
      const added = document.connections.filter(({ name }) => !known.has(name));
      script.connections = [
        ...script.connections,
        ...added.map((each, index) => connection(Date.now(), `imported-${index}`, each)),
      ];
      return {
        added: added.map(({ name }) => name),
        skipped: document.connections.map(({ name }) => name).filter((name) => known.has(name)),
      };
    },
    'connections.unlock': async ({ connectionId, forMs }) => {
      script.unlocked.push({ connectionId, forMs });
      return change(connectionId, { mode: 'operate', operateUntilMs: Date.now() + forMs });
    },
    'connections.lock': async ({ connectionId }) => change(connectionId, { mode: 'observe', operateUntilMs: null }),
  };
}
