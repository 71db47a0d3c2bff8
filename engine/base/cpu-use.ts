/** Measures how much processor time this process uses. */

const usPerMs = 1_000;

export interface CpuUse {
  /** Since the last call, 1 = one core for the whole time; null in the first. */
  takeRatio(nowMs: number): number | null;
}

/** @param nowMs of the calls: on the clock that never jumps */
export function measureCpuUse(): CpuUse {
  let last: { atMs: number; used: NodeJS.CpuUsage } | null = null;
  return {
    takeRatio(nowMs) {
      const used = process.cpuUsage();
      const before = last;
      last = { atMs: nowMs, used };
      if (before === null || nowMs <= before.atMs) return null;
      const usedMs = (used.user + used.system - before.used.user - before.used.system) / usPerMs;
      return Math.max(0, Math.round((usedMs / (nowMs - before.atMs)) * 1_000) / 1_000);
    },
  };
}
