/** Makes or changes a channel: how its messages would look, and a test message that says precisely what came of it. */
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { describeError } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { type Channel, type ChannelDraft, type ChannelKind, channelKinds, channelName } from './alerts-model.ts';
import { ChannelFields } from './ChannelFields.tsx';
import { type ChannelForm, channelDraftOf, channelFormOf, channelProblems, emptyChannelForm } from './channel-form.ts';

interface ChannelDialogProps {
  /** Null for a new one. */
  readonly channel: Channel | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** There is one desktop, and it is there already. */
const newKinds = channelKinds.filter((kind) => kind !== 'desktop');

export function ChannelDialog({ channel, onClose, onSaved }: ChannelDialogProps): ReactElement {
  const { t } = useTranslation();
  const [form, setForm] = useState<ChannelForm>(() =>
    channel === null ? emptyChannelForm('email') : channelFormOf(channel),
  );
  const [isTried, setIsTried] = useState(channel !== null);
  const fields = useRef<HTMLDivElement>(null);
  // The dialog has given the focus to the box that scrolls.
  useEffect(() => fields.current?.querySelector('input')?.focus(), []);
  const save = useCommand('alerts.channels.save');
  const hasSecret = channel?.hasSecret === true && form.secret !== null;
  const id = channel?.id;
  const draft = useMemo(() => channelDraftOf(form, id, hasSecret), [form, id, hasSecret]);
  const submit = async (): Promise<void> => {
    setIsTried(true);
    if (draft !== null && !save.isRunning && (await save.run(draft)).error === null) onSaved();
  };
  const title =
    channel === null ? t('alertChannels.newTitle') : t('alertChannels.editTitle', { name: channelName(t, channel) });
  return (
    <Dialog title={title} className="channel-dialog" onClose={onClose}>
      <form
        noValidate
        data-testid="channel-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {channel === null && <KindChoice kind={form.kind} onChange={(kind) => setForm(emptyChannelForm(kind))} />}
        <div className="editor" ref={fields}>
          <ChannelFields
            key={form.kind}
            form={form}
            problems={isTried ? channelProblems(form, hasSecret) : {}}
            hasSecret={channel?.hasSecret === true}
            onChange={(part) => setForm((before) => ({ ...before, ...part }))}
          />
          <MessagePreview draft={draft} />
        </div>
        {save.error !== null && (
          <p role="alert" data-testid="channel-refused">
            <State kind="failed" word={save.error} />
          </p>
        )}
        <div className="actions">
          {channel !== null && channel.settings.kind !== 'desktop' && <Remove channel={channel} onDone={onSaved} />}
          <Test draft={draft} onTry={() => setIsTried(true)} />
          {isTried && draft === null && <State kind="stale" word={t('alertChannels.fix')} />}
          <Button onClick={onClose}>{t('alertChannels.cancel')}</Button>
          <Button type="submit" look="primary" data-testid="channel-save">
            {t('alertChannels.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface KindChoiceProps {
  readonly kind: ChannelKind;
  readonly onChange: (kind: ChannelKind) => void;
}

function KindChoice({ kind, onChange }: KindChoiceProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="kind-choice">
      <SegmentedFilter
        label={t('alertChannels.field.kind')}
        options={newKinds.map((id) => ({ id, title: t(`alertChannels.kind.${id}`) }))}
        value={kind}
        onChange={onChange}
        testId="channel-kind"
      />
      <span className="sub">{t(`alertChannels.kindMeans.${kind}`)}</span>
    </div>
  );
}

interface TestProps {
  readonly draft: ChannelDraft | null;
  readonly onTry: () => void;
}

/** Sends what is typed, saved or not. */
function Test({ draft, onTry }: TestProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const test = useCommand('alerts.channels.test');
  const [word, setWord] = useState<{ kind: 'fresh' | 'failed'; text: string } | null>(null);
  const send = async (): Promise<void> => {
    onTry();
    if (draft === null || test.isRunning) return;
    setWord(null);
    const { output, error } = await test.run(draft);
    if (output === null) {
      setWord({ kind: 'failed', text: error });
      return;
    }
    const took = `${format.number(output.tookMs)} ms`;
    setWord(
      output.delivered
        ? { kind: 'fresh', text: t('alertChannels.testSent', { took }) }
        : { kind: 'failed', text: t('alertChannels.testFailed', { took, problem: output.problem ?? '' }) },
    );
  };
  return (
    <span className="test-send" role="status" data-testid="channel-test-result">
      <Button onClick={() => void send()} data-testid="channel-test">
        {t(test.isRunning ? 'alertChannels.testing' : 'alertChannels.test')}
      </Button>
      {word !== null && <State kind={word.kind} word={word.text} />}
    </span>
  );
}

interface RemoveProps {
  readonly channel: Channel;
  readonly onDone: () => void;
}

function Remove({ channel, onDone }: RemoveProps): ReactElement {
  const { t } = useTranslation();
  const remove = useCommand('alerts.channels.remove');
  const [isAsked, setIsAsked] = useState(false);
  const word = t('alertChannels.remove');
  const act = async (): Promise<void> => {
    if ((await remove.run({ channelId: channel.id })).error === null) onDone();
  };
  return (
    <span className="way-back">
      <Button look="quiet" data-testid="channel-remove" onClick={() => (isAsked ? void act() : setIsAsked(true))}>
        {isAsked ? t('alertChannels.sure', { what: word }) : word}
      </Button>
      {remove.error !== null && <State kind="failed" word={remove.error} />}
    </span>
  );
}

const typingPauseMs = 350;

interface Shown {
  readonly key: string;
  readonly message: { readonly title: string; readonly text: string; readonly html: string } | null;
  readonly error: string | null;
}

function MessagePreview({ draft }: { readonly draft: ChannelDraft | null }): ReactElement {
  const { t } = useTranslation();
  const { client, clock } = useServices();
  const [shown, setShown] = useState<Shown | null>(null);
  const [part, setPart] = useState<'text' | 'html'>('text');
  const key = draft === null ? null : JSON.stringify(draft);
  useEffect(() => {
    if (key === null) return;
    let isOver = false;
    const ask = (): void =>
      void client.call('alerts.channels.preview', JSON.parse(key) as ChannelDraft).then(
        (message) => !isOver && setShown({ key, message, error: null }),
        (error: unknown) =>
          !isOver &&
          setShown((before) => ({ key, message: before?.message ?? null, error: describeError(error).message })),
      );
    const stop = clock.after(typingPauseMs, ask);
    return () => {
      isOver = true;
      stop();
    };
  }, [client, clock, key]);
  const message = shown?.message ?? null;
  const error = shown?.error ?? null;
  return (
    <section className="editor-preview" aria-label={t('alertChannels.preview')} data-testid="channel-preview">
      <div className="preview-head">
        <h3>{t('alertChannels.preview')}</h3>
        {draft?.settings.kind === 'email' && (
          <SegmentedFilter
            label={t('alertChannels.preview')}
            options={(['text', 'html'] as const).map((id) => ({
              id,
              title: t(id === 'text' ? 'alertChannels.previewText' : 'alertChannels.previewHtml'),
            }))}
            value={part}
            onChange={setPart}
            testId="channel-preview-part"
          />
        )}
      </div>
      {error !== null && (
        <p role="alert">
          <State kind="failed" word={error} />
        </p>
      )}
      {message === null ? (
        <EmptyState icon="search" title={t('alertChannels.previewWaits')} />
      ) : (
        <div className={shown?.key === key ? 'message-preview' : 'message-preview is-pale'}>
          <b>{message.title}</b>
          {part === 'html' && draft?.settings.kind === 'email' ? (
            // Shown as a mail program would, with nothing of it run and nothing fetched.
            <iframe sandbox="" title={t('alertChannels.previewHtml')} srcDoc={message.html} />
          ) : (
            <pre>{message.text}</pre>
          )}
        </div>
      )}
    </section>
  );
}
