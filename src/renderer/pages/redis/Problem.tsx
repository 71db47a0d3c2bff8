/** What went wrong when the server was asked; that the engine is away is told by the banner above every page. */
import type { ReactElement } from 'react';
import type { LiveState } from '../../state/live-query.ts';
import { State } from '../../ui/State.tsx';

export function Problem({ error }: Pick<LiveState<unknown>, 'error'>): ReactElement | null {
  if (error === null || error.code === 'CALL_DISCONNECTED') return null;
  return (
    <p role="alert">
      <State kind="failed" word={`${error.message} ${error.help}`.trim()} />
    </p>
  );
}
