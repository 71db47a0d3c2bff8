/** How far the console reaches: to its engine, and to anything behind it. Without the latter it is as offline as without the former. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { CallOutput } from '../../shared/contract.ts';
import type { EngineLink, EngineLinkStore } from '../transport/link.ts';
import type { LiveQuery } from './live-query.ts';

export type Reach = 'whole' | 'engine only' | 'nothing';

type System = CallOutput<'system.info'>;
type Connections = CallOutput<'connections.list'>;

const answering: ReadonlySet<System['links'][number]['state']> = new Set(['ready', 'degraded']);

/** @param connections what is watched beside the console's own; null while that is not known */
export function isCutOff(system: System | null, connections: Connections | null): boolean {
  if (system === null || system.source.reachable) return false;
  if (system.links.some(({ state }) => answering.has(state))) return false;
  return !(connections?.connections ?? []).some(({ builtIn, link }) => !builtIn && answering.has(link.state));
}

/** The engine cannot be asked. */
export function isAway({ phase }: EngineLink): boolean {
  return phase === 'disconnected' || phase === 'refused';
}

interface ReachInputs {
  readonly link: EngineLinkStore;
  readonly system: LiveQuery<System>;
  readonly connections: LiveQuery<Connections>;
}

/** Worked out once whenever one of its inputs changes; every tile and button of a page asks for it. */
export function createReach({ link, system, connections }: ReachInputs): StoreApi<Reach> {
  const look = (): Reach => {
    if (isAway(link.getState())) return 'nothing';
    const { data, receivedAtMs } = system.store.getState();
    return receivedAtMs !== null && isCutOff(data, connections.store.getState().data) ? 'engine only' : 'whole';
  };
  const store = createStore<Reach>(look);
  const update = (): void => store.setState(look(), true);
  link.subscribe(update);
  system.store.subscribe(update);
  connections.store.subscribe(update);
  return store;
}
