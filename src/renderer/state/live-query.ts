/**
 * A query whose last answer stays on show: asked again when the engine says that it changed, when the connection
 * returns, and every so often; never two at once, and a failure never takes the last answer away.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { CallError, type Client } from '../../shared/client.ts';
import type { CallInput, CallName, CallOutput, TopicName } from '../../shared/contract.ts';
import type { BrowserClock, Stop } from '../clock.ts';
import type { EngineLinkStore } from '../transport/link.ts';
import type { KeptValues } from './storage.ts';

export interface LiveState<Data> {
  readonly data: Data | null;
  /** When `data` came from the engine; null when it is kept from an earlier run. */
  readonly receivedAtMs: number | null;
  readonly error: { readonly code: string; readonly message: string; readonly help: string } | null;
  readonly isLoading: boolean;
}

export interface LiveQuery<Data> {
  readonly store: StoreApi<LiveState<Data>>;
  reload(): void;
  /** Counts who looks; the query runs while somebody does. */
  watch(): () => void;
}

export interface LiveQueryOptions<Name extends CallName> {
  readonly client: Client;
  readonly clock: BrowserClock;
  readonly link: EngineLinkStore;
  readonly name: Name;
  readonly input: CallInput<Name>;
  readonly topics: readonly TopicName[];
  readonly periodMs: number;
  /** Keeps the last answer over a reload; null keeps nothing. */
  readonly kept: { readonly values: KeptValues; readonly key: string } | null;
}

export function describeError(error: unknown): NonNullable<LiveState<unknown>['error']> {
  if (error instanceof CallError) return { code: error.code, message: error.message, help: error.help };
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error), help: '' };
}

export function createLiveQuery<Name extends CallName>(options: LiveQueryOptions<Name>): LiveQuery<CallOutput<Name>> {
  const { client, clock, link, name, input, topics, periodMs, kept } = options;
  type Data = CallOutput<Name>;
  const store = createStore<LiveState<Data>>(() => ({
    data: (kept?.values.read(kept.key) ?? null) as Data | null,
    receivedAtMs: null,
    error: null,
    isLoading: false,
  }));
  let watchers = 0;
  let isWantedAgain = false;
  let stops: Stop[] = [];

  const load = async (): Promise<void> => {
    if (store.getState().isLoading) {
      isWantedAgain = true;
      return;
    }
    store.setState({ isLoading: true });
    try {
      const data = await client.call(name, input);
      store.setState({ data, receivedAtMs: clock.now(), error: null, isLoading: false });
      kept?.values.write(kept.key, data);
    } catch (error) {
      store.setState({ error: describeError(error), isLoading: false });
    }
    if (!isWantedAgain) return;
    isWantedAgain = false;
    if (watchers > 0) void load();
  };

  const start = (): void => {
    stops = topics.map((topic) => client.on(topic, () => void load()));
    stops.push(clock.every(periodMs, () => void load()));
    stops.push(
      link.subscribe((now, before) => {
        // What was asked while the connection was being opened is sent now, not asked twice.
        const isAsked = store.getState().isLoading;
        if (now.phase === 'connected' && before.phase !== 'connected' && !isAsked) void load();
      }),
    );
    void load();
  };

  return {
    store,
    reload: () => void load(),
    watch() {
      if (watchers++ === 0) start();
      let isWatching = true;
      return () => {
        if (!isWatching) return;
        isWatching = false;
        if (--watchers > 0) return;
        for (const stop of stops) stop();
        stops = [];
      };
    },
  };
}
