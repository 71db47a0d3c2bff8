/** Whether what must survive a restart is written down: snapshots, the append-only file, the fork that they need. */
import { statfs } from 'node:fs/promises';
import { bytesWords } from '../../health/wording.ts';
import { type ConnectionCheck, evidence, type Found, verdictOf } from '../check.ts';
import type { Patient, ServerFacts } from '../patient.ts';

const slowForkMs = 500;
const diskLeftRatio = 0.1;

/** The disk that a folder of this machine lies on, in blocks; null when it cannot be asked. */
type DiskOf = (folder: string) => Promise<{ bavail: number; blocks: number; bsize: number } | null>;

export const redisPersistence = persistenceCheck((folder) => statfs(folder).catch(() => null));

export function persistenceCheck(diskOf: DiskOf): ConnectionCheck {
  return {
    id: 'redis-persistence',
    title: 'What must survive a restart is written to disk',
    about: 'connection',
    async run(patient) {
      const servers = await patient.servers();
      const found = await Promise.all(servers.map((server) => examine(patient, server, diskOf)));
      return verdictOf(found.flat());
    },
  };
}

async function examine(patient: Patient, server: ServerFacts, diskOf: DiskOf): Promise<Found[]> {
  const found = [
    await saveFailed(patient, server),
    appendFailed(patient, server),
    await notKept(patient, server),
    slowFork(patient, server),
    await diskFull(patient, server, diskOf),
  ];
  return found.filter((one) => one !== null);
}

/** Source: redis.conf, stop-writes-on-bgsave-error: writes are refused with MISCONF after a snapshot failed. */
async function saveFailed(patient: Patient, server: ServerFacts): Promise<Found | null> {
  const { persistence } = server.figures;
  if (persistence.lastSaveOk !== false) return null;
  const { shard } = server;
  const saves = (await patient.parameter(shard, 'save')) !== '';
  const stops = saves && (await patient.parameter(shard, 'stop-writes-on-bgsave-error')) === 'yes';
  return {
    code: stops ? 'save_failed_writes_refused' : 'save_failed',
    part: patient.partOf(server),
    severity: stops ? 'critical' : 'warning',
    title: stops
      ? `${patient.titleOf(server)} cannot save, and therefore refuses every write`
      : `The last snapshot of ${patient.titleOf(server)} failed`,
    evidence: [
      evidence('last_save', 'failed', 'text', persistence.lastSaveAtMs),
      ...(persistence.unsavedChanges === null
        ? []
        : [evidence('unsaved_changes', persistence.unsavedChanges, 'count', persistence.lastSaveAtMs)]),
    ],
    why: 'What was written since the last good snapshot is lost when the server stops.',
    steps: [
      'Read why in the log of the server: most often a full disk, a folder that is gone or not writable, or no memory to fork.',
      'Mend that, then save once by hand: redis-cli BGSAVE',
      'For the fork: set vm.overcommit_memory = 1 and leave as much memory free as the server uses.',
    ],
    fix: stops
      ? await patient.configFix(
          'Take writes although the snapshot failed',
          [{ shard, name: 'stop-writes-on-bgsave-error', value: 'no' }],
          'Programs work again; the snapshot still fails, so mend its cause at once.',
        )
      : null,
  };
}

function appendFailed(patient: Patient, server: ServerFacts): Found | null {
  const { lastAppendOk, lastRewriteOk, appendOnly } = server.figures.persistence;
  if (appendOnly !== true || (lastAppendOk !== false && lastRewriteOk !== false)) return null;
  const writes = lastAppendOk === false;
  return {
    code: writes ? 'append_failed' : 'rewrite_failed',
    part: patient.partOf(server),
    severity: writes ? 'critical' : 'warning',
    title: writes
      ? `${patient.titleOf(server)} cannot write its append-only file, and refuses writes`
      : `${patient.titleOf(server)} cannot rewrite its append-only file`,
    evidence: [
      evidence('last_append', lastAppendOk === false ? 'failed' : 'ok', 'text'),
      evidence('last_rewrite', lastRewriteOk === false ? 'failed' : 'ok', 'text'),
    ],
    why: writes
      ? 'Redis refuses to take what it cannot write down: no job is queued.'
      : 'The file only grows, until the disk is full or a start takes minutes.',
    steps: [
      'See how full the disk is: df -h <dir>',
      'Read the log of the server, mend the cause, then: redis-cli BGREWRITEAOF',
    ],
  };
}

async function notKept(patient: Patient, server: ServerFacts): Promise<Found | null> {
  const { appendOnly } = server.figures.persistence;
  if (!patient.holdsJobs || appendOnly !== false) return null;
  const { shard } = server;
  const save = await patient.parameter(shard, 'save');
  if (save === null) return null;
  return {
    code: save === '' ? 'jobs_not_kept' : 'jobs_kept_by_snapshots',
    part: patient.partOf(server),
    severity: save === '' ? 'warning' : 'info',
    title:
      save === ''
        ? `${patient.titleOf(server)} holds jobs and writes nothing to disk`
        : `${patient.titleOf(server)} holds jobs and keeps them by snapshots only`,
    evidence: [evidence('appendonly', 'no', 'text'), evidence('save', save === '' ? '(never)' : save, 'text')],
    why: 'When the server stops, every job and message since its last snapshot is gone.',
    steps: [
      'Switch the append-only file on; with appendfsync everysec at most one second is lost.',
      'Write appendonly yes into redis.conf as well (or CONFIG REWRITE).',
    ],
    fix: await patient.configFix(
      'Write an append-only file',
      [{ shard, name: 'appendonly', value: 'yes' }],
      'The server forks once to write what it holds, and takes that much disk.',
    ),
  };
}

function slowFork(patient: Patient, server: ServerFacts): Found | null {
  const { lastForkMs } = server.figures.persistence;
  if (lastForkMs === null || lastForkMs < slowForkMs) return null;
  return {
    code: 'fork_slow',
    part: patient.partOf(server),
    severity: 'warning',
    title: `The last fork held ${patient.titleOf(server)} up for ${Math.round(lastForkMs)} ms`,
    evidence: [
      evidence('fork_ms', lastForkMs, 'ms'),
      evidence('used_bytes', server.figures.memory?.usedBytes ?? 0, 'bytes'),
    ],
    why: 'Nothing is answered while the server forks for a snapshot or a rewrite; every client waits.',
    steps: [
      'Switch transparent huge pages off: echo never > /sys/kernel/mm/transparent_hugepage/enabled',
      'Keep less in one server, save less often, or save on a replica.',
    ],
  };
}

/** Only of a server on this machine: of another one nobody but itself can tell. */
async function diskFull(patient: Patient, server: ServerFacts, diskOf: DiskOf): Promise<Found | null> {
  const { persistence } = server.figures;
  const { shard } = server;
  if (!patient.link.target.local) return null;
  const writes = persistence.appendOnly === true || ((await patient.parameter(shard, 'save')) ?? '') !== '';
  const folder = writes ? await patient.parameter(shard, 'dir') : null;
  const disk = folder === null ? null : await diskOf(folder);
  if (folder === null || disk === null || disk.blocks === 0) return null;
  const freeBytes = disk.bavail * disk.bsize;
  const usedBytes = server.figures.memory?.usedBytes ?? 0;
  // A rewrite needs room for the old file and the new one.
  if (disk.bavail / disk.blocks >= diskLeftRatio || freeBytes > 10 * usedBytes + 1024 ** 3) return null;
  return {
    code: 'disk_full',
    part: patient.partOf(server),
    severity: freeBytes < usedBytes ? 'critical' : 'warning',
    title: `The disk of ${patient.titleOf(server)} has ${bytesWords(freeBytes)} left`,
    evidence: [
      evidence('free_bytes', freeBytes, 'bytes'),
      evidence('used_bytes', usedBytes, 'bytes'),
      evidence('folder', folder, 'text'),
    ],
    why: 'A snapshot or a rewrite needs room for a second file; without it saving fails, and Redis then refuses writes.',
    steps: [
      `See what fills the disk: du -xh ${folder} | sort -h | tail`,
      'Free some of it, or move `dir` to a larger disk.',
    ],
  };
}
