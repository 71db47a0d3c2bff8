/** The answer to a question about what an action would reach, asked once for every input; none without an input. */
import { useEffect, useState } from 'react';
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import { describeError } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';

type PreviewName = 'cache.invalidatePreview' | 'cache.clearPreview' | 'cache.cleanUpPreview';

interface Preview<Data> {
  /** Null while it is counted. */
  readonly data: Data | null;
  readonly error: string | null;
}

export function usePreview<Name extends PreviewName>(
  name: Name,
  input: CallInput<Name> | null,
): Preview<CallOutput<Name>> {
  const { client } = useServices();
  const key = input === null ? null : JSON.stringify(input);
  const [answer, setAnswer] = useState<{ readonly key: string } & Preview<CallOutput<Name>>>();
  useEffect(() => {
    if (key === null) return undefined;
    let isWanted = true;
    client.call(name, JSON.parse(key) as CallInput<Name>).then(
      (data) => {
        if (isWanted) setAnswer({ key, data, error: null });
      },
      (thrown: unknown) => {
        const { message, help } = describeError(thrown);
        if (isWanted) setAnswer({ key, data: null, error: `${message} ${help}`.trim() });
      },
    );
    return () => {
      isWanted = false;
    };
  }, [client, name, key]);
  return answer !== undefined && answer.key === key ? answer : { data: null, error: null };
}
