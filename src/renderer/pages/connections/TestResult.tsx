/** What a trial of an address found, step by step: reached, TLS, let in, which server, which rights, how fast. */
import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
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
  const speak = useSaid();
  const box = useRef<HTMLDivElement>(null);
  // The form may be longer than the window.
  useEffect(() => {
    // What it answers (a promise in newer browsers) is no clean-up.
    box.current?.scrollIntoView({ block: 'center' });
  }, []);
  const { ok, steps, product, version, rights } = result;
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
        {steps.map(({ step, outcome, detail, said, tookMs }) => (
          <li key={step} data-outcome={outcome}>
            <b>{t(`connections.step.${step}`)}</b>
            <State kind={outcomeKinds[outcome]} word={t(`connections.outcome.${outcome}`)} />
            {step === 'rights' && rights !== null ? (
              <Rights rights={rights} />
            ) : (
              <span className="sub">{speak(said, detail)}</span>
            )}
            <span className="sub num end">
              {outcome === 'skipped' ? '' : `${format.number(tookMs, tookMs < 10 ? 1 : 0)} ms`}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What the user may do, by mode, with the command that prints the line that gives what is missing. */
function Rights({ rights }: { readonly rights: NonNullable<ConnectionTest['rights']> }): ReactElement {
  const { t } = useTranslation();
  const { user } = rights;
  return (
    <span className="sub test-rights" data-testid="connection-test-rights">
      {(['observe', 'operate'] as const).map((mode) => {
        // To operate takes what observing takes, and more.
        const missing = mode === 'observe' ? rights.observe : [...rights.observe, ...rights.operate];
        return (
          <span key={mode} data-mode={mode}>
            {missing.length === 0
              ? t(`connections.rights.${mode}`, { user })
              : t(`connections.rights.${mode}Not`, { user, count: missing.length, names: namesOf(missing) })}
            {missing.length > 0 && <code>{`vigia acl --mode ${mode} --user ${user}`}</code>}
          </span>
        );
      })}
    </span>
  );
}

const namedAtMost = 8;

/** `config|get` is CONFIG GET to whoever types it. */
function namesOf(missing: readonly string[]): string {
  const names = missing.slice(0, namedAtMost).map((name) => name.replace('|', ' ').toUpperCase());
  return names.join(', ') + (missing.length > namedAtMost ? '…' : '');
}
