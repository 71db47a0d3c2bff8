/** Watches from outside what a worker process runs, and says when it has to be killed: a job over its hard limit, or no answer. */
import type { ChildMessage } from './worker-channel.ts';

type Pulse = Extract<ChildMessage, { kind: 'vigia:pulse' }>;

/** Why a process has to be killed, and the tasks that are to blame. */
export interface KillReason {
  readonly why: string;
  /** Task id → the words for its record. */
  readonly guilty: ReadonlyMap<string, string>;
}

export function overLimitWords(limitMs: number): string {
  return `Took longer than the hard limit of ${limitMs / 1_000} s; its process was killed`;
}

export type HardLimitMs = (job: string) => number | null;

/** By then a job that blocked its process right after a pulse has itself run for the whole silence. */
const pulseSlackMs = 2_500;

export class JobWatch {
  readonly #hardLimitMs: HardLimitMs;
  readonly #silenceMs: number | null;
  #pulse: Pulse = { kind: 'vigia:pulse', active: [] };
  #heardMs: number;

  /**
   * @param silenceMs a process that tells nothing for so long cannot be working: its thread is blocked; null: it may
   * @param nowMs here and below: on the clock that never jumps, which stands still while the machine sleeps
   */
  constructor(hardLimitMs: HardLimitMs, silenceMs: number | null, nowMs: number) {
    this.#hardLimitMs = hardLimitMs;
    this.#silenceMs = silenceMs;
    this.#heardMs = nowMs;
  }

  heard(pulse: Pulse, nowMs: number): void {
    this.#pulse = pulse;
    this.#heardMs = nowMs;
  }

  /** Null while all is within its limits. */
  judge(nowMs: number): KillReason | null {
    const silentMs = nowMs - this.#heardMs;
    const guilty = new Map<string, string>();
    for (const { taskId, job, activeMs } of this.#pulse.active) {
      const limitMs = this.#hardLimitMs(job);
      if (limitMs === null || activeMs + silentMs <= limitMs) continue;
      guilty.set(taskId, overLimitWords(limitMs));
    }
    if (guilty.size > 0) return { why: `was killed: ${[...guilty.keys()].join(', ')} passed its hard limit`, guilty };
    if (this.#silenceMs === null || silentMs <= this.#silenceMs + pulseSlackMs) return null;
    return { why: `was killed: it had not answered for ${Math.round(silentMs / 1_000)} s`, guilty };
  }
}
