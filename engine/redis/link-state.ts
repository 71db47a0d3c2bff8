/** The states of a link and what moves it between them, as a table. */
import type { LinkView } from '../model/health.ts';

export type LinkState = LinkView['state'];

/**
 * `up`: every server of it answers. `partly`: some shards of a cluster do not. `lost`: the connection ended and nobody said
 * why. `failed`: it could not be made or broke. `refused`: the server or its certificate was there and one of the two
 * said no. `closed`: by us.
 */
export type LinkEvent = 'up' | 'partly' | 'lost' | 'failed' | 'refused' | 'closed';

/** After a refusal the server hangs up, which says nothing new; a link that we closed stays closed. */
export const linkTransitions: Readonly<Record<LinkState, Readonly<Record<LinkEvent, LinkState>>>> = {
  connecting: to('unreachable'),
  ready: to('unreachable'),
  degraded: to('unreachable'),
  unreachable: to('unreachable'),
  refused: to('refused'),
  closed: { up: 'closed', partly: 'closed', lost: 'closed', failed: 'closed', refused: 'closed', closed: 'closed' },
};

function to(whenLost: LinkState): Record<LinkEvent, LinkState> {
  return {
    up: 'ready',
    partly: 'degraded',
    lost: whenLost,
    failed: 'unreachable',
    refused: 'refused',
    closed: 'closed',
  };
}

/** True when calls are worth making. */
export function isUsable(state: LinkState): boolean {
  return state === 'ready' || state === 'degraded';
}
