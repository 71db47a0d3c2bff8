/** Makes or changes a connection: its fields, the address that they come to, and a trial of it before it is kept. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../state/announce.ts';
import { useCommand } from '../../state/calls.ts';
import { describeError } from '../../state/live-query.ts';
import type { Connection } from '../../state/operate.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { State } from '../../ui/State.tsx';
import { AddressFields } from './AddressFields.tsx';
import { type ConnectionForm, type ConnectionTest, draftOf, emptyForm, formOf, urlOf } from './connection-form.ts';
import { IdentityFields } from './IdentityFields.tsx';
import { SecretFields } from './SecretFields.tsx';
import { TestResult } from './TestResult.tsx';

interface ConnectionDialogProps {
  /** Null for a new one. */
  readonly connection: Connection | null;
  readonly vault: 'keychain' | 'file';
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

export function ConnectionDialog({ connection, vault, onClose, onSaved }: ConnectionDialogProps): ReactElement {
  const { t } = useTranslation();
  const { announcements } = useServices();
  const isOffline = useIsOffline();
  const [form, setForm] = useState<ConnectionForm>(() => (connection === null ? emptyForm : formOf(connection)));
  const trial = useTrial();
  const save = useCommand('connections.save');
  const draft = draftOf(form, connection?.id ?? null);
  const change = (part: Partial<ConnectionForm>): void => {
    // What was tried was another address.
    trial.forget();
    setForm((before) => ({ ...before, ...part }));
  };
  const blocked = isOffline ? t('offlineBlocked') : draft === null ? t('connections.incomplete') : null;
  const keep = async (): Promise<void> => {
    if (draft === null) return;
    const { output } = await save.run(draft);
    if (output === null) return;
    announce(announcements, t('connections.saved', { name: output.name }));
    onSaved();
  };
  const title = connection === null ? t('connections.addTitle') : t('connections.editTitle', { name: connection.name });
  return (
    <Dialog title={title} className="connection-dialog" onClose={onClose}>
      <form
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          if (blocked === null && !save.isRunning) void keep();
        }}
      >
        <IdentityFields form={form} onChange={change} />
        <AddressFields form={form} onChange={change} />
        <SecretFields form={form} vault={vault} hasPassword={connection?.hasPassword ?? false} onChange={change} />
        <p className="mono sub url" data-testid="connection-url">
          {urlOf(form)}
        </p>
        {trial.result !== null && <TestResult result={trial.result} />}
        {[trial.error, save.error].map(
          (error) =>
            error !== null && (
              <p role="alert" key={error}>
                <State kind="failed" word={error} />
              </p>
            ),
        )}
        <div className="actions">
          <span className="way-back">
            <Button
              data-testid="connection-test"
              blockedBecause={blocked ?? (trial.isRunning ? t('part.running') : null)}
              onClick={() => draft !== null && void trial.run(draft)}
            >
              {t(trial.isRunning ? 'connections.testing' : 'connections.test')}
            </Button>
          </span>
          <Button onClick={onClose}>{t('part.cancel')}</Button>
          <Button
            type="submit"
            look="primary"
            data-testid="connection-save"
            blockedBecause={blocked ?? (save.isRunning ? t('part.running') : null)}
          >
            {t(trial.result === null ? 'connections.saveUntested' : 'connections.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** One trial at a time; the answer to a draft that was changed meanwhile is dropped. */
function useTrial() {
  const { client } = useServices();
  const [state, setState] = useState<{
    readonly isRunning: boolean;
    readonly result: ConnectionTest | null;
    readonly error: string | null;
    readonly turn: number;
  }>({ isRunning: false, result: null, error: null, turn: 0 });
  const run = async (draft: NonNullable<ReturnType<typeof draftOf>>): Promise<void> => {
    const turn = state.turn + 1;
    setState({ isRunning: true, result: null, error: null, turn });
    const settle = (part: { result?: ConnectionTest; error?: string }): void =>
      setState((now) => (now.turn === turn ? { isRunning: false, result: null, error: null, turn, ...part } : now));
    try {
      settle({ result: await client.call('connections.test', draft) });
    } catch (thrown) {
      const { message, help } = describeError(thrown);
      settle({ error: `${message} ${help}`.trim() });
    }
  };
  const forget = (): void => setState((now) => ({ isRunning: false, result: null, error: null, turn: now.turn + 1 }));
  return { ...state, run, forget };
}
