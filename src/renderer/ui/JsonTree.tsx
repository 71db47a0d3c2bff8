/** A JSON value as a tree that opens as far as one looks, finds text in keys and values, and copies any part. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { Button } from './Button.tsx';
import { useCopy } from './clipboard.ts';
import { JsonTreeLine } from './JsonTreeLine.tsx';
import { ancestorsOf, containersOf, findInJson, type Json, type JsonLine, linesOf, openAtFirst } from './json-lines.ts';
import './json-tree.css';
import { SearchField } from './SearchField.tsx';

interface JsonTreeProps {
  readonly label: string;
  readonly value: Json;
  readonly maxHeightPx?: number;
  readonly testId?: string;
}

const lineHeightPx = 22;
/** Open at first as long as it is no longer than this. */
const firstLines = 40;
/** Nobody steps through more matches; the walk ends there. */
const mostMatches = 1_000;
/** Opening more at once would be a list, not a tree. */
const mostOpened = 20_000;

export function JsonTree({ label, value, maxHeightPx = 420, testId }: JsonTreeProps): ReactElement {
  const [open, setOpen] = useState(() => openAtFirst(value, firstLines));
  const [shown, setShown] = useState(value);
  const [active, setActive] = useState('');
  const [search, setSearch] = useState('');
  const [matchAt, setMatchAt] = useState(0);
  if (shown !== value) {
    // Another value under the same detail, e.g. after a refresh: what was open stays open.
    setShown(value);
    setMatchAt(0);
  }
  const matches = useMemo(() => findInJson(value, search, mostMatches), [value, search]);
  const lines = useMemo(() => linesOf(value, open), [value, open]);
  const goTo = (index: number, among: readonly string[] = matches): void => {
    const path = among[index];
    if (path === undefined) return;
    setMatchAt(index);
    setActive(path);
    setOpen((before) => new Set([...before, ...ancestorsOf(path)]));
  };
  const isAllOpen = lines.every((line) => line.childCount === null || line.childCount === 0 || line.isOpen);
  return (
    <div className="json" data-testid={testId}>
      <Tools
        value={value}
        search={search}
        matchAt={matchAt}
        matchCount={matches.length}
        isAllOpen={isAllOpen}
        onSearch={(text) => {
          setSearch(text);
          goTo(0, findInJson(value, text, mostMatches));
        }}
        onStep={(step) => goTo((matchAt + step + matches.length) % Math.max(1, matches.length))}
        onOpenAll={() => setOpen(isAllOpen ? new Set(['']) : containersOf(value, mostOpened))}
      />
      <Lines
        label={label}
        lines={lines}
        active={active}
        search={search}
        maxHeightPx={maxHeightPx}
        onActivate={setActive}
        onToggle={(path, isOpen) =>
          setOpen((before) => {
            const next = new Set(before);
            if (isOpen) next.add(path);
            else next.delete(path);
            return next;
          })
        }
      />
    </div>
  );
}

interface ToolsProps {
  readonly value: Json;
  readonly search: string;
  readonly matchAt: number;
  readonly matchCount: number;
  readonly isAllOpen: boolean;
  readonly onSearch: (text: string) => void;
  readonly onStep: (step: 1 | -1) => void;
  readonly onOpenAll: () => void;
}

function Tools(props: ToolsProps): ReactElement {
  const { value, search, matchAt, matchCount, isAllOpen, onSearch, onStep, onOpenAll } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const copy = useCopy();
  const at = format.number(matchAt + 1);
  return (
    // Enter in the field steps from match to match, as in any find box.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className="json-tools"
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
        event.preventDefault();
        onStep(event.shiftKey ? -1 : 1);
      }}
    >
      <SearchField label={t('part.searchJson')} value={search} onChange={onSearch} testId="json-search" />
      {search !== '' && (
        <>
          <span className="sub num" role="status" data-testid="json-matches">
            {matchCount === 0
              ? t('part.noMatch')
              : matchCount >= mostMatches
                ? t('part.manyMatches', { at, count: matchCount })
                : t('part.matches', { at, count: matchCount })}
          </span>
          <Button look="quiet" isSmall aria-label={t('part.previousMatch')} onClick={() => onStep(-1)}>
            ↑
          </Button>
          <Button look="quiet" isSmall aria-label={t('part.nextMatch')} onClick={() => onStep(1)}>
            ↓
          </Button>
        </>
      )}
      <span className="space" />
      <Button look="quiet" isSmall onClick={onOpenAll}>
        {t(isAllOpen ? 'part.collapseAll' : 'part.expandAll')}
      </Button>
      <Button look="quiet" isSmall onClick={() => void copy(JSON.stringify(value, null, 2))}>
        {t('part.copyAll')}
      </Button>
    </div>
  );
}

interface LinesProps {
  readonly label: string;
  readonly lines: readonly JsonLine[];
  /** The path that the keyboard is at. */
  readonly active: string;
  readonly search: string;
  readonly maxHeightPx: number;
  readonly onActivate: (path: string) => void;
  readonly onToggle: (path: string, isOpen: boolean) => void;
}

function Lines({ label, lines, active, search, maxHeightPx, onActivate, onToggle }: LinesProps): ReactElement {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const copy = useCopy();
  // The rule speaks of React's compiler, which is not used here.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => lineHeightPx,
    overscan: 10,
  });
  const found = lines.findIndex((line) => line.path === active);
  const activeIndex = Math.max(0, found);
  useEffect(() => {
    if (found > 0) virtualizer.scrollToIndex(found);
  }, [found, virtualizer]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const line = lines[activeIndex];
    if (line === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = keyMove(event.key, lines, activeIndex);
    if (move !== null) onActivate(lines[move]?.path ?? '');
    else if (event.key === 'ArrowRight' && line.childCount !== null) onToggle(line.path, true);
    else if (event.key === 'ArrowLeft' && line.isOpen) onToggle(line.path, false);
    else if ((event.key === 'Enter' || event.key === ' ') && line.childCount !== null)
      onToggle(line.path, !line.isOpen);
    else if (event.key === 'c') void copy(JSON.stringify(line.value, null, 2));
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      className="json-lines"
      role="tree"
      aria-label={`${label}. ${t('part.tree')}`}
      tabIndex={0}
      aria-activedescendant={`${id}-${activeIndex}`}
      style={{ height: Math.min(maxHeightPx, lines.length * lineHeightPx + 10) }}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          return line === undefined ? null : (
            <JsonTreeLine
              key={line.path}
              line={line}
              domId={`${id}-${index}`}
              topPx={start}
              isActive={index === activeIndex}
              search={search}
              onActivate={onActivate}
              onToggle={onToggle}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Arrows move as in any tree: right into what is open, left to the parent of what is closed. */
function keyMove(key: string, lines: readonly JsonLine[], from: number): number | null {
  const line = lines[from];
  if (line === undefined) return null;
  switch (key) {
    case 'ArrowDown':
      return Math.min(lines.length - 1, from + 1);
    case 'ArrowUp':
      return Math.max(0, from - 1);
    case 'Home':
      return 0;
    case 'End':
      return lines.length - 1;
    case 'ArrowRight':
      return line.isOpen && line.childCount !== 0 ? from + 1 : null;
    case 'ArrowLeft': {
      if (line.isOpen || line.depth === 0) return null;
      const parent = lines.slice(0, from).findLastIndex((each) => each.depth === line.depth - 1);
      return parent < 0 ? null : parent;
    }
    default:
      return null;
  }
}
