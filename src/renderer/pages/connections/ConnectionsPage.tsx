/** The Connections page: every Redis that is watched, how its link stands, and what may be done through it. */
import { type ChangeEvent, type ReactElement, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput } from '../../../shared/contract.ts';
import { announce } from '../../state/announce.ts';
import { useCommand } from '../../state/calls.ts';
import { describeError } from '../../state/live-query.ts';
import type { Connection } from '../../state/operate.ts';
import { useIsOffline, useLive, useServices } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State } from '../../ui/State.tsx';
import { ConnectionDialog } from './ConnectionDialog.tsx';
import { ConnectionRow } from './ConnectionRow.tsx';
import { RemoveDialog } from './RemoveDialog.tsx';
import './connections-page.css';

type Question =
  | { readonly kind: 'edit'; readonly connection: Connection | null }
  | { readonly kind: 'remove'; readonly connection: Connection };

export function ConnectionsPage(): ReactElement {
  const { t } = useTranslation();
  const { connections } = useServices();
  const isOffline = useIsOffline();
  const { data, error } = useLive(connections);
  const [question, setQuestion] = useState<Question | null>(null);
  const offline = isOffline ? t('offlineBlocked') : null;
  const done = (): void => {
    connections.reload();
    setQuestion(null);
  };
  return (
    <div className="connections-page" data-testid="page-connections">
      <header className="top">
        <h1>{t('pages.connections')}</h1>
        <span className="space" />
        <Files blockedBecause={offline} onImported={() => connections.reload()} />
        <Button
          look="primary"
          data-testid="connection-add"
          blockedBecause={offline}
          onClick={() => setQuestion({ kind: 'edit', connection: null })}
        >
          {t('connections.add')}
        </Button>
      </header>
      {error !== null && error.code !== 'CALL_DISCONNECTED' && (
        <Banner kind="failed" word={t('connections.readFailed')} testId="connections-failed">
          {error.message} {error.help}
        </Banner>
      )}
      {data === null ? (
        error === null && <EmptyState icon="connections" title={t('connections.loading')} />
      ) : (
        <>
          <p className="sub vault" data-testid="connections-vault">
            {t(`connections.vault.${data.vault}`)}
          </p>
          <ul className="plain-list connection-rows" data-testid="connections-list">
            {data.connections.map((connection) => (
              <ConnectionRow
                key={connection.id}
                connection={connection}
                onEdit={() => setQuestion({ kind: 'edit', connection })}
                onRemove={() => setQuestion({ kind: 'remove', connection })}
              />
            ))}
          </ul>
          {data.connections.every(({ builtIn }) => builtIn) && (
            <EmptyState icon="connections" title={t('connections.none')} text={t('connections.noneText')} />
          )}
        </>
      )}
      {question?.kind === 'edit' && (
        <ConnectionDialog
          connection={question.connection}
          vault={data?.vault ?? 'file'}
          onClose={() => setQuestion(null)}
          onSaved={done}
        />
      )}
      {question?.kind === 'remove' && (
        <RemoveDialog connection={question.connection} onClose={() => setQuestion(null)} onRemoved={done} />
      )}
    </div>
  );
}

interface FilesProps {
  readonly blockedBecause: string | null;
  readonly onImported: () => void;
}

/** Profiles taken elsewhere and brought from there; passwords stay where they are. */
function Files({ blockedBecause, onImported }: FilesProps): ReactElement {
  const { t } = useTranslation();
  const { client, announcements } = useServices();
  const input = useRef<HTMLInputElement>(null);
  const bring = useCommand('connections.import');
  const [told, setTold] = useState<{ readonly kind: 'fresh' | 'failed'; readonly text: string } | null>(null);
  const tell = (kind: 'fresh' | 'failed', text: string): void => {
    setTold({ kind, text });
    announce(announcements, text);
  };
  const save = async (): Promise<void> => {
    try {
      const document = await client.call('connections.export', {});
      offerText(JSON.stringify(document, null, 2), 'vigia-connections.json');
      tell('fresh', t('connections.exported', { count: document.connections.length }));
    } catch (thrown) {
      const { message, help } = describeError(thrown);
      tell('failed', `${message} ${help}`.trim());
    }
  };
  const open = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const [file] = event.target.files ?? [];
    event.target.value = '';
    if (file === undefined) return;
    const document = jsonOf(await file.text());
    if (!isExport(document)) return tell('failed', t('connections.notAnExport', { name: file.name }));
    const { output, error } = await bring.run({ document });
    if (output === null) return tell('failed', error);
    const { added, skipped } = output;
    tell(
      'fresh',
      [
        t('connections.imported', { count: added.length }),
        ...(skipped.length > 0 ? [t('connections.skipped', { names: skipped.join(', ') })] : []),
      ].join(' '),
    );
    onImported();
  };
  return (
    <>
      {told !== null && (
        <span className="files-told" data-testid="connections-told">
          <State kind={told.kind} word={told.text} />
        </span>
      )}
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        hidden
        aria-label={t('connections.import')}
        onChange={(event) => void open(event)}
        data-testid="connections-file"
      />
      <Button
        data-testid="connections-import"
        blockedBecause={blockedBecause ?? (bring.isRunning ? t('part.running') : null)}
        title={t('connections.importHint')}
        onClick={() => input.current?.click()}
      >
        {t('connections.import')}
      </Button>
      <Button
        data-testid="connections-export"
        blockedBecause={blockedBecause}
        title={t('connections.exportHint')}
        onClick={() => void save()}
      >
        {t('connections.export')}
      </Button>
    </>
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type ExportDocument = CallInput<'connections.import'>['document'];

/** Enough to say that the file is another one; what is in it is checked by the engine. */
function isExport(value: unknown): value is ExportDocument {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 'vigia-connections';
}

function offerText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}
