/** What a waiting task will be called with, shown only when somebody asks: who looked is in the audit log. */
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import { useCommand } from '../../state/calls.ts';
import { useIsOffline } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { JsonTree } from '../../ui/JsonTree.tsx';
import type { Json } from '../../ui/json-lines.ts';
import { State } from '../../ui/State.tsx';

interface MessageBodyProps {
  readonly reference: CallInput<'celery.message.reveal'>;
}

export function MessageBody({ reference }: MessageBodyProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const reveal = useCommand('celery.message.reveal');
  const [body, setBody] = useState<CallOutput<'celery.message.reveal'> | null>(null);
  const show = async (): Promise<void> => {
    const { output } = await reveal.run(reference);
    if (output !== null) setBody(output);
  };
  if (body !== null) return <Shown body={body} />;
  return (
    <div>
      <Button
        isSmall
        look="quiet"
        data-testid="message-reveal"
        blockedBecause={isOffline ? t('offlineBlocked') : reveal.isRunning ? t('part.running') : null}
        onClick={() => void show()}
      >
        {t('celery.reveal')}
      </Button>
      {reveal.error !== null && (
        <span role="alert">
          <State kind="failed" word={reveal.error} />
        </span>
      )}
    </div>
  );
}

function Shown({ body }: { readonly body: CallOutput<'celery.message.reveal'> }): ReactElement {
  const { t } = useTranslation();
  const value = useMemo(() => parsed(body), [body]);
  return (
    <div data-testid="message-body">
      {value === null ? (
        <pre>
          {body.args} {body.kwargs}
        </pre>
      ) : (
        <JsonTree label={t('celery.part.call')} value={value} maxHeightPx={240} />
      )}
      {body.hasSequel && <p className="sub">{t('celery.hasSequel')}</p>}
    </div>
  );
}

function parsed({ args, kwargs }: CallOutput<'celery.message.reveal'>): Json | null {
  try {
    return { args: JSON.parse(args) as Json, kwargs: JSON.parse(kwargs) as Json };
  } catch {
    // Python's JSON may hold NaN: it is shown as it stands.
    return null;
  }
}
