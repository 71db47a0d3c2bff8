/** A button with a panel under it: closes on Escape, on a press outside and when focus leaves; focus returns to the button. */
import {
  type ReactElement,
  type ReactNode,
  type RefObject,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

interface FloatingProps {
  readonly buttonClass: string;
  readonly buttonContent: ReactNode;
  readonly panelLabel: string;
  readonly testId?: string;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly children: ReactNode;
}

export function Floating(props: FloatingProps): ReactElement {
  const { buttonClass, buttonContent, panelLabel, testId, isOpen, onOpenChange, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    onOpenChange(false);
    button.current?.focus();
  };
  usePressOutside(box, isOpen, () => onOpenChange(false));
  return (
    // Keys pressed in the panel are heard here, so that Escape closes from any field in it.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className="floating"
      ref={box}
      onKeyDown={(event) => {
        if (!isOpen || event.key !== 'Escape') return;
        // Prevented: the key must not close a dialog that the panel stands in.
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
      onBlur={(event) => {
        const next = event.relatedTarget;
        if (isOpen && next !== null && !event.currentTarget.contains(next)) onOpenChange(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className={buttonClass}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        data-testid={testId}
        onClick={() => onOpenChange(!isOpen)}
      >
        {buttonContent}
      </button>
      {isOpen && (
        <Panel label={panelLabel} anchor={box}>
          {children}
        </Panel>
      )}
    </div>
  );
}

interface PanelProps {
  readonly label: string;
  readonly anchor: RefObject<HTMLDivElement | null>;
  readonly children: ReactNode;
}

/** Opens to the left where it would leave the window on the right; looked at again when its content grows. */
function Panel({ label, anchor, children }: PanelProps): ReactElement {
  const panel = useRef<HTMLDivElement>(null);
  const [isToLeft, setIsToLeft] = useState(false);
  useLayoutEffect(() => {
    const element = panel.current;
    if (!element) return;
    const place = (): void => {
      const left = anchor.current?.getBoundingClientRect().left ?? 0;
      setIsToLeft(left + element.offsetWidth > document.documentElement.clientWidth - 8);
    };
    const observer = new ResizeObserver(place);
    observer.observe(element);
    place();
    return () => observer.disconnect();
  }, [anchor]);
  return (
    <div ref={panel} className={isToLeft ? 'panel to-left' : 'panel'} role="dialog" aria-label={label}>
      {children}
    </div>
  );
}

function usePressOutside(box: RefObject<HTMLElement | null>, isActive: boolean, onPress: () => void): void {
  const onOutside = useEffectEvent(onPress);
  useEffect(() => {
    if (!isActive) return;
    const onPointerDown = (event: PointerEvent): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) onOutside();
    };
    document.addEventListener('pointerdown', onPointerDown);
    return () => document.removeEventListener('pointerdown', onPointerDown);
  }, [box, isActive]);
}
