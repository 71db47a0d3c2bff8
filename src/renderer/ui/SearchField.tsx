/** A search field that tells what was typed after a short pause, and follows its value when Back or a reset changes it. */
import { type ReactElement, useEffect, useEffectEvent, useState } from 'react';
import { useServices } from '../state/services.ts';

interface SearchFieldProps {
  readonly label: string;
  /** What is searched for now, as the address has it. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly testId?: string;
}

/** Typing should not ask the engine at every key. */
const typingPauseMs = 250;

export function SearchField({ label, value, onChange, testId }: SearchFieldProps): ReactElement {
  const { clock } = useServices();
  const [text, setText] = useState(value);
  // The value that the text was last brought in step with, from either side.
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    if (text.trim() !== value) setText(value);
  }
  const tell = useEffectEvent(onChange);
  const wanted = text.trim();
  useEffect(
    () => (wanted === value ? undefined : clock.after(typingPauseMs, () => tell(wanted))),
    [clock, wanted, value],
  );
  return (
    <input
      type="search"
      className="input search-field"
      aria-label={label}
      placeholder={label}
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
      data-testid={testId}
    />
  );
}
