/** Whether Redis answers at all, and if not, which step fails: the name, the port, TLS, the password, the rights. */
import type { Finding } from '../../model/doctor.ts';
import { said } from '../../model/said.ts';
import { type ConnectionCheck, evidence, type Found, unknown, verdictOf } from '../check.ts';
import type { Patient } from '../patient.ts';

interface Trouble {
  readonly title: string;
  readonly why: string;
  readonly steps: readonly string[];
}

const pingDeadlineMs = 2_000;
const connectDeadlineMs = 3_000;

/** By the code of the error that the connection ended on. */
const troubles: Readonly<Record<string, (patient: Patient) => Trouble>> = {
  dns_failed: ({ link }) => ({
    title: `The name in ${link.address} is not known here`,
    why: 'Without an address for the name nothing behind it can be reached.',
    steps: [
      'Look for a spelling mistake in the URL of the connection.',
      `Ask the system: getent hosts <name in ${link.address}>`,
      'If it is an internal name, check that the VPN is up and that its DNS is used.',
    ],
  }),
  auth_failed: ({ link }) => ({
    title: `${link.address} refuses the user name or the password`,
    why: 'Redis answers, but nobody is let in: everything that uses this connection stands still.',
    steps: [
      'Check the user and the password in the URL (or in the settings of the connection).',
      'If the password was changed on the server, give the new one to every program that connects.',
      'On the server: ACL GETUSER <user> shows whether the user is on and which passwords it has.',
    ],
  }),
  acl_denied: ({ link }) => ({
    title: `The user may not do what connecting to ${link.address} takes`,
    why: 'Redis lets the user in, but not past the first commands.',
    steps: ['Print the least rights with `vigia acl` and give them to the user.'],
  }),
  tls_failed: ({ link }) => ({
    title: `No TLS connection with ${link.address} comes about`,
    why: 'Either the port speaks no TLS, or its certificate is not trusted, is for another name, or has expired.',
    steps: [
      'Check that the scheme fits the port: rediss:// for TLS, redis:// without.',
      'Check the authority (ssl_ca_certs), the name (servername) and the dates of the certificate.',
      'If the server asks for client certificates, name ssl_certfile and ssl_keyfile.',
    ],
  }),
  unreachable: ({ link }) => ({
    title: `Redis at ${link.address} is silent`,
    why: 'Nothing is cached, no job is taken and no figure is fresh as long as it is away; the console shows the last known values.',
    steps: [
      'See whether the server runs: systemctl status redis-server, or the log of its container.',
      `Try it by hand: redis-cli -u ${link.address} ping`,
      'If it runs, look for a firewall, another bind address or another port in its configuration.',
      'If it was killed, look for the out-of-memory killer: journalctl -k | grep -i oom',
    ],
  }),
};

const closed = unknown('the connection was closed', said('unchecked_closed'));

export const redisReach: ConnectionCheck = {
  id: 'redis-reach',
  title: 'Redis answers',
  about: 'connection',
  alsoWhenAway: true,
  async run(patient) {
    const { link } = patient;
    await link.settled(connectDeadlineMs);
    const { state, sinceMs, problem } = link.view();
    if (!link.isReady) return state === 'closed' ? closed : verdictOf([away(patient)]);
    try {
      await link.command('PING', (client) => client.ping(), pingDeadlineMs);
    } catch {
      return verdictOf([away(patient)]);
    }
    if (state !== 'degraded') return verdictOf([]);
    return verdictOf([
      {
        code: 'partly_away',
        severity: 'critical',
        title: `A part of ${link.address} is away`,
        evidence: [evidence('state', state, 'text', sinceMs), evidence('problem', problem ?? '', 'text')],
        why: 'Keys whose slots lie on the missing servers can be neither read nor written.',
        steps: [
          'See which server is named in the evidence and whether it runs.',
          'redis-cli --cluster check <any node> shows the slots that nobody serves.',
        ],
      },
    ]);
  },
};

function away(patient: Patient): Found {
  const { state, sinceMs, problem } = patient.link.view();
  const kind = Object.keys(troubles).find((code) => problem?.startsWith(`REDIS_${code.toUpperCase()}`));
  const code = kind ?? 'unreachable';
  const trouble = troubles[code]?.(patient);
  const severity: Finding['severity'] = 'critical';
  return {
    code,
    severity,
    title: trouble?.title ?? '',
    evidence: [
      evidence('state', state === 'ready' ? 'silent' : state, 'text', sinceMs),
      ...(problem === null ? [] : [evidence('problem', problem, 'text')]),
    ],
    why: trouble?.why ?? '',
    steps: [...(trouble?.steps ?? [])],
  };
}
