/** The queues and a worker once more, on a real cluster of three masters. */
import { runOnCluster } from '../../support/redis-target.ts';

runOnCluster();
await import('./job-queues.test.ts');
