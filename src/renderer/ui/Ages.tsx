/** The two clocks of a value: when it was computed, and how far its data reaches. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Age, DataTime } from './Age.tsx';

interface AgesProps {
  readonly computedAtMs: number | null;
  readonly dataAsOfMs: number | null;
}

export function Ages({ computedAtMs, dataAsOfMs }: AgesProps): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <span>
        {computedAtMs === null ? (
          t('age.neverComputed')
        ) : (
          <>
            {t('age.computed')} <Age atMs={computedAtMs} />
          </>
        )}
      </span>
      <span>
        {dataAsOfMs === null ? (
          t('age.dataUnknown')
        ) : (
          <>
            {t('age.dataTo')} <DataTime atMs={dataAsOfMs} />
          </>
        )}
      </span>
    </>
  );
}
