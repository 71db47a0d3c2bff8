/** Remembers what the desktop itself was told, in a JSON file: the console's language and a pause of the notifications. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface DeskState {
  /** Null until a page said it: then the system's. */
  readonly language: 'en' | 'es' | null;
  /** Null: not paused; `untilMs` null: until somebody resumes. */
  readonly pause: { readonly untilMs: number | null; readonly heldCount: number } | null;
}

const first: DeskState = { language: null, pause: null };

export function readDeskState(file: string): DeskState {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof kept !== 'object' || kept === null) return first;
    const language: unknown = Reflect.get(kept, 'language');
    return {
      language: language === 'en' || language === 'es' ? language : null,
      pause: pauseIn(Reflect.get(kept, 'pause')),
    };
  } catch {
    // The first start has no file, and one that cannot be read is not worth a word.
    return first;
  }
}

/** A full disk must not keep an alert from being told. */
export function writeDeskState(file: string, state: DeskState, onProblem: (error: unknown) => void): void {
  try {
    writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  } catch (error) {
    onProblem(error);
  }
}

function pauseIn(kept: unknown): DeskState['pause'] {
  if (typeof kept !== 'object' || kept === null) return null;
  const untilMs: unknown = Reflect.get(kept, 'untilMs');
  const heldCount: unknown = Reflect.get(kept, 'heldCount');
  if (untilMs !== null && !(typeof untilMs === 'number' && Number.isFinite(untilMs))) return null;
  return { untilMs, heldCount: Number.isSafeInteger(heldCount) && Number(heldCount) > 0 ? Number(heldCount) : 0 };
}
