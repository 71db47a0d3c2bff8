/** One line of a JSON tree: its key, its value or what is inside, and a way to copy it. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { useCopy } from './clipboard.ts';
import { Icon } from './icons.tsx';
import type { JsonLine } from './json-lines.ts';

interface JsonTreeLineProps {
  readonly line: JsonLine;
  readonly domId: string;
  readonly topPx: number;
  readonly isActive: boolean;
  readonly search: string;
  readonly onActivate: (path: string) => void;
  readonly onToggle: (path: string, isOpen: boolean) => void;
}

/** More of a text is in what is copied. */
const shownCharacters = 300;

export function JsonTreeLine(props: JsonTreeLineProps): ReactElement {
  const { line, domId, topPx, isActive, search, onActivate, onToggle } = props;
  const { key, value, childCount, depth } = line;
  const copy = useCopy();
  return (
    // The keyboard works from the tree, which keeps the focus (aria-activedescendant).
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={domId}
      role="treeitem"
      className={isActive ? 'json-line is-active' : 'json-line'}
      style={{ top: topPx, paddingLeft: 6 + depth * 14 }}
      aria-level={depth + 1}
      aria-posinset={line.position}
      aria-setsize={line.siblingCount}
      aria-expanded={childCount === null ? undefined : line.isOpen}
      aria-selected={isActive}
      onClick={() => {
        onActivate(line.path);
        if (childCount !== null) onToggle(line.path, !line.isOpen);
      }}
    >
      <span className={line.isOpen ? 'json-turn is-open' : 'json-turn'} aria-hidden="true">
        {childCount !== null && childCount > 0 && <Icon name="chevron" />}
      </span>
      {key !== null && (
        <>
          <span className="json-key">{marked(key, search)}</span>
          <span aria-hidden="true">: </span>
        </>
      )}
      {childCount === null ? (
        <span className={`json-${value === null ? 'null' : typeof value}`}>
          {marked(JSON.stringify(value).slice(0, shownCharacters), search)}
        </span>
      ) : (
        <Inside isList={Array.isArray(value)} count={childCount} />
      )}
      {/* For the mouse; the tree copies with the C key. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <span
        className="json-copy"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          void copy(JSON.stringify(value, null, 2));
        }}
      >
        <Icon name="copy" />
      </span>
    </div>
  );
}

function Inside({ isList, count }: { readonly isList: boolean; readonly count: number }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <span className="json-null">{isList ? '[ ]' : '{ }'}</span>
      <span className="sub"> {t('part.items', { count, text: format.number(count) })}</span>
    </>
  );
}

/** The first place where the text is found stands out. */
function marked(text: string, search: string): ReactNode {
  const wanted = search.trim().toLowerCase();
  const at = wanted === '' ? -1 : text.toLowerCase().indexOf(wanted);
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + wanted.length)}</mark>
      {text.slice(at + wanted.length)}
    </>
  );
}
