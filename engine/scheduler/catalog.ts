/** The schedules in force: the built-in ones, what users changed in them, and their own; kept here and shared by the broker. */
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type ScheduleSpec, scheduleSpecSchema } from '../model/schedule.ts';
import type { EditStore } from './ledger.ts';
import type { BuiltIns, Schedule } from './schedules.ts';
import { problemOf } from './timing.ts';

/** The latest word on a schedule; `spec` null: as the program brought it, or none at all. */
export const scheduleEditSchema = z.object({
  id: z.string(),
  /** Counts up with each change; the higher one is the newer. */
  revision: z.number(),
  changedAtMs: z.number(),
  spec: scheduleSpecSchema.nullable(),
});
export type ScheduleEdit = z.infer<typeof scheduleEditSchema>;

export interface CatalogOptions {
  readonly builtIns: BuiltIns;
  readonly store: EditStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ScheduleCatalog {
  readonly #options: CatalogOptions;
  readonly #edits = new Map<string, ScheduleEdit>();

  constructor(options: CatalogOptions) {
    this.#options = options;
    for (const edit of this.#load()) this.#edits.set(edit.id, edit);
  }

  /** The built-in ones first, then the user's own by id. */
  list(): Schedule[] {
    const { builtIns } = this.#options;
    const own = [...this.#edits.values()].filter(({ id, spec }) => spec !== null && !Object.hasOwn(builtIns, id));
    return [...Object.keys(builtIns), ...own.map(({ id }) => id).toSorted()].flatMap((id) => this.find(id) ?? []);
  }

  find(id: string): Schedule | null {
    const brought = Object.hasOwn(this.#options.builtIns, id) ? this.#options.builtIns[id] : undefined;
    const edit = this.#edits.get(id);
    const changed = edit?.spec ?? null;
    const spec = changed ?? brought;
    if (!spec) return null;
    const edited = brought !== undefined && changed !== null;
    return { id, spec, builtIn: brought !== undefined, edited, changedAtMs: edit?.changedAtMs ?? null };
  }

  /** @throws EngineError SCHEDULE_NOT_FOUND */
  get(id: string): Schedule {
    const found = this.find(id);
    if (found) return found;
    throw new EngineError('SCHEDULE_NOT_FOUND', `There is no schedule ${id}`, { details: { id } });
  }

  /** @throws EngineError SCHEDULE_EXISTS, SCHEDULE_TIMING_INVALID */
  add(id: string, spec: ScheduleSpec): ScheduleEdit {
    if (this.find(id))
      throw new EngineError('SCHEDULE_EXISTS', `There is a schedule ${id} already`, { details: { id } });
    return this.#change(id, spec);
  }

  /** @throws EngineError SCHEDULE_NOT_FOUND, SCHEDULE_TIMING_INVALID */
  edit(id: string, change: Partial<ScheduleSpec>): ScheduleEdit {
    return this.#change(id, { ...this.get(id).spec, ...change });
  }

  /** @throws EngineError SCHEDULE_NOT_FOUND, SCHEDULE_BUILT_IN */
  remove(id: string): ScheduleEdit {
    if (this.get(id).builtIn) {
      throw new EngineError('SCHEDULE_BUILT_IN', `The schedule ${id} is built in; pause it instead`, {
        details: { id },
      });
    }
    return this.#change(id, null);
  }

  /** @throws EngineError SCHEDULE_NOT_FOUND; SCHEDULE_EXISTS never: one of the user's own stays as it is. */
  reset(id: string): ScheduleEdit | null {
    return this.get(id).edited ? this.#change(id, null) : null;
  }

  edits(): ScheduleEdit[] {
    return [...this.#edits.values()];
  }

  /** Takes over what another console changed later; answers the ids that changed. */
  merge(edits: readonly ScheduleEdit[]): string[] {
    const newer = edits.filter((edit) => isNewer(edit, this.#edits.get(edit.id)));
    for (const edit of newer) this.#edits.set(edit.id, edit);
    if (newer.length > 0) this.#save();
    return newer.map(({ id }) => id);
  }

  #change(id: string, spec: ScheduleSpec | null): ScheduleEdit {
    const { clock } = this.#options;
    const problem = spec && problemOf(spec.timing, spec.jitterMs, clock.now());
    if (problem !== null) throw new EngineError('SCHEDULE_TIMING_INVALID', `${id}: ${problem}`, { details: { id } });
    const revision = (this.#edits.get(id)?.revision ?? 0) + 1;
    const edit = { id, revision, changedAtMs: clock.now(), spec };
    this.#edits.set(id, edit);
    this.#save();
    return edit;
  }

  #load(): ScheduleEdit[] {
    const { store, logger } = this.#options;
    try {
      const text = store.load();
      return text === null ? [] : z.array(scheduleEditSchema).parse(JSON.parse(text));
    } catch (error) {
      logger.error('The changed schedules could not be read; the built-in ones are in force', {
        error: messageOf(error),
      });
      return [];
    }
  }

  #save(): void {
    const { store, logger } = this.#options;
    try {
      store.save(JSON.stringify(this.edits()));
    } catch (error) {
      logger.warn('A changed schedule could not be kept; it is in force until the end', { error: messageOf(error) });
    }
  }
}

export function isNewer(edit: ScheduleEdit, than: ScheduleEdit | undefined): boolean {
  if (!than) return true;
  return edit.revision === than.revision ? edit.changedAtMs > than.changedAtMs : edit.revision > than.revision;
}
