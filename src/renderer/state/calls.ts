/** Calls that belong to the component that makes them: an answer kept live while it is mounted, a command with its outcome. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { CallInput, CallName, CallOutput, TopicName } from '../../shared/contract.ts';
import { createLiveQuery, describeError, type LiveState } from './live-query.ts';
import { useServices } from './services.ts';

interface LiveCallOptions {
  /** Ask again when one of these is pushed. */
  readonly topics: readonly TopicName[];
  readonly periodMs: number;
  /** Keeps the last answer over a reload under this name, so that it can be shown offline. */
  readonly keptAs?: string;
}

export interface LiveCall<Data> extends LiveState<Data> {
  reload(): void;
}

/** The answer to a call, asked again as {@link LiveCallOptions} say; another input is another question. */
export function useLiveCall<Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
  { topics, periodMs, keptAs }: LiveCallOptions,
): LiveCall<CallOutput<Name>> {
  const { client, clock, link, kept } = useServices();
  const inputKey = JSON.stringify(input);
  const topicKey = topics.join(' ');
  const query = useMemo(
    () =>
      createLiveQuery<Name>({
        client,
        clock,
        link,
        name,
        input: JSON.parse(inputKey) as CallInput<Name>,
        topics: topicKey.split(' ').filter(Boolean) as TopicName[],
        periodMs,
        kept: keptAs === undefined ? null : { values: kept, key: keptAs },
      }),
    [client, clock, link, kept, name, inputKey, topicKey, periodMs, keptAs],
  );
  useEffect(() => query.watch(), [query]);
  const state = useStore(query.store);
  return { ...state, reload: query.reload };
}

export interface CommandCall<Name extends CallName> {
  readonly isRunning: boolean;
  /** What went wrong last and what to do, in one text; null after a success. */
  readonly error: string | null;
  /** Never rejects: a failure is an outcome too. */
  run(input: CallInput<Name>): Promise<Outcome<CallOutput<Name>>>;
}

type Outcome<Output> =
  | { readonly output: Output; readonly error: null }
  | { readonly output: null; readonly error: string };

export function useCommand<Name extends CallName>(name: Name): CommandCall<Name> {
  const { client } = useServices();
  const [isRunning, setIsRunning] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = useCallback(
    async (input: CallInput<Name>): Promise<Outcome<CallOutput<Name>>> => {
      setIsRunning(true);
      try {
        const output = await client.call(name, input);
        setError(null);
        return { output, error: null };
      } catch (thrown) {
        const { message, help } = describeError(thrown);
        const text = `${message} ${help}`.trim();
        setError(text);
        return { output: null, error: text };
      } finally {
        setIsRunning(false);
      }
    },
    [client, name],
  );
  return { isRunning, error, run };
}
