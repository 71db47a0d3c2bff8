/** Runs the checks within bounds, applies a fix that was confirmed, verifies it, and undoes it when asked. */
import type { Clock, Stop } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { AppliedFix, Checked, DoctorReport, DoctorSubject, Finding, FixCommand } from '../model/doctor.ts';
import { said } from '../model/said.ts';
import {
  type Check,
  type CheckContext,
  type ConnectionCheck,
  type Desk,
  type Found,
  unknown,
  type Verdict,
} from './check.ts';
import { orderOf } from './console-fix.ts';
import type { Patient } from './patient.ts';

export interface DoctorParts {
  readonly checks: readonly Check[];
  /** Made anew for each run, so that every fact is of that run. */
  readonly patients: () => readonly Patient[];
  readonly fixes: FixShelf;
  /** Null where there is no console. */
  readonly desk: Desk | null;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Of a whole run; what is not done by then is unknown. */
  readonly runDeadlineMs?: number;
  readonly checkDeadlineMs?: number;
}

/** Where applied fixes are kept; newest first. */
export interface FixShelf {
  list(): readonly AppliedFix[];
  put(fix: AppliedFix): void;
}

interface Done {
  readonly findings: readonly Finding[];
  readonly checked: readonly Checked[];
}

/** Queues are looked at every few seconds. */
const settleMs = 15_000;

const rank = { critical: 0, warning: 1, info: 2 } as const;

export class Doctor {
  readonly #parts: Required<DoctorParts>;
  readonly #changes: Emitter<{ changed: number }>;
  #last: DoctorReport | null = null;
  #running: Promise<DoctorReport> | null = null;

  constructor(parts: DoctorParts) {
    this.#parts = { runDeadlineMs: 20_000, checkDeadlineMs: 6_000, ...parts };
    this.#changes = new Emitter((error) =>
      parts.logger.error('A listener to the doctor failed', { error: messageOf(error) }),
    );
  }

  /** Of the last run; null before the first. */
  get last(): DoctorReport | null {
    return this.#last;
  }

  onChanged(listener: (atMs: number) => void): Stop {
    return this.#changes.on('changed', listener);
  }

  /** Newest first. */
  fixes(): readonly AppliedFix[] {
    return this.#parts.fixes.list();
  }

  /** Every check; a run under way is joined. Never throws because of what a check meets. */
  run(): Promise<DoctorReport> {
    this.#running ??= this.#runAll().finally(() => (this.#running = null));
    return this.#running;
  }

  /**
   * Applies the fix of a finding, provided that it is still the one that was shown, and looks again.
   * @throws EngineError DOCTOR_FINDING_GONE, DOCTOR_FIX_CHANGED, REDIS_READ_ONLY, REDIS_*
   */
  async fix(findingId: string, shown: readonly FixCommand[], who: string): Promise<AppliedFix> {
    const finding = (await this.#again(findingId)).find((one) => one.findingId === findingId);
    if (finding === undefined || finding.fix === null) {
      throw new EngineError('DOCTOR_FINDING_GONE', `The finding "${findingId}" is no longer there, or has no fix`);
    }
    const { fix: plan } = finding;
    if (JSON.stringify(plan.commands) !== JSON.stringify(shown)) {
      throw new EngineError('DOCTOR_FIX_CHANGED', `The commands against "${finding.title}" are others by now`);
    }
    await this.#send(plan.connectionId, plan.commands, plan.undo, who);
    const isMended = await this.#gone(findingId, plan.commands);
    const { ids, clock, fixes } = this.#parts;
    const applied: AppliedFix = {
      fixId: ids.next(),
      atMs: clock.now(),
      who,
      findingId,
      checkId: finding.checkId,
      findingTitle: finding.title,
      plan,
      state: isMended ? 'mended' : plan.showsWithinMs === undefined ? 'failing' : 'settling',
      undoneAtMs: null,
    };
    fixes.put(applied);
    await this.#runAnew();
    return applied;
  }

  /** Puts back what there was. @throws EngineError DOCTOR_FIX_NOT_FOUND, REDIS_READ_ONLY, REDIS_* */
  async undo(fixId: string, who: string): Promise<AppliedFix> {
    const { fixes, clock } = this.#parts;
    const applied = fixes.list().find((one) => one.fixId === fixId && one.state !== 'undone');
    if (applied === undefined || applied.plan.undo.length === 0)
      throw new EngineError('DOCTOR_FIX_NOT_FOUND', 'No applied fix that can be undone has this id');
    await this.#send(applied.plan.connectionId, applied.plan.undo, applied.plan.commands.toReversed(), who);
    const undone: AppliedFix = { ...applied, state: 'undone', undoneAtMs: clock.now() };
    fixes.put(undone);
    await this.#runAnew();
    return undone;
  }

  /** A run that began before something was changed still tells of before. */
  async #runAnew(): Promise<void> {
    await this.#running;
    await this.run();
  }

  async #runAll(): Promise<DoctorReport> {
    const { clock, desk, patients, checks, runDeadlineMs } = this.#parts;
    const startMs = clock.monotonicMs();
    const context: CheckContext = { clock, desk, patients: patients() };
    const leftMs = (): number => runDeadlineMs - (clock.monotonicMs() - startMs);
    const done = await Promise.all([
      ...context.patients.map((patient) => this.#examine(patient, connectionChecks(checks), context, leftMs)),
      this.#system(context, leftMs),
    ]);
    const report: DoctorReport = {
      atMs: clock.now(),
      tookMs: clock.monotonicMs() - startMs,
      findings: done.flatMap(({ findings }) => findings).toSorted((a, b) => rank[a.severity] - rank[b.severity]),
      checked: done.flatMap(({ checked }) => checked),
    };
    this.#last = report;
    this.#judgeSettling(report);
    this.#changes.emit('changed', report.atMs);
    return report;
  }

  /** Fixes whose effect shows by and by: what could not be checked says nothing of them. */
  #judgeSettling({ findings, checked, atMs }: DoctorReport): void {
    const { fixes } = this.#parts;
    for (const fix of fixes.list().filter(({ state }) => state === 'settling')) {
      const { checkId, findingId } = fix;
      const looked = checked.some(
        (one) =>
          one.checkId === checkId && one.outcome !== 'unknown' && findingId.startsWith(`${checkId}/${one.subject.id}/`),
      );
      const isFound = findings.some((one) => one.findingId === findingId);
      const isOver = atMs - fix.atMs > (fix.plan.showsWithinMs ?? 0);
      if (looked && !isFound) fixes.put({ ...fix, state: 'mended' });
      else if (isFound && isOver) fixes.put({ ...fix, state: 'failing' });
    }
  }

  /** The check that found it, on its subject alone, with facts of now. */
  async #again(findingId: string): Promise<readonly Finding[]> {
    const { clock, desk, patients, checks } = this.#parts;
    const context: CheckContext = { clock, desk, patients: patients() };
    const check = checks.find(({ id }) => findingId.startsWith(`${id}/`));
    if (check === undefined) return [];
    if (check.about === 'system') {
      return (await this.#one(check, check.subject, () => check.run(context), Number.POSITIVE_INFINITY)).findings;
    }
    const patient = context.patients.find(({ connectionId }) => findingId.startsWith(`${check.id}/${connectionId}/`));
    if (patient === undefined) return [];
    return (await this.#examine(patient, [check], context, () => Number.POSITIVE_INFINITY)).findings;
  }

  /** One after the other, so that a server is never asked two things at once by the doctor. */
  async #examine(
    patient: Patient,
    checks: readonly ConnectionCheck[],
    context: CheckContext,
    leftMs: () => number,
  ): Promise<Done> {
    const done: Done[] = [];
    for (const check of checks) {
      const ask = async (): Promise<Verdict> => {
        if (check.alsoWhenAway || patient.link.isReady) return check.run(patient, context);
        return unknown(`${patient.name} does not answer`, said('unchecked_no_answer', { name: patient.name }));
      };
      done.push(await this.#one(check, patient.subject, ask, leftMs()));
    }
    return together(done);
  }

  async #system(context: CheckContext, leftMs: () => number): Promise<Done> {
    const done: Done[] = [];
    for (const check of this.#parts.checks) {
      if (check.about === 'system')
        done.push(await this.#one(check, check.subject, () => check.run(context), leftMs()));
    }
    return together(done);
  }

  async #one(check: Check, subject: DoctorSubject, ask: () => Promise<Verdict>, leftMs: number): Promise<Done> {
    const verdict = await this.#asked(check, ask, leftMs);
    if (verdict.kind === 'silent') return { findings: [], checked: [] };
    const findings = verdict.kind === 'found' ? verdict.findings.map((found) => named(found, check, subject)) : [];
    const why =
      verdict.kind === 'unknown'
        ? { reason: verdict.reason, ...(verdict.said === undefined ? {} : { reasonSaid: verdict.said }) }
        : { reason: '' };
    return { findings, checked: [{ checkId: check.id, title: check.title, subject, outcome: verdict.kind, ...why }] };
  }

  async #asked(check: Check, ask: () => Promise<Verdict>, leftMs: number): Promise<Verdict> {
    const { clock, checkDeadlineMs, logger } = this.#parts;
    if (leftMs <= 0) return unknown('the time of the run was over', said('unchecked_run_over'));
    const deadlineMs = Math.min(leftMs, checkDeadlineMs);
    try {
      return await withDeadline(clock, deadlineMs, { code: 'DOCTOR_TIMEOUT', what: check.title }, ask);
    } catch (error) {
      if (!(error instanceof EngineError)) logger.warn('A check failed', { check: check.id, error: messageOf(error) });
      const tookLong = error instanceof EngineError && error.code === 'DOCTOR_TIMEOUT';
      return unknown(messageOf(error), tookLong ? said('unchecked_took_long', { deadlineMs }) : undefined);
    }
  }

  /** Each is the console's own call, which answers for itself when it is refused. */
  async #carryOut(commands: readonly FixCommand[], who: string): Promise<void> {
    const work = this.#parts.desk?.work ?? null;
    for (const command of commands) {
      const order = orderOf(command);
      if (order === null || work === null) {
        throw new EngineError('DOCTOR_FIX_CHANGED', `This console cannot carry out "${command.words.join(' ')}"`);
      }
      await work.carryOut(order, who);
    }
  }

  /** What a server was told shows at once; what work does about it is seen by the next looks at it. */
  async #gone(findingId: string, commands: readonly FixCommand[]): Promise<boolean> {
    const { clock } = this.#parts;
    const patienceMs = commands.some((command) => orderOf(command) !== null) ? settleMs : 0;
    const untilMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      const found = await this.#again(findingId);
      if (found.every((one) => one.findingId !== findingId)) return true;
      if (clock.monotonicMs() >= untilMs) return false;
      await clock.sleep(1_000);
    }
  }

  /** In order; when one fails, what was done before it is put back, and the error says so. */
  async #send(
    connectionId: string,
    commands: readonly FixCommand[],
    back: readonly FixCommand[],
    who: string,
  ): Promise<void> {
    if (commands.some((command) => orderOf(command) !== null)) {
      await this.#carryOut(commands, who);
      return;
    }
    const patient = this.#parts.patients().find((one) => one.connectionId === connectionId);
    if (patient === undefined) {
      throw new EngineError('CONNECTION_NOT_FOUND', `There is no connection "${connectionId}"`);
    }
    for (const [done, command] of commands.entries()) {
      try {
        await sendTo(patient, command);
      } catch (error) {
        const sent = new Set(commands.slice(0, done).map((one) => targetOf(one)));
        for (const one of back.filter((each) => sent.has(targetOf(each)))) await sendTo(patient, one);
        throw error;
      }
    }
  }
}

/** The server and all words but the last, which is the value. */
function targetOf({ shard, words }: FixCommand): string {
  return [shard, ...words.slice(0, -1)].join('\u0000');
}

async function sendTo({ link }: Patient, { shard: address, words }: FixCommand): Promise<void> {
  const shard = link.shards().find((one) => one.address === address);
  if (shard === undefined) {
    // A link that is away has no shards; its own words say why.
    if (!link.isReady) await link.call('PING');
    throw new EngineError('REDIS_SHARD_NOT_FOUND', `No server ${address} is behind this connection`);
  }
  const [name = '', ...args] = words;
  await shard.command(name, (client) => client.call(name, ...args));
}

function connectionChecks(checks: readonly Check[]): readonly ConnectionCheck[] {
  return checks.filter((check) => check.about === 'connection');
}

function named({ subject: own, part, fix = null, ...found }: Found, check: Check, of: DoctorSubject): Finding {
  const subject = own ?? of;
  const parts = [check.id, of.id, found.code, ...(subject.id === of.id ? [] : [subject.id]), ...(part ? [part] : [])];
  const findingId = parts.join('/');
  return { findingId, checkId: check.id, subject, ...found, fix };
}

function together(done: readonly Done[]): Done {
  return { findings: done.flatMap(({ findings }) => findings), checked: done.flatMap(({ checked }) => checked) };
}
