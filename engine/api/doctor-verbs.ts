/** The verbs of the doctor. */
import type { AppliedFix, DoctorReport, FixCommand } from '../model/doctor.ts';

export interface DoctorOps {
  readonly last: DoctorReport | null;
  run(): Promise<DoctorReport>;
  fixes(): readonly AppliedFix[];
  fix(findingId: string, shown: readonly FixCommand[], who: string): Promise<AppliedFix>;
  undo(fixId: string, who: string): Promise<AppliedFix>;
}

export interface DoctorVerbParts {
  readonly doctor: DoctorOps;
}

export function doctorVerbs({ doctor }: DoctorVerbParts) {
  return {
    'doctor.report': async () => ({ report: doctor.last }),
    'doctor.run': () => doctor.run(),
    'doctor.fixes': async () => ({ fixes: [...doctor.fixes()] }),
    'doctor.fix': (order: { findingId: string; commands: FixCommand[] }, caller: { readonly name: string }) =>
      doctor.fix(order.findingId, order.commands, caller.name),
    'doctor.undo': ({ fixId }: { fixId: string }, caller: { readonly name: string }) => doctor.undo(fixId, caller.name),
  };
}
