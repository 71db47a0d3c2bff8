/** What an entry holds: JSON as a tree, other text as it is, or why neither can be shown. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { JsonTree } from '../../ui/JsonTree.tsx';
import { State } from '../../ui/State.tsx';
import type { EntryDetail } from './cache-model.ts';

export function Payload({ payload }: { readonly payload: EntryDetail['payload'] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  switch (payload.kind) {
    case 'json':
      return <JsonTree label={t('cache.payload')} value={payload.value} testId="payload" />;
    case 'text':
      return (
        <>
          {/* A scrolled region must be reachable by keyboard to be scrolled by it. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre className="payload-text mono" tabIndex={0} data-testid="payload">
            {payload.text}
          </pre>
          {payload.cut && <p className="sub">{t('cache.payloadCut')}</p>}
        </>
      );
    case 'too-large': {
      const bytes = (value: number): string => formatBytes(format.language, value);
      const text = t('cache.payloadTooLarge', { raw: bytes(payload.rawBytes), limit: bytes(payload.limitBytes) });
      return <State kind="unknown" word={text} />;
    }
    case 'unreadable':
      return <State kind="failed" word={payload.problem} />;
    case 'gone':
      return <State kind="unknown" word={t('cache.payloadGone')} />;
  }
}
