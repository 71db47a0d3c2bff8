/** The limits of the alerts' history as a person types them, in days and megabytes. */
import type { CallInput } from '../../../shared/contract.ts';

type Limits = NonNullable<CallInput<'alerts.retention.set'>['limits']>;

export interface RetentionDraft {
  readonly days: string;
  readonly megabytes: string;
}

const dayMs = 24 * 3_600_000;
const megabyte = 1024 * 1024;

/** What the engine takes; it checks them again. */
export const retentionBounds = {
  days: { min: 7, max: 3_650 },
  megabytes: { min: 2, max: 256 },
} as const;

export function retentionDraft({ keepMs, ceilingBytes }: Limits): RetentionDraft {
  return { days: String(Math.round(keepMs / dayMs)), megabytes: String(Math.round(ceilingBytes / megabyte)) };
}

/** `limits` null: something is wrong. */
export function limitsIn(draft: RetentionDraft): { limits: Limits | null; wrong: (keyof RetentionDraft)[] } {
  const fields = ['days', 'megabytes'] as const;
  const wrong = fields.filter((field) => !fits(draft[field], retentionBounds[field]));
  const limits =
    wrong.length > 0 ? null : { keepMs: Number(draft.days) * dayMs, ceilingBytes: Number(draft.megabytes) * megabyte };
  return { limits, wrong };
}

function fits(text: string, { min, max }: { readonly min: number; readonly max: number }): boolean {
  const value = Number(text);
  return /^\d+$/.test(text.trim()) && value >= min && value <= max;
}
