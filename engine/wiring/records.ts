/** What the engine writes down about itself: commands into the audit log, and what retention removed. */
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Store } from '../store/store.ts';
import type { Foundation } from './foundation.ts';

/** A command as a host saw it. */
export interface CommandRecord {
  readonly call: string;
  readonly caller: { readonly transport: string; readonly name: string };
  readonly input: unknown;
  readonly outcome: 'succeeded' | 'failed';
  readonly error: string | null;
}

/** Never throws: a command that was carried out is not undone because its record could not be written. */
export function auditCommand(store: Store, record: CommandRecord, { clock, logger }: Foundation): void {
  const { call, caller, input, outcome, error } = record;
  try {
    const atMs = clock.now();
    store.audit.append({ who: caller.name, transport: caller.transport, call, input, outcome, error, atMs });
  } catch (failure) {
    logger.error('A command could not be written to the audit log', { call, error: messageOf(failure) });
  }
}

export function pruneStore(store: Store, logger: Logger): void {
  store.prune().then(
    (counts) => logger.info('The store was pruned', { ...counts }),
    (error: unknown) => logger.warn('The store could not be pruned', { error: messageOf(error) }),
  );
}
