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
      {
        id: 'broker',
        name: 'Broker',
        colour: 'grey',
        environment: 'staging',
        url: 'redis://10.0.0.5:6379/0',
        username: null,
        sentinelUsername: null,
        purposes: ['celery', 'bullmq'],
        builtIn: true,
        local: false,
        topology: 'standalone',
        hasPassword: false,
        mode: 'observe',
        operateUntilMs: null,
        link: {
          address: 'redis://10.0.0.5:6379/0',
          embedded: false,
          state: 'ready',
          sinceMs: nowMs,
          version: '7.0.15',
          problem: null,
        },
      },
    ],
    unlocked: [],
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
