/** One change of a value: what stands there and what is to stand there, refused when somebody changed it meanwhile. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../state/announce.ts';
import { useCommand } from '../../state/calls.ts';
import { useOperate } from '../../state/operate.ts';
import { useServices } from '../../state/services.ts';
import { ConfirmDialog, type ConfirmFact } from '../../ui/ConfirmDialog.tsx';
import { AreaField, TextField } from '../../ui/Fields.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { type KeyName, readableName, type Space } from './keys-model.ts';
import { editOf, firstTexts, isRemoval, type Wish } from './value-edits.ts';

interface EditDialogProps {
  readonly space: Space;
  readonly name: KeyName;
  readonly wish: Wish;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function EditDialog({ space, name, wish, onClose, onDone }: EditDialogProps): ReactElement {
  const { t } = useTranslation();
  const { announcements } = useServices();
  const { blocked } = useOperate(space.connectionId);
  const command = useCommand('redis.key.set');
  const [texts, setTexts] = useState(() => firstTexts(wish));
  const sent = editOf(wish, texts);
  const isReplacing = 'was' in wish && wish.was !== null;
  const isSame = 'was' in wish && !isRemoval(wish) && texts.value === wish.was;
  const removes = isRemoval(wish);
  const run = async (): Promise<void> => {
    if (sent === null) return;
    const { output } = await command.run({ ...space, ...name, ...sent });
    if (output === null) return;
    announce(announcements, t(output.changed === 0 ? 'keys.nothingChanged' : 'keys.changed'));
    onDone();
  };
  const wrong = sent === null ? t('keys.valueMissing') : isSame ? t('keys.sameValue') : null;
  return (
    <ConfirmDialog
      title={t(`keys.wish.${titleOf(wish)}`)}
      confirmLabel={t(removes ? 'keys.remove' : 'keys.write')}
      facts={[
        { name: t('keys.column.key'), value: <span className="mono key-name">{readableName(name)}</span> },
        ...factsOf(wish, t('keys.element'), t('keys.value')),
      ]}
      blockedBecause={blocked ?? wrong}
      isRunning={command.isRunning}
      error={command.error}
      onConfirm={() => void run()}
      onClose={onClose}
      testId="key-edit-dialog"
    >
      {removes ? (
        <p>{t('keys.removeMeans')}</p>
      ) : (
        <div className="key-form">
          <NameField wish={wish} value={texts.name} onChange={(value) => setTexts({ ...texts, name: value })} />
          {wish.kind === 'zset-set' ? (
            <TextField
              label={t('keys.score')}
              value={texts.value}
              inputMode="decimal"
              onChange={(value) => setTexts({ ...texts, value })}
              testId="edit-value"
            />
          ) : (
            <AreaField
              label={t('keys.value')}
              rows={wish.kind === 'string' || wish.kind === 'json-set' ? 12 : 4}
              isMono
              value={texts.value}
              onChange={(value) => setTexts({ ...texts, value })}
              testId="edit-value"
            />
          )}
          <p className="sub">{t(isReplacing ? 'keys.guardMeans' : 'keys.addMeans')}</p>
        </div>
      )}
      <OperateLock connectionId={space.connectionId} isInline />
    </ConfirmDialog>
  );
}

interface NameFieldProps {
  readonly wish: Wish;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Only where the element is new: an element keeps its name. */
function NameField({ wish, value, onChange }: NameFieldProps): ReactElement | null {
  const { t } = useTranslation();
  const isNew =
    wish.kind === 'stream-add' ||
    (wish.kind === 'hash-set' && wish.field === null) ||
    (wish.kind === 'zset-set' && wish.member === null);
  if (!isNew) return null;
  return (
    <TextField
      label={t(wish.kind === 'zset-set' ? 'keys.member' : 'keys.field')}
      value={value}
      onChange={onChange}
      testId="edit-name"
    />
  );
}

function titleOf(wish: Wish): 'value' | 'element' | 'add' | 'remove' {
  if (isRemoval(wish)) return 'remove';
  if (wish.kind === 'string' || wish.kind === 'json-set') return 'value';
  return 'was' in wish && wish.was !== null ? 'element' : 'add';
}

const mostShown = 200;

function factsOf(wish: Wish, element: string, value: string): ConfirmFact[] {
  const name =
    'field' in wish
      ? wish.field
      : 'member' in wish
        ? wish.member
        : 'index' in wish
          ? String(wish.index)
          : 'id' in wish
            ? wish.id
            : null;
  const stands = isRemoval(wish) && 'was' in wish ? wish.was : null;
  return [
    ...(name === null ? [] : [{ name: element, value: <span className="mono key-name">{name}</span> }]),
    ...(stands === null
      ? []
      : [{ name: value, value: <span className="mono key-name">{stands.slice(0, mostShown)}</span> }]),
  ];
}
