/** The key that the address names, in its drawer. */
import type { ReactElement } from 'react';
import { useAddress } from '../../state/address.ts';
import { KeyDrawer } from './KeyDrawer.tsx';
import { keyId, keyOfId, type Space } from './keys-model.ts';

interface OpenKeyProps {
  readonly space: Space;
  /** Told when it was changed, renamed or deleted; null where nobody lists keys. */
  readonly onChanged: (() => void) | null;
}

export function OpenKey({ space, onChanged }: OpenKeyProps): ReactElement | null {
  const address = useAddress('keys');
  const open = keyOfId(address.text('key'));
  if (open === null) return null;
  return (
    <KeyDrawer
      key={keyId(open)}
      space={space}
      name={open}
      onClose={() => address.set({ key: null })}
      onRenamed={(key) => address.set({ key: keyId({ key, keyEncoding: 'text' }) }, { replace: true })}
      onChanged={() => onChanged?.()}
    />
  );
}
