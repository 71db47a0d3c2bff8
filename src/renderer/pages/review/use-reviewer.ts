/** The name that a reviewer's notes carry; kept in this console, empty until somebody gives one. */
import { useState } from 'react';
import { useServices } from '../../state/services.ts';

const key = 'reviewer';

export function useReviewer(): readonly [string, (name: string) => void] {
  const { kept } = useServices();
  const [who, setWho] = useState(() => {
    const value = kept.read(key);
    return typeof value === 'string' ? value : '';
  });
  return [
    who,
    (name) => {
      setWho(name);
      kept.write(key, name);
    },
  ];
}
