/** Whether our own looking is a burden to a server. */
import { latencyWords, percentWords } from '../../health/wording.ts';
import { said } from '../../model/said.ts';
import { type ConnectionCheck, evidence, type Found, unknown, verdictOf } from '../check.ts';

const mostCpuRatio = 0.02;
/** From here on a command of ours is looked at; one such moment of a busy machine is no finding, a long one or several are. */
const slowMs = 10;
const longMs = 100;
const severalTimes = 3;

function isBurden({ worstMs, count }: { readonly worstMs: number; readonly count: number }): boolean {
  return worstMs >= longMs || (worstMs >= slowMs && count >= severalTimes);
}

const unsampled = unknown('nothing was sampled yet', said('unchecked_not_sampled'));

export const ownLoad: ConnectionCheck = {
  id: 'own-load',
  title: 'The console itself is no burden to the server',
  about: 'connection',
  async run(patient) {
    const { health } = patient;
    if (health === null || health.state === 'waiting') return unsampled;
    const { own } = health;
    const log = await patient.slowLog();
    // What an operator set to log everything logs us too; that is no burden.
    const ours = log.groups.filter((group) => group.own && isBurden(group));
    const found: Found[] = ours.slice(0, 1).map((group) => ({
      code: 'own_slow_command',
      severity: 'info',
      title: `${group.shape}, sent by this console, took ${latencyWords(group.worstMs)} on ${patient.name}`,
      evidence: [
        evidence('command', group.shape, 'text'),
        evidence('worst_ms', group.worstMs, 'ms', group.firstAtMs),
        evidence('slow_count', group.count, 'count', group.firstAtMs),
      ],
      why: 'Others waited meanwhile. A slow machine, a big key that was opened, or a server under load may be the reason.',
      steps: ['Open big keys in smaller pages, and analyse keys at a lower rate of commands.'],
    }));
    if (own.cpuRatio !== null && own.cpuRatio > mostCpuRatio) {
      found.push({
        code: 'own_load_high',
        severity: 'warning',
        title: `This console takes ${percentWords(own.cpuRatio)} of the processor of ${patient.name}`,
        evidence: [
          evidence('own_cpu_ratio', own.cpuRatio, 'ratio'),
          evidence('sampling_commands', own.commandsLastMinute, 'count'),
          evidence('asked_commands', own.askedCommandsLastMinute, 'count'),
        ],
        why: 'Looking should cost less than what it finds.',
        steps: ['Cancel an analysis that runs, or begin it anew with fewer commands a second.'],
      });
    }
    return verdictOf(found);
  },
};
