/** Remembers where the window was and how large, in a JSON file; forgets what no longer fits a screen. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  /** Null: where the system puts it. */
  readonly position: { readonly x: number; readonly y: number } | null;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

export const smallest = { width: 960, height: 600 } as const;
const firstState: WindowState = { position: null, width: 1440, height: 900, maximized: false };
/** So much of the window must be on a screen to be found again. */
const graspable = 80;

export function readWindowState(file: string, screens: readonly Bounds[]): WindowState {
  const kept = parse(file);
  if (!kept) return firstState;
  const position = kept.position && screens.some((screen) => overlaps(kept, screen)) ? kept.position : null;
  return { ...kept, position };
}

/** A full disk must not keep the window from closing. */
export function writeWindowState(file: string, state: WindowState, onProblem: (error: unknown) => void): void {
  try {
    writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  } catch (error) {
    onProblem(error);
  }
}

function overlaps(state: WindowState, screen: Bounds): boolean {
  if (!state.position) return false;
  const { x, y } = state.position;
  const inX = Math.min(x + state.width, screen.x + screen.width) - Math.max(x, screen.x);
  // The title bar is what a window is moved by: it must be inside, not above or below.
  const inY = y >= screen.y - graspable / 4 && y <= screen.y + screen.height - graspable;
  return inX >= graspable && inY;
}

function parse(file: string): WindowState | null {
  try {
    const text: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof text !== 'object' || text === null) return null;
    const read = (from: object, name: string): number => Math.round(Number(Reflect.get(from, name)));
    const [width, height] = [read(text, 'width'), read(text, 'height')];
    if (!(width >= smallest.width && height >= smallest.height)) return null;
    const at: unknown = Reflect.get(text, 'position');
    const [x, y] = typeof at === 'object' && at !== null ? [read(at, 'x'), read(at, 'y')] : [Number.NaN, Number.NaN];
    const position = Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null;
    return { position, width, height, maximized: Reflect.get(text, 'maximized') === true };
  } catch {
    // The first start has no file, and one that cannot be read is not worth a word.
    return null;
  }
}
