/**
 * The detail of what was chosen, over the right side of the page, which stays usable: Escape closes it from anywhere
 * but an open dialog, and the focus goes back where it came from.
 */
import { type ReactElement, type ReactNode, useEffect, useEffectEvent, useId, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import './drawer.css';
import { Icon } from './icons.tsx';

interface DrawerProps {
  readonly title: string;
  /** Under the title: state, ages, what it is. */
  readonly note?: ReactNode;
  /** Buttons under the head; they stay while the content scrolls. */
  readonly actions?: ReactNode;
  /** What is shown: another one starts at its top. */
  readonly contentKey: string;
  readonly onClose: () => void;
  readonly testId?: string;
  readonly children: ReactNode;
}

export function Drawer({ title, note, actions, contentKey, onClose, testId, children }: DrawerProps): ReactElement {
  const { t } = useTranslation();
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useFocusReturn(panel);
  const close = useEffectEvent(onClose);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
      close();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  useLayoutEffect(() => {
    if (contentKey !== '') body.current?.scrollTo({ top: 0 });
  }, [contentKey]);
  return (
    <section ref={panel} className="drawer" role="dialog" aria-labelledby={id} tabIndex={-1} data-testid={testId}>
      <header>
        <div className="drawer-title">
          <h2 id={id} title={title}>
            {title}
          </h2>
          <button type="button" className="button quiet small" aria-label={t('part.close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        {note !== undefined && <div className="drawer-note">{note}</div>}
        {actions !== undefined && <div className="drawer-actions">{actions}</div>}
      </header>
      {/* A scrolled region must be reachable by keyboard to be scrolled by it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={body} className="drawer-body" role="group" aria-labelledby={id} tabIndex={0}>
        {children}
      </div>
    </section>
  );
}

/** Takes the focus when it opens and gives it back when it closes, unless somebody has put it elsewhere meanwhile. */
function useFocusReturn(panel: { readonly current: HTMLElement | null }): void {
  useLayoutEffect(() => {
    const element = panel.current;
    const before = document.activeElement;
    element?.focus({ preventScroll: true });
    return () => {
      const isElsewhere = document.activeElement !== document.body && !element?.contains(document.activeElement);
      if (!isElsewhere && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [panel]);
}
