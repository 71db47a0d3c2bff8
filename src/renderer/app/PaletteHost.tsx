/** Listens for Ctrl+K and loads the command palette when it is first opened. */
import { lazy, type ReactElement, Suspense, useEffect } from 'react';

const Palette = lazy(async () => ({ default: (await import('./Palette.tsx')).Palette }));

interface PaletteHostProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
}

export function PaletteHost({ isOpen, onOpenChange }: PaletteHostProps): ReactElement | null {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      onOpenChange(!isOpen);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [isOpen, onOpenChange]);
  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      <Palette onClose={() => onOpenChange(false)} />
    </Suspense>
  );
}
