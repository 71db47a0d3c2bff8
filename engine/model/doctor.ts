/** What the doctor finds: bad signs with evidence, what to do, fixes that can be undone, and what it could not look at. */
import { z } from 'zod';
import { saidSchema } from './said.ts';

/** `info` is worth knowing and no fault. */
export const findingSeveritySchema = z.enum(['critical', 'warning', 'info']);
export type FindingSeverity = z.infer<typeof findingSeveritySchema>;

export const doctorSubjectSchema = z.object({
  kind: z.enum(['connection', 'queue', 'worker', 'schedule', 'cache', 'source', 'store', 'console']),
  id: z.string(),
  name: z.string(),
});
export type DoctorSubject = z.infer<typeof doctorSubjectSchema>;

export const evidenceSchema = z.object({
  /** snake_case, for people who read it and for translations: `used_bytes`. */
  name: z.string(),
  value: z.union([z.number(), z.string()]),
  unit: z.enum(['bytes', 'ratio', 'count', 'ms', 'perS', 'time', 'text']),
  /** Since when it has been so, epoch milliseconds; null: not known. */
  sinceMs: z.number().nullable(),
  /** The same for every language, where the value is a sentence of ours. */
  said: saidSchema.optional(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** One command as it will be sent: to the named server of the connection, word by word. */
export const fixCommandSchema = z.object({ shard: z.string(), words: z.array(z.string()).min(1) });
export type FixCommand = z.infer<typeof fixCommandSchema>;

export const fixPlanSchema = z.object({
  title: z.string(),
  connectionId: z.string(),
  commands: z.array(fixCommandSchema).min(1),
  /** Puts back what there was when the plan was made. */
  undo: z.array(fixCommandSchema),
  /** What else it does that one should know before. */
  note: z.string().nullable(),
  /** Where the trouble is told of a window of time, and so goes only by and by: after this it must be gone. */
  showsWithinMs: z.number().optional(),
});
export type FixPlan = z.infer<typeof fixPlanSchema>;

export const findingSchema = z.object({
  /** The same as long as it is the same trouble of the same thing. */
  findingId: z.string(),
  checkId: z.string(),
  /** What kind of trouble of the check's; translations go by it. */
  code: z.string(),
  subject: doctorSubjectSchema,
  severity: findingSeveritySchema,
  title: z.string(),
  /** The sentences of the title for every language, where it is made of sentences of causes. */
  titleSaid: z.array(saidSchema).optional(),
  evidence: z.array(evidenceSchema),
  why: z.string(),
  steps: z.array(z.string()),
  fix: fixPlanSchema.nullable(),
});
export type Finding = z.infer<typeof findingSchema>;

/** `unknown` could not be checked; that is not well. */
export const checkOutcomeSchema = z.enum(['found', 'well', 'unknown']);

export const checkedSchema = z.object({
  checkId: z.string(),
  title: z.string(),
  subject: doctorSubjectSchema,
  outcome: checkOutcomeSchema,
  /** Of `unknown` why; else empty. */
  reason: z.string(),
  /** The same for every language; missing where only a server or a library knows why. */
  reasonSaid: saidSchema.optional(),
});
export type Checked = z.infer<typeof checkedSchema>;

export const doctorReportSchema = z.object({
  atMs: z.number(),
  tookMs: z.number(),
  /** By severity, then check and subject. */
  findings: z.array(findingSchema),
  checked: z.array(checkedSchema),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;

/** `settling`: applied, and its effect is still to show; `failing`: applied, but the trouble is still there. */
export const appliedFixSchema = z.object({
  fixId: z.string(),
  atMs: z.number(),
  who: z.string(),
  findingId: z.string(),
  checkId: z.string(),
  findingTitle: z.string(),
  plan: fixPlanSchema,
  state: z.enum(['mended', 'settling', 'failing', 'undone']),
  undoneAtMs: z.number().nullable(),
});
export type AppliedFix = z.infer<typeof appliedFixSchema>;
