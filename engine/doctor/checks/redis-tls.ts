/** How long the certificate of a TLS connection is valid for. */

import { said } from '../../model/said.ts';
import { certificateOf } from '../../redis/certificate.ts';
import { type ConnectionCheck, evidence, silent, unknown, verdictOf } from '../check.ts';

const dayMs = 24 * 60 * 60_000;
const soonDays = 14;
const veryDays = 3;

export const redisTls: ConnectionCheck = {
  id: 'redis-tls',
  title: 'The certificate is valid for more than two weeks',
  about: 'connection',
  // An expired certificate is why the connection is away.
  alsoWhenAway: true,
  async run(patient, { clock }) {
    const { target } = patient.link;
    if (target.tls === null) return silent;
    const certificate = await certificateOf(target, clock).catch(() => null);
    if (certificate === null)
      return unknown(
        `no TLS connection with ${target.label} comes about`,
        said('unchecked_no_tls', { address: target.label }),
      );
    const { validUntilMs, subject } = certificate;
    const days = Math.floor((validUntilMs - clock.now()) / dayMs);
    if (days >= soonDays) return verdictOf([]);
    const over = validUntilMs <= clock.now();
    return verdictOf([
      {
        code: over ? 'certificate_expired' : 'certificate_expires',
        severity: over || days < veryDays ? 'critical' : 'warning',
        title: over
          ? `The certificate of ${patient.name} has expired`
          : `The certificate of ${patient.name} expires in ${days} days`,
        evidence: [evidence('valid_until', validUntilMs, 'time'), evidence('certificate', subject, 'text')],
        why: 'From that moment on every program that checks certificates refuses to connect.',
        steps: [
          'Have the certificate renewed by its authority, and put it where tls-cert-file of redis.conf points.',
          'Load it without a restart: CONFIG SET tls-cert-file <file> (Redis 6.2 and newer).',
        ],
      },
    ]);
  },
};
