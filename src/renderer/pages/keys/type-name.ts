/** What a type of Redis is called on the page; the type of a module has its own name. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { types } from './keys-model.ts';

export function useTypeName(): (type: string) => string {
  const { t } = useTranslation();
  return useCallback(
    (type) => {
      const known = types.find((each) => each === type);
      return known === undefined ? type : t(`keys.types.${known}`);
    },
    [t],
  );
}
