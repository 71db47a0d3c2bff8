/** Keeps log files from growing without end: a large one is set aside when it is opened next, and few are kept. */
import { renameSync, rmSync, statSync } from 'node:fs';

const mebibyte = 1024 * 1024;

export interface RotationLimits {
  readonly sizeBytes: number;
  /** Older files beside the one that is written: `<file>.1` is the latest of them. */
  readonly keptFiles: number;
}

export const defaultRotation: RotationLimits = { sizeBytes: 10 * mebibyte, keptFiles: 3 };

/**
 * Called before a file is opened for writing. Processes that have it open go on writing to the one set aside, so
 * those of a log that many share must come and go. Never throws: a log that cannot be moved is written on.
 */
export function rotate(file: string, { sizeBytes, keptFiles }: RotationLimits = defaultRotation): void {
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < sizeBytes) return;
    rmSync(`${file}.${keptFiles}`, { force: true });
    for (let number = keptFiles - 1; number >= 1; number -= 1) move(`${file}.${number}`, `${file}.${number + 1}`);
    move(file, `${file}.1`);
  } catch {
    // Another process was faster, or the folder cannot be written; the lines themselves matter more.
  }
}

function move(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false })) renameSync(from, to);
}
