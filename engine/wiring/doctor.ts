/** The doctor over the console's connections: who is looked at, and what is known of each. */
import type { Desk } from '../doctor/check.ts';
import { checks } from '../doctor/checks.ts';
import { Doctor } from '../doctor/doctor.ts';
import { Patient, type PatientRole } from '../doctor/patient.ts';
import type { ConnectionView } from '../model/connection.ts';
import { checkIntegrity } from '../store/integrity.ts';
import type { Store } from '../store/store.ts';
import type { Connections } from './connections.ts';
import type { Foundation } from './foundation.ts';
import type { WatchedRedis } from './redis.ts';

export interface DoctorInputs {
  readonly connections: Pick<Connections, 'list' | 'of'>;
  readonly redis: Pick<WatchedRedis, 'ops' | 'counted'>;
  readonly store: Pick<
    Store,
    'celeryHistory' | 'doctorFixes' | 'file' | 'medium' | 'sizeBytes' | 'usedRatio' | 'timeline'
  >;
  readonly signs: Desk['signs'];
  readonly work: Desk['work'];
  readonly slowQueries: Desk['slowQueries'];
}

export function openDoctor(inputs: DoctorInputs, foundation: Foundation): Doctor {
  const { connections, redis, store } = inputs;
  const patientOf = ({ id, name, builtIn, purposes }: ConnectionView): Patient =>
    new Patient({
      connectionId: id,
      name: builtIn ? `Redis (${name})` : name,
      role: roleOf(purposes),
      link: connections.of(id),
      clock: foundation.clock,
      health: () => redis.ops.health(id),
      analysis: () => {
        const newest = redis.ops.analyses(id, 20).analyses.find(({ state }) => state === 'done');
        return newest === undefined ? null : redis.ops.analysis(newest.analysisId);
      },
      count: redis.counted(id),
    });
  return new Doctor({
    checks,
    patients: () => connections.list().map(patientOf),
    fixes: store.doctorFixes,
    desk: deskOf(inputs, foundation),
    ...foundation,
  });
}

const mostGaps = 500;

function deskOf({ store, signs, work, slowQueries }: DoctorInputs, { clock }: Foundation): Desk {
  return {
    store,
    signs,
    work,
    slowQueries,
    integrity: (file) => checkIntegrity(file, clock),
    gapsSince: (fromMs) =>
      store.timeline
        .read({ fromMs, toMs: null, kinds: ['gap'], tones: [], subject: null, before: null, limit: mostGaps })
        .map(({ atMs, untilMs, subject }) => ({ fromMs: atMs, toMs: untilMs, reason: subject })),
  };
}

function roleOf(purposes: ConnectionView['purposes']): PatientRole {
  const cache = purposes.includes('cache');
  const broker = purposes.includes('bullmq') || purposes.includes('celery');
  if (cache && broker) return 'both';
  return cache ? 'cache' : broker ? 'broker' : 'other';
}
