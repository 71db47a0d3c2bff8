/** The local database as other rooms see it: one small class a kind of record; one file behind them, and one for Celery's tasks. */

import { statSync } from 'node:fs';
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { Said } from '../model/said.ts';
import type { CeleryHistoryFile } from '../model/storage.ts';
import type { Notice } from '../model/system.ts';
import { AlertEpisodes } from './alert-episodes.ts';
import { AlertHistory } from './alert-history.ts';
import { AlertPast } from './alert-past.ts';
import { AlertRetention } from './alert-retention.ts';
import { AlertStore } from './alert-store.ts';
import type { Announce } from './announce.ts';
import { AuditStore } from './audit-store.ts';
import { Backups } from './backups.ts';
import type { Connection, Medium } from './connection.ts';
import { DoctorFixStore } from './doctor-fix-store.ts';
import { LearnedVariantStore } from './learned-variant-store.ts';
import { newestVersion } from './migrate.ts';
import { type Migration, migrations } from './migrations.ts';
import { NoteStore } from './note-store.ts';
import { NoticeStore } from './notice-store.ts';
import { NotificationStore } from './notification-store.ts';
import { markClosed, type OpenOptions } from './open-database.ts';
import { QueueHistoryStore } from './queue-history-store.ts';
import { RedisAnalysisStore } from './redis-analysis-store.ts';
import { RedisHistoryStore } from './redis-history-store.ts';
import { openRescued } from './rescued-connection.ts';
import { defaultStoreLimits, type PruneCounts, Retention, type StoreLimits } from './retention.ts';
import { RunLedgerStore } from './run-ledger-store.ts';
import { SampleStore } from './sample-store.ts';
import { SettingStore } from './setting-store.ts';
import { SnapshotHistory } from './snapshot-history.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { SurroundingsStore } from './surroundings-store.ts';
import { TaskHistory, type TaskHistoryOptions } from './task-history/task-history.ts';
import { TimelineStore } from './timeline-store.ts';

export interface StoreOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** How long one sample speaks for. */
  readonly samplePeriodMs?: number;
  readonly limits?: Partial<StoreLimits>;
  /** Ceiling of the history of Celery's tasks, which has a file of its own. */
  readonly celeryHistoryBytes?: number;
  /** Ceiling of the history of Redis's health. */
  readonly redisHistoryBytes?: number;
  /** Events that the line of time keeps at most. */
  readonly timelineCount?: number;
  /** For tests that end the thread of the Celery history. */
  readonly startHistoryThread?: TaskHistoryOptions['startThread'];
  /** For tests of upgrades. */
  readonly migrations?: readonly Migration[];
}

/** Of the health of all Redis servers together; a server takes some 25 MB a year. */
const defaultRedisHistoryBytes = 192 * 1024 * 1024;
/** Of the analyses of key spaces; one takes some 40 kB. */
const defaultRedisAnalysisBytes = 48 * 1024 * 1024;
/** Some 150,000 tasks. */
const defaultCeleryHistoryBytes = 128 * 1024 * 1024;

/** Some 25 MB. */
const defaultTimelineCount = 100_000;

/** How often a store in memory tries its file again. */
const returnEveryMs = 30_000;

interface StoreEvents {
  notice: Notice;
}

export class Store {
  readonly file: string;
  readonly snapshots: SnapshotStore;
  readonly snapshotHistory: SnapshotHistory;
  readonly surroundings: SurroundingsStore;
  readonly notes: NoteStore;
  readonly alertHistory: AlertHistory;
  readonly alertPast: AlertPast;
  readonly alertEpisodes: AlertEpisodes;
  readonly alertRetention: AlertRetention;
  readonly samples: SampleStore;
  readonly alerts: AlertStore;
  readonly notifications: NotificationStore;
  readonly runs: RunLedgerStore;
  readonly audit: AuditStore;
  readonly celeryTasks: TaskHistory;
  readonly notices: NoticeStore;
  readonly settings: SettingStore;
  readonly queueHistory: QueueHistoryStore;
  readonly learnedVariants: LearnedVariantStore;
  readonly redisHistory: RedisHistoryStore;
  readonly redisAnalyses: RedisAnalysisStore;
  readonly timeline: TimelineStore;
  readonly doctorFixes: DoctorFixStore;
  readonly backups: Backups;
  readonly #taskFile: string;
  readonly #connection: Connection;
  readonly #retention: Retention;
  readonly #clock: Clock;
  readonly #emitter: Emitter<StoreEvents>;
  readonly #closing: (() => void)[] = [];

  constructor(options: StoreOptions, connection: Connection, emitter: Emitter<StoreEvents>, announce: Announce) {
    this.file = options.file;
    this.#connection = connection;
    this.#clock = options.clock;
    this.#emitter = emitter;
    this.settings = new SettingStore(connection, options.clock);
    this.alertRetention = new AlertRetention(connection, this.settings);
    this.#retention = new Retention(connection, { ...defaultStoreLimits, ...options.limits }, this.alertRetention);
    this.snapshots = new SnapshotStore(connection);
    this.snapshotHistory = new SnapshotHistory(connection);
    this.surroundings = new SurroundingsStore(connection);
    this.notes = new NoteStore(connection);
    this.alertHistory = new AlertHistory(connection);
    this.alertPast = new AlertPast(connection);
    this.alertEpisodes = new AlertEpisodes(connection);
    this.samples = new SampleStore(connection, options.samplePeriodMs ?? 5_000);
    this.alerts = new AlertStore(connection);
    this.notifications = new NotificationStore(connection);
    this.runs = new RunLedgerStore(connection);
    this.audit = new AuditStore(connection);
    this.#taskFile = options.file.replace(/(\.db)?$/, '-tasks.db');
    this.celeryTasks = new TaskHistory({
      file: this.#taskFile,
      mainFile: options.file,
      ceilingBytes: options.celeryHistoryBytes ?? defaultCeleryHistoryBytes,
      clock: options.clock,
      logger: options.logger,
      onNotice: announce,
      ...(options.startHistoryThread && { startThread: options.startHistoryThread }),
    });
    this.notices = new NoticeStore(connection);
    this.queueHistory = new QueueHistoryStore(connection);
    this.learnedVariants = new LearnedVariantStore(connection);
    this.redisHistory = new RedisHistoryStore(connection, options.redisHistoryBytes ?? defaultRedisHistoryBytes);
    this.redisAnalyses = new RedisAnalysisStore(connection, defaultRedisAnalysisBytes);
    this.doctorFixes = new DoctorFixStore(connection);
    this.backups = new Backups({
      file: options.file,
      besides: [this.#taskFile],
      newestShape: newestVersion(options.migrations ?? migrations),
      stamp: () => stampOf(options.clock.now()),
      copyTo: async (path) => {
        await connection.copyTo(path);
        await this.celeryTasks.copyInto(path);
      },
    });
    this.timeline = new TimelineStore(connection, options.timelineCount ?? defaultTimelineCount);
  }

  /** `memory`: nothing is kept past the end of the process; a notice says why. */
  get medium(): Medium {
    return this.#connection.medium;
  }

  get closed(): boolean {
    return this.#connection.closed;
  }

  /** Told of every notice that the store itself raises after it was opened; earlier ones are in `notices`. */
  onNotice(listener: (notice: Notice) => void): Stop {
    return this.#emitter.on('notice', listener);
  }

  /** Bytes on disk, the write-ahead log included; in memory, bytes of the pages. Without the history of Celery's tasks. */
  sizeBytes(): number {
    return this.medium === 'memory' ? this.#retention.usedBytes() : bytesOnDisk(this.file);
  }

  /** Of the file that Celery's tasks have for themselves. */
  celeryHistory(): CeleryHistoryFile {
    const { keptIn, ceilingBytes, sizeBytes } = this.celeryTasks.figures();
    const file = this.#taskFile;
    return { file, keptIn, ceilingBytes, sizeBytes: keptIn === 'memory' ? sizeBytes : bytesOnDisk(file) };
  }

  /** Part of the ceiling that is in use; retention holds it at 1. */
  usedRatio(): number {
    return this.#retention.usedBytes() / this.#retention.ceilingBytes;
  }

  get ceilingBytes(): number {
    return this.#retention.ceilingBytes;
  }

  /** Of snapshots alone, within the ceiling of the whole file. */
  get snapshotCeilingBytes(): number {
    return this.#retention.snapshotCeilingBytes;
  }

  /** Removes what is past its age or its ceiling, in steps of a few milliseconds. @throws EngineError STORE_UNAVAILABLE, ENGINE_STOPPED */
  prune(): Promise<PruneCounts> {
    return this.#retention.prune(this.#clock.now());
  }

  /** Called once, first thing of all when the store is closed. */
  onClose(work: () => void): void {
    this.#closing.push(work);
  }

  /** Writes the log back into the file and lets it go; closing twice is harmless. */
  close(): void {
    if (this.#connection.closed) return;
    this.celeryTasks.close();
    for (const work of this.#closing.splice(0)) work();
    markClosed(this.#connection);
    if (this.medium === 'file') this.#connection.pragma('wal_checkpoint(TRUNCATE)');
    this.#connection.close();
  }
}

/**
 * Opens the local database whatever state its file is in: a damaged one is set aside, one that cannot be written is
 * replaced by memory. What happened is in `notices`. Never throws because of the file.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { clock, ids, logger } = options;
  const emitter = new Emitter<StoreEvents>((error) =>
    logger.error('a listener of the store failed', { error: messageOf(error) }),
  );
  const raised: Notice[] = [];
  const open: { store: Store | null } = { store: null };
  const openOptions: OpenOptions = {
    file: options.file,
    migrations: options.migrations ?? migrations,
    stamp: () => stampOf(clock.now()),
    nowMs: () => clock.now(),
    tell: (level, message, inAll) => {
      const notice = noticeOf(level, message, inAll);
      raised.push(notice);
      // While a statement is being repeated on the new database nothing else may be written to it.
      if (open.store) queueMicrotask(() => publish(open.store, notice, emitter));
    },
  };
  const noticeOf = (level: Notice['level'], message: string, inAll: Said): Notice => {
    logger[level === 'warning' ? 'warn' : level](message);
    return { id: ids.next(), level, message, said: inAll, atMs: clock.now() };
  };
  const announce: Announce = (level, message, inAll) => publish(open.store, noticeOf(level, message, inAll), emitter);
  const rescued = await openRescued(openOptions, announce);
  const store = new Store(options, rescued.connection, emitter, announce);
  for (const notice of raised) store.notices.add(notice);
  open.store = store;
  const stop = clock.every(returnEveryMs, () => void rescued.attemptReturn());
  store.onClose(() => {
    stop();
    rescued.attemptReturnNow();
  });
  void rescued.carryOver();
  return store;
}

function bytesOnDisk(file: string): number {
  return [file, `${file}-wal`].reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

function stampOf(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '');
}

function publish(store: Store | null, notice: Notice, emitter: Emitter<StoreEvents>): void {
  if (!store || store.closed) return;
  store.notices.add(notice);
  emitter.emit('notice', notice);
}
