/** The state of the connection between this console and its engine, as something to subscribe to. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface EngineLink {
  /** `refused`: the engine answers but does not accept our token. */
  readonly phase: 'connecting' | 'connected' | 'disconnected' | 'refused';
  /** Since when it is in this phase. */
  readonly sinceMs: number;
  /** When it is tried again; null while it is up or being tried. */
  readonly nextTryAtMs: number | null;
}

export type EngineLinkStore = StoreApi<EngineLink>;

export function createEngineLink(nowMs: number, phase: EngineLink['phase']): EngineLinkStore {
  return createStore<EngineLink>(() => ({ phase, sinceMs: nowMs, nextTryAtMs: null }));
}
