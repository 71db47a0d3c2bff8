/** Commands of others that held a server up in the last hour, and who sends them. */
import { latencyWords, plural } from '../../health/wording.ts';
import type { SlowGroup } from '../../model/redis-health.ts';
import { said } from '../../model/said.ts';
import { slowGroupsOf } from '../../redis/slow-log.ts';
import { type ConnectionCheck, evidence, type Found, unknown, verdictOf } from '../check.ts';
import type { Patient } from '../patient.ts';

const hourMs = 60 * 60_000;
const worstMs = 100;
const totalMs = 1_000;
const named = 3;

export const redisSlow: ConnectionCheck = {
  id: 'redis-slow',
  title: 'No command held the server up in the last hour',
  about: 'connection',
  async run(patient, { clock }) {
    const log = await patient.slowLog();
    if (log.thresholdMs !== null && log.thresholdMs < 0)
      return unknown('the slow log is switched off (slowlog-log-slower-than)', said('unchecked_slow_log_off'));
    const recent = log.entries.filter(({ atMs, own }) => !own && atMs >= clock.now() - hourMs);
    // KEYS walks every key whatever it takes today.
    const bad = slowGroupsOf(recent).filter(
      (group) => group.worstMs >= worstMs || group.totalMs >= totalMs || group.shape.startsWith('KEYS '),
    );
    return verdictOf(bad.slice(0, named).map((group) => slow(patient, group)));
  },
};

function slow(patient: Patient, group: SlowGroup): Found {
  return {
    code: group.shape.startsWith('KEYS ') ? 'slow_keys' : 'slow_command',
    part: `${group.shape} ${group.client}`,
    severity: group.worstMs >= 10 * worstMs ? 'critical' : 'warning',
    title: `${group.client} held ${patient.name} up for ${latencyWords(group.worstMs)} by ${group.shape}`,
    evidence: [
      evidence('command', group.shape, 'text'),
      evidence('client', group.client, 'text'),
      evidence('slow_count', group.count, 'count', group.firstAtMs),
      evidence('worst_ms', group.worstMs, 'ms'),
      evidence('total_ms', group.totalMs, 'ms', group.firstAtMs),
    ],
    why: `Redis has one thread: while this command ran, everybody else waited. It was seen ${plural(group.count, 'time')} in the last hour.`,
    steps: group.shape.startsWith('KEYS ')
      ? [
          'Replace KEYS by SCAN in that program: the same names in short steps.',
          'Forbid it for its user: ACL SETUSER <user> -keys',
        ]
      : [
          'Find it in that program by its shape, and read or write less at once (pages, pipelines of small commands).',
          'If it works on a big key, split the key; the doctor names big keys once the keys were analysed.',
        ],
  };
}
