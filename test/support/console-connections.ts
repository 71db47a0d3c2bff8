/** Made-up connections for tests of the console's pages: the broker, which is unlocked and locked there. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallOutput, Handlers } from '../../src/shared/contract.ts';

type Connection = CallOutput<'connections.list'>['connections'][number];

export interface ConnectionsScript {
  connections: Connection[];
  /** For how long it was unlocked, by what was pressed. */
  unlocked: { connectionId: string; forMs: number }[];
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
  };
}

function connection(nowMs: number, id: string, part: Partial<Connection> & { name: string; url: string }): Connection {
  return {
    id,
    colour: 'grey',
    environment: 'other',
    username: null,
    sentinelUsername: null,
    purposes: [],
    builtIn: false,
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
    'connections.unlock': async ({ connectionId, forMs }) => {
      script.unlocked.push({ connectionId, forMs });
      return change(connectionId, { mode: 'operate', operateUntilMs: Date.now() + forMs });
    },
    'connections.lock': async ({ connectionId }) => change(connectionId, { mode: 'observe', operateUntilMs: null }),
  };
}
