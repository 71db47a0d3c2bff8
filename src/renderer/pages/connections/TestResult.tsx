/** What a trial of an address found, step by step: reached, TLS, let in, which server, which rights, how fast. */
import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { State, type StateKind } from '../../ui/State.tsx';
import type { ConnectionTest } from './connection-form.ts';

const outcomeKinds: Record<ConnectionTest['steps'][number]['outcome'], StateKind> = {
  passed: 'fresh',
  warned: 'stale',
  failed: 'failed',
  skipped: 'unknown',
};

export function TestResult({ result }: { readonly result: ConnectionTest }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  // The form may be longer than the window.
  useEffect(() => {
    // What it answers (a promise in newer browsers) is no clean-up.
    box.current?.scrollIntoView({ block: 'center' });
  }, []);
  const { ok, steps, product, version } = result;
  return (
    <div ref={box} className="test-result" role="status" data-testid="connection-test-result">
      <p>
        <State kind={ok ? 'fresh' : 'failed'} word={t(ok ? 'connections.testOk' : 'connections.testFailed')} />{' '}
        {product !== null && (
          <span className="sub num">
            {product} {version}
          </span>
        )}
      </p>
      <ol className="plain-list">
        {steps.map(({ step, outcome, detail, tookMs }) => (
          <li key={step} data-outcome={outcome}>
            <b>{t(`connections.step.${step}`)}</b>
            <State kind={outcomeKinds[outcome]} word={t(`connections.outcome.${outcome}`)} />
            <span className="sub">{detail}</span>
            <span className="sub num end">
              {outcome === 'skipped' ? '' : `${format.number(tookMs, tookMs < 10 ? 1 : 0)} ms`}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
