/** The cache's suites once more, on a real cluster of three masters. */
import { runOnCluster } from '../../support/redis-target.ts';

runOnCluster();
await import('./section-cache.test.ts');
await import('./tags.test.ts');
