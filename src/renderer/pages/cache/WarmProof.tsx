/** The report of the last warm-up: each view, and each of its keys that was no hit when it was read back. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { Age } from '../../ui/Age.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { showMs, type Warming } from './cache-model.ts';
import { VariantWords } from './VariantWords.tsx';

type Report = NonNullable<Warming['lastReport']>;
type Variant = Report['variants'][number];

const outcomeKinds: Record<Variant['outcome'], StateKind> = { proved: 'fresh', failed: 'failed', skipped: 'unknown' };

export function WarmProof({ report }: { readonly report: Report | null }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  if (report === null) {
    return (
      <section>
        <h3>{t('cache.proof')}</h3>
        <p className="reason">{t('cache.proofNone')}</p>
      </section>
    );
  }
  const { variants, keyCount, provedCount, failedCount, gaveWay, startedAtMs, finishedAtMs } = report;
  const all = format.number(keyCount);
  return (
    <section data-testid="warm-proof">
      <h3>{t('cache.proof')}</h3>
      <p className="line-note">
        <State
          kind={failedCount > 0 ? 'failed' : 'fresh'}
          word={
            failedCount > 0
              ? t('cache.proofFailed', { failed: format.number(failedCount), all })
              : t('cache.proofText', { proved: format.number(provedCount), all })
          }
        />{' '}
        <span className="sub">
          <Age atMs={finishedAtMs} /> · {showMs(format, finishedAtMs - startedAtMs)}
        </span>
      </p>
      {gaveWay !== null && (
        <p className="line-note">
          <State kind="stale" word={t('cache.gaveWay', { reason: gaveWay })} />
        </p>
      )}
      <ul className="variants">
        {variants.map((variant) => (
          <VariantLine key={`${variant.viewId} ${JSON.stringify(variant.filters)}`} variant={variant} />
        ))}
      </ul>
    </section>
  );
}

function VariantLine({ variant }: { readonly variant: Variant }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { shown, origin, outcome, proofs, tookMs } = variant;
  const hits = proofs.filter((proof) => proof.outcome === 'hit').length;
  return (
    <li>
      <State kind={outcomeKinds[outcome]} word={t(`cache.variantOutcome.${outcome}`)} />
      <span>
        <VariantWords filters={shown} /> <span className="tag">{t(`cache.variantOrigin.${origin}`)}</span>
      </span>
      <span className="num sub">
        {format.number(hits)} / {format.number(proofs.length)} · {showMs(format, tookMs)}
      </span>
      {proofs
        .filter((proof) => proof.outcome !== 'hit')
        .map((proof) => (
          <span key={proof.key} className="failed-proof">
            <State kind="failed" word={t(`cache.proofOutcome.${proof.outcome}`)} />{' '}
            {t(`section.${proof.section}`, { defaultValue: proof.section })} <span className="mono">{proof.key}</span>{' '}
            {proof.problem}
          </span>
        ))}
    </li>
  );
}
