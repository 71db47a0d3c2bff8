/** Keeps what fails in one part of the screen (a defect, code that could not be fetched) from taking the rest with it. */
import { Component, type ReactNode } from 'react';

interface ErrorBoundaryProps {
  readonly renderFallback: (error: Error) => ReactNode;
  readonly children: ReactNode;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly error: Error | null }> {
  override readonly state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === null ? this.props.children : this.props.renderFallback(error);
  }
}
