/** A stored text of a job: as a tree where it is whole JSON, as it stands where it is not. */
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { JsonTree } from '../../ui/JsonTree.tsx';
import type { Json } from '../../ui/json-lines.ts';
import type { JobDetail } from './queues-model.ts';

export function JobText({ title, text }: { readonly title: string; readonly text: JobDetail['data'] }): ReactElement {
  const { t } = useTranslation();
  const { language } = useFormat();
  const value = useMemo(() => parsed(text.text, text.truncated), [text.text, text.truncated]);
  return (
    <section>
      <h3>
        {title} <span className="sub num">{formatBytes(language, text.sizeBytes)}</span>
        {text.truncated && <span className="sub"> · {t('queues.cut')}</span>}
      </h3>
      {value === undefined ? <pre>{text.text}</pre> : <JsonTree label={title} value={value} maxHeightPx={320} />}
    </section>
  );
}

function parsed(text: string, isCut: boolean): Json | undefined {
  if (isCut) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    // Other programs may store what is no JSON: it is shown as it stands.
    return undefined;
  }
}
