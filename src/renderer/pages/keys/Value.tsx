/** A window of a key's value, shown as what it is. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { JsonTree } from '../../ui/JsonTree.tsx';
import { State } from '../../ui/State.tsx';
import type { KeyValue } from './keys-model.ts';
import { isWhole, type Wish } from './value-edits.ts';

type Shown = Extract<KeyValue, { kind: 'json' }>['shown'];

interface ValueProps {
  readonly value: KeyValue;
  /** Why nothing can be changed; null when it can. */
  readonly blocked: string | null;
  readonly onWish: (wish: Wish) => void;
}

export function Value({ value, blocked, onWish }: ValueProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  /** A wish is null where the element is not all here or no text: it cannot be written back as it was meant. */
  const acts = (name: string, change: Wish | null | undefined, removal: Wish | null): ReactNode => (
    <RowActs key="acts" name={name} blocked={blocked} change={change} removal={removal} onWish={onWish} />
  );
  switch (value.kind) {
    case 'string':
      return (
        <>
          {value.entry !== null && (
            <>
              <p className="sub" data-testid="key-entry">
                {t('keys.entry', { codec: value.entry.codec })} <Age atMs={value.entry.computedAtMs} />
                {value.entry.tags.length > 0 && ` · ${value.entry.tags.join(', ')}`}
              </p>
              <JsonTree label={t('keys.value')} value={value.entry.value} testId="key-value" />
            </>
          )}
          {value.entry === null && <Whole shown={value.shown} />}
        </>
      );
    case 'json':
      return <Whole shown={value.shown} />;
    case 'hash':
      return (
        <Rows
          heads={[t('keys.field'), t('keys.value'), t('keys.acts')]}
          rows={value.fields.map(({ field, value: shown }) => {
            const isText = isWhole(field) && isWhole(shown);
            const known = { field: field.text, was: shown.text };
            return [
              <Bit key="f" shown={field} />,
              <Bit key="v" shown={shown} />,
              acts(
                field.text,
                isText ? { kind: 'hash-set', ...known } : null,
                isText ? { kind: 'hash-remove', ...known } : null,
              ),
            ];
          })}
        />
      );
    case 'list':
      return (
        <Rows
          heads={[t('keys.index'), t('keys.value'), t('keys.acts')]}
          rows={value.items.map(({ index, value: shown }) => {
            const known = isWhole(shown) ? { index, was: shown.text } : null;
            return [
              format.number(index),
              <Bit key="v" shown={shown} />,
              acts(
                String(index),
                known && { kind: 'list-set', ...known },
                known && { kind: 'list-remove-at', ...known },
              ),
            ];
          })}
        />
      );
    case 'set':
      return (
        <Rows
          heads={[t('keys.member'), t('keys.acts')]}
          rows={value.members.map((member) => [
            <Bit key="m" shown={member} />,
            acts(member.text, undefined, isWhole(member) ? { kind: 'set-remove', member: member.text } : null),
          ])}
        />
      );
    case 'zset':
      return (
        <Rows
          heads={[t('keys.score'), t('keys.member'), t('keys.acts')]}
          rows={value.members.map(({ member, score }) => {
            const known = isWhole(member) ? { member: member.text } : null;
            return [
              String(score),
              <Bit key="m" shown={member} />,
              acts(
                member.text,
                known && { kind: 'zset-set', ...known, was: String(score) },
                known && { kind: 'zset-remove', ...known },
              ),
            ];
          })}
        />
      );
    case 'stream':
      return (
        <>
          <Rows
            heads={[t('keys.id'), t('keys.fields'), t('keys.acts')]}
            rows={value.entries.map(({ id, fields }) => [
              id,
              fields.map(({ field, value: shown }) => (
                <div key={field.text}>
                  <b className="mono">{field.text}</b> <Bit shown={shown} />
                </div>
              )),
              acts(id, undefined, { kind: 'stream-remove', id }),
            ])}
          />
          {value.groups.map(({ name, consumers, pending, lag }) => (
            <p className="sub num" key={name}>
              {t('keys.group', { name, consumers, pending, lag: lag === null ? '—' : format.number(lag) })}
            </p>
          ))}
        </>
      );
    case 'opaque':
      return <State kind="unknown" word={value.reason} />;
  }
}

interface RowActsProps {
  /** Of the element, for those who do not see the row. */
  readonly name: string;
  readonly blocked: string | null;
  /** Undefined where an element of this type is not changed but replaced. */
  readonly change: Wish | null | undefined;
  readonly removal: Wish | null;
  readonly onWish: (wish: Wish) => void;
}

function RowActs({ name, blocked, change, removal, onWish }: RowActsProps): ReactElement {
  const { t } = useTranslation();
  const act = (word: string, wish: Wish | null, testId: string): ReactElement => (
    <Button
      isSmall
      look="quiet"
      data-testid={testId}
      aria-label={`${word} ${name.slice(0, 60)}`}
      blockedBecause={blocked ?? (wish === null ? t('keys.notEditable') : null)}
      onClick={() => wish !== null && onWish(wish)}
    >
      {word}
    </Button>
  );
  return (
    <span className="row-acts">
      {change !== undefined && act(t('keys.edit'), change, 'element-edit')}
      {act(t('keys.remove'), removal, 'element-remove')}
    </span>
  );
}

/** JSON as a tree; anything else as it is, hex in bytes. */
function Whole({ shown }: { readonly shown: Shown }): ReactElement {
  const { t } = useTranslation();
  const parsed = shown.format === 'json' && !shown.cut ? parse(shown.text) : undefined;
  if (parsed !== undefined) return <JsonTree label={t('keys.value')} value={parsed} testId="key-value" />;
  return (
    <>
      {/* A scrolled region must be reachable by keyboard to be scrolled by it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className="key-text mono" tabIndex={0} data-testid="key-value">
        {textOf(shown)}
      </pre>
      <Cut shown={shown} />
    </>
  );
}

function Bit({ shown }: { readonly shown: Shown }): ReactElement {
  return (
    <>
      <span className="mono key-bit">{textOf(shown)}</span>
      <Cut shown={shown} />
    </>
  );
}

function Cut({ shown }: { readonly shown: Shown }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (!shown.cut) return null;
  return <p className="sub">{t('keys.cut', { size: formatBytes(format.language, shown.wholeBytes) })}</p>;
}

function textOf({ format, text }: Shown): string {
  return format === 'hex' ? (text.match(/../g) ?? []).join(' ') : text;
}

type Json = Parameters<typeof JsonTree>[0]['value'];

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

interface RowsProps {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly ReactNode[])[];
}

/** A window has at most some hundred elements; they have no name but their place in it. */
function Rows({ heads, rows }: RowsProps): ReactElement {
  const { t } = useTranslation();
  const acts = t('keys.acts');
  return (
    <table className="key-rows" data-testid="key-value">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head === acts ? <span className="visually-hidden">{head}</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: elements may be equal
          <tr key={index}>
            {cells.map((cell, at) => (
              <td key={heads[at]} className={heads[at] === acts ? 'end' : undefined}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
