/** Makes a key that nobody has yet: its name, its type, what it begins with, and how long it lives. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput } from '../../../shared/contract.ts';
import { announce } from '../../state/announce.ts';
import { useCommand } from '../../state/calls.ts';
import { useOperate } from '../../state/operate.ts';
import { useServices } from '../../state/services.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { AreaField, ChoiceField, TextField } from '../../ui/Fields.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { type Space, types } from './keys-model.ts';
import { isJson } from './value-edits.ts';

type Edit = CallInput<'redis.key.add'>['edit'];
type KeyType = (typeof types)[number];

interface AddKeyDialogProps {
  readonly space: Space;
  readonly onClose: () => void;
  readonly onAdded: (key: string) => void;
}

interface Form {
  readonly key: string;
  readonly type: KeyType;
  readonly first: string;
  readonly second: string;
  readonly seconds: string;
}

export function AddKeyDialog({ space, onClose, onAdded }: AddKeyDialogProps): ReactElement {
  const { t } = useTranslation();
  const { announcements } = useServices();
  const { blocked } = useOperate(space.connectionId);
  const command = useCommand('redis.key.add');
  const [form, setForm] = useState<Form>({ key: '', type: 'string', first: '', second: '', seconds: '' });
  const change = (part: Partial<Form>): void => setForm((before) => ({ ...before, ...part }));
  const edit = editOf(form);
  const ttlMs = form.seconds.trim() === '' ? null : Math.round(Number(form.seconds) * 1_000);
  const isTtlRight = ttlMs === null || ttlMs >= 1;
  const wrong = form.key === '' ? t('keys.nameMissing') : edit === null ? t('keys.valueMissing') : null;
  const run = async (): Promise<void> => {
    if (edit === null) return;
    const { error } = await command.run({ ...space, key: form.key, keyEncoding: 'text', edit, ttlMs });
    if (error !== null) return;
    announce(announcements, t('keys.added'));
    onAdded(form.key);
  };
  const isPair = form.type === 'hash' || form.type === 'stream' || form.type === 'zset';
  return (
    <ConfirmDialog
      title={t('keys.addTitle')}
      confirmLabel={t('keys.addConfirm')}
      blockedBecause={blocked ?? wrong ?? (isTtlRight ? null : t('keys.ttlWrong'))}
      isRunning={command.isRunning}
      error={command.error}
      onConfirm={() => void run()}
      onClose={onClose}
      testId="keys-add-dialog"
    >
      <div className="key-form">
        <TextField label={t('keys.column.key')} value={form.key} onChange={(key) => change({ key })} testId="add-key" />
        <div className="field-row">
          <ChoiceField
            label={t('keys.column.type')}
            value={form.type}
            options={types.map((id) => ({ id, name: t(`keys.types.${id}`) }))}
            onChange={(type) => change({ type })}
            testId="add-type"
          />
          <TextField
            label={t('keys.ttlSeconds')}
            value={form.seconds}
            inputMode="decimal"
            error={isTtlRight ? null : t('keys.ttlWrong')}
            onChange={(seconds) => change({ seconds })}
            testId="add-ttl"
          />
        </div>
        {isPair && (
          <TextField
            label={t(form.type === 'zset' ? 'keys.score' : 'keys.field')}
            value={form.first}
            onChange={(first) => change({ first })}
            testId="add-first"
          />
        )}
        <AreaField
          label={t(`keys.addValue.${form.type}`)}
          rows={4}
          isMono
          value={form.second}
          onChange={(second) => change({ second })}
          testId="add-value"
        />
      </div>
      <OperateLock connectionId={space.connectionId} isInline />
    </ConfirmDialog>
  );
}

/** Null while something is missing or wrong. */
function editOf({ type, first, second }: Form): Edit | null {
  const lines = second.split('\n').filter((line) => line !== '');
  switch (type) {
    case 'string':
      return { kind: 'string', value: second };
    case 'hash':
      return first === '' ? null : { kind: 'hash-set', field: first, value: second };
    case 'list':
      return lines.length === 0 ? null : { kind: 'list-push', end: 'tail', values: lines };
    case 'set':
      return lines.length === 0 ? null : { kind: 'set-add', members: lines };
    case 'zset':
      return first.trim() === '' || !Number.isFinite(Number(first)) || second === ''
        ? null
        : { kind: 'zset-set', member: second, score: Number(first) };
    case 'stream':
      return first === '' ? null : { kind: 'stream-add', fields: [[first, second]] };
    case 'ReJSON-RL':
      return isJson(second) ? { kind: 'json-set', path: '$', value: second } : null;
  }
}
