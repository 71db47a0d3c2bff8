/** What may be asked of the doctor, and its fixes. */
import { z } from 'zod';
import { appliedFixSchema, doctorReportSchema, fixCommandSchema } from '../../../engine/model/doctor.ts';
import { command, nothing, query } from './call.ts';

export const doctorCalls = {
  /** Of the last run; null before the first. Costs nothing. */
  'doctor.report': query(nothing, z.object({ report: doctorReportSchema.nullable() })),
  /** Looks at everything now, 20 s at most, and changes nothing; a run under way is joined. */
  'doctor.run': query(nothing, doctorReportSchema),
  /** Newest first. */
  'doctor.fixes': query(nothing, z.object({ fixes: z.array(appliedFixSchema) })),
  /** Operate only. The commands as they were shown: others are refused with DOCTOR_FIX_CHANGED. */
  'doctor.fix': command(
    z.object({ findingId: z.string().max(2_000), commands: z.array(fixCommandSchema).min(1).max(500) }),
    appliedFixSchema,
  ),
  /** Operate only. Sends the commands of the fix's `undo`. */
  'doctor.undo': command(z.object({ fixId: z.string().max(200) }), appliedFixSchema),
} as const;

export const doctorTopics = {
  /** A run ended. */
  'doctor.changed': z.object({ atMs: z.number() }),
} as const;
