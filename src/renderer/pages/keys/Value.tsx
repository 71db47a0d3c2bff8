/** A window of a key's value, shown as what it is. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { JsonTree } from '../../ui/JsonTree.tsx';
import { State } from '../../ui/State.tsx';
import type { KeyValue } from './keys-model.ts';

type Shown = Extract<KeyValue, { kind: 'json' }>['shown'];

export function Value({ value }: { readonly value: KeyValue }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
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
          heads={[t('keys.field'), t('keys.value')]}
          rows={value.fields.map(({ field, value: shown }) => [
            <Bit key="f" shown={field} />,
            <Bit key="v" shown={shown} />,
          ])}
        />
      );
    case 'list':
      return (
        <Rows
          heads={[t('keys.index'), t('keys.value')]}
          rows={value.items.map(({ index, value: shown }) => [format.number(index), <Bit key="v" shown={shown} />])}
        />
      );
    case 'set':
      return <Rows heads={[t('keys.member')]} rows={value.members.map((member) => [<Bit key="m" shown={member} />])} />;
    case 'zset':
      return (
        <Rows
          heads={[t('keys.score'), t('keys.member')]}
          rows={value.members.map(({ member, score }) => [String(score), <Bit key="m" shown={member} />])}
        />
      );
    case 'stream':
      return (
        <>
          <Rows
            heads={[t('keys.id'), t('keys.fields')]}
            rows={value.entries.map(({ id, fields }) => [
              id,
              fields.map(({ field, value: shown }) => (
                <div key={field.text}>
                  <b className="mono">{field.text}</b> <Bit shown={shown} />
                </div>
              )),
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
  return (
    <table className="key-rows" data-testid="key-value">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: elements may be equal
          <tr key={index}>
            {cells.map((cell, at) => (
              <td key={heads[at]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
