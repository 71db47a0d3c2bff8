/** "Why is this stale?": from the sign to the cause, then the reasons in sentences. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSaid } from '../../format/use-said.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { type EntryDetail, stateNow } from './cache-model.ts';

export function WhyState({ detail }: { readonly detail: EntryDetail }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const speak = useSaid();
  const { row, causes, reasons } = detail;
  const state = useNow((nowMs) => (isOffline ? row.state : stateNow(row, nowMs)));
  return (
    <section data-testid="why">
      <h3>{t(`cache.why.${state}`)}</h3>
      {causes.length > 0 && (
        <ol className="causes">
          {causes.map((cause, index) => (
            <li key={cause.words}>
              {index > 0 && (
                <span className="arrow" aria-hidden="true">
                  ←
                </span>
              )}
              {speak(cause.said, cause.words)}
            </li>
          ))}
        </ol>
      )}
      {reasons.map((reason) => (
        <p key={reason} className="reason">
          {reason}
        </p>
      ))}
      {causes.length + reasons.length === 0 && (
        <p className="reason">{t(state === 'unknown' ? 'cache.unknownAge' : 'cache.causeNone')}</p>
      )}
    </section>
  );
}
