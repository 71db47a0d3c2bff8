/** A button; one that cannot be used now keeps its place in the tab order and says why. */
import type { ButtonHTMLAttributes, ReactElement, ReactNode } from 'react';

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  readonly look?: 'plain' | 'primary' | 'quiet';
  readonly isSmall?: boolean;
  /** Why it cannot be used; null or absent when it can. */
  readonly blockedBecause?: string | null;
  readonly children: ReactNode;
}

export function Button({
  look = 'plain',
  isSmall = false,
  blockedBecause = null,
  onClick,
  children,
  ...rest
}: ButtonProps): ReactElement {
  const classes = ['button', look === 'plain' ? '' : look, isSmall ? 'small' : ''].filter(Boolean).join(' ');
  const isBlocked = blockedBecause !== null;
  return (
    <button
      type="button"
      {...rest}
      className={classes}
      aria-disabled={isBlocked || undefined}
      title={isBlocked ? blockedBecause : rest.title}
      onClick={isBlocked ? undefined : onClick}
    >
      {children}
    </button>
  );
}
