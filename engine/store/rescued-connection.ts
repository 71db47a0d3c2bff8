/** A connection that outlives its file: damage is carried over, a failing disk is replaced by memory and gone back to. */
import { messageOf } from '../base/errors.ts';
import { type Said, said } from '../model/said.ts';
import type { Announce } from './announce.ts';
import { Connection } from './connection.ts';
import { type OpenOptions, openDatabase, reopenFile, replaceFailed, salvageMark } from './open-database.ts';
import { ReturnToFile } from './rescue/return-to-file.ts';
import { type SalvageReport, salvage } from './rescue/salvage.ts';

export interface RescuedConnection {
  readonly connection: Connection;
  /** Back to the file, if it can be written again; in small steps. Never rejects. */
  attemptReturn(): Promise<void>;
  /** All at once, for the last moment. Never throws. */
  attemptReturnNow(): void;
  /** Goes on with a damaged file that was set aside, also one of an earlier run. Never rejects. */
  carryOver(): Promise<void>;
}

/**
 * Never throws because of the file.
 * @param announce for news that may be written down at once, unlike what is told while a statement is being repeated
 */
export async function openRescued(options: OpenOptions, announce: Announce): Promise<RescuedConnection> {
  const opened = await openDatabase(options);
  const connection = new Connection(opened, (failed, error) => {
    const next = replaceFailed(options, failed, error);
    // The statement that failed is repeated first.
    if (next.aside !== undefined) queueMicrotask(() => void carryOver(connection, announce));
    return next;
  });
  const returning = new ReturnToFile({
    connection,
    reopen: () => reopenFile(options),
    onReturn: (rowCount, refusedCount) => {
      const count = rowCount;
      const inAll =
        refusedCount > 0
          ? said('notice_back_in_file_but', { count, refused: refusedCount })
          : said('notice_back_in_file', { count });
      announce('info', returnWords(rowCount, refusedCount), inAll);
    },
  });
  return {
    connection,
    attemptReturn: () => returning.attempt(),
    attemptReturnNow: () => returning.attemptNow(),
    carryOver: () => carryOver(connection, announce),
  };
}

function returnWords(rowCount: number, refusedCount: number): string {
  const refused = refusedCount > 0 ? ` ${refusedCount} could not be written and are lost.` : '';
  return `The local database can be written again: what happened meanwhile (${rowCount} records) was written to it.${refused}`;
}

async function carryOver(connection: Connection, announce: Announce): Promise<void> {
  try {
    const aside = connection.row<{ value: string }>('SELECT value FROM setting WHERE key = ?', salvageMark)?.value;
    if (aside === undefined) return;
    const report = await salvage(aside, connection);
    if (report === null) return;
    connection.run('DELETE FROM setting WHERE key = ?', salvageMark);
    announce(
      report.hopeless || report.incomplete.length > 0 ? 'warning' : 'info',
      salvageWords(aside, report),
      salvageSaid(aside, report),
    );
  } catch (error) {
    if (connection.closed) return;
    const problem = messageOf(error);
    const message = `What is left of the damaged database could not be carried over: ${problem}`;
    announce('warning', message, said('notice_salvage_failed', { problem }));
  }
}

function salvageWords(aside: string, { rowCount, incomplete, hopeless }: SalvageReport): string {
  if (hopeless) return `Nothing could be read of the damaged database ${aside}.`;
  const missing = incomplete.length > 0 ? ` Not everything could be read of: ${incomplete.join(', ')}.` : '';
  return `${rowCount} records of the damaged database ${aside} were carried over.${missing}`;
}

function salvageSaid(aside: string, { rowCount: count, incomplete, hopeless }: SalvageReport): Said {
  if (hopeless) return said('notice_salvaged_nothing', { aside });
  if (incomplete.length === 0) return said('notice_salvaged', { count, aside });
  return said('notice_salvaged_partly', { count, aside, tables: incomplete.join(', ') });
}
