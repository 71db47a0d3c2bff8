/** Whether the clock of each server agrees with ours; half of the round trip is taken off. */
import { durationWords } from '../../health/wording.ts';
import { listOf } from '../../redis/reply.ts';
import { type ConnectionCheck, evidence, type Found, verdictOf } from '../check.ts';

const warnMs = 2_000;
const severeMs = 30_000;

export const redisClock: ConnectionCheck = {
  id: 'redis-clock',
  title: 'The clocks of the server and of this machine agree',
  about: 'connection',
  async run(patient, { clock }) {
    const skews = await patient.eachServer('time', async (shard) => {
      const startMs = clock.monotonicMs();
      const [seconds, micros] = listOf(await shard.command('TIME', (client) => client.call('TIME')));
      const roundTripMs = clock.monotonicMs() - startMs;
      const theirMs = Number(seconds) * 1_000 + Number(micros) / 1_000;
      return { shard, skewMs: theirMs + roundTripMs / 2 - clock.now() };
    });
    return verdictOf(
      skews
        .filter(({ skewMs }) => Math.abs(skewMs) >= warnMs)
        .map(({ shard, skewMs }): Found => {
          const ahead = skewMs > 0 ? 'ahead of' : 'behind';
          return {
            code: 'clock_skew',
            part: patient.partOf({ shard }),
            severity: Math.abs(skewMs) >= severeMs ? 'critical' : 'warning',
            title: `The clock of ${patient.titleOf({ shard })} is ${durationWords(Math.abs(skewMs))} ${ahead} ours`,
            evidence: [evidence('skew_ms', Math.round(skewMs), 'ms')],
            why: 'Ages, expiries and schedules are told by the clock: delayed jobs come early or late, and fresh values look old.',
            steps: [
              'On both machines: timedatectl shows whether the clock is kept in step.',
              'Switch it on: timedatectl set-ntp true (systemd), or see chrony or ntpd.',
            ],
          };
        }),
    );
  },
};
