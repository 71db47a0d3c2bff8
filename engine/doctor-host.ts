/** `vigia doctor` without a console: the doctor on servers by their addresses. */
import { systemClock } from './base/clock.ts';
import { systemIds, systemRandom } from './base/ids.ts';
import type { Logger } from './base/logger.ts';
import type { DoctorReport } from './model/doctor.ts';
import { examineServers } from './wiring/doctor-alone.ts';

/** Both roles may be one server. Writes nothing, here and there. @throws EngineError REDIS_URL_INVALID */
export function examineRedis(
  urls: { readonly cache: string | null; readonly broker: string | null },
  logger: Logger,
): Promise<DoctorReport> {
  const { cache, broker } = urls;
  const foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger };
  return examineServers(
    [
      ...(cache === null ? [] : [{ name: 'cache', role: 'cache', url: cache } as const]),
      ...(broker === null ? [] : [{ name: 'broker', role: 'broker', url: broker } as const]),
    ],
    foundation,
  );
}
