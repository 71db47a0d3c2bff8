/** What every part is handed: time, ids, chance and the log. */
import type { Clock } from '../base/clock.ts';
import type { IdSource, Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';

export interface Foundation {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random: Random;
  readonly logger: Logger;
}
