/** Keeps a defect in one page from taking the console down: the rest stays usable and the fault is named. */
import { Component, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button.tsx';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly error: Error | null }> {
  override readonly state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === null ? this.props.children : <Crash message={error.message} />;
  }
}

function Crash({ message }: { readonly message: string }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="card crash" role="alert">
      <p>{t('app.crashed', { message })}</p>
      <Button onClick={() => window.location.reload()}>{t('app.reload')}</Button>
    </div>
  );
}
