/** A supervisor in a process of its own, to be killed by a test; tells the pid of its worker. */
import { z } from 'zod';
import { systemClock } from '../../engine/base/clock.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { WorkerSupervisor } from '../../engine/queue/worker-supervisor.ts';

const messageSchema = z.object({ entryPath: z.string(), settings: z.json() });

process.once('message', (message) => {
  const { entryPath, settings } = messageSchema.parse(message);
  const supervisor = new WorkerSupervisor({
    entryPath,
    settings,
    processCount: 1,
    clock: systemClock,
    logger: silentLogger,
  });
  supervisor.onReady(({ pid }) => process.send?.(pid));
  supervisor.start();
});
