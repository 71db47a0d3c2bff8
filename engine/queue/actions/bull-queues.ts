/** BullMQ's own classes on queues of other programs: opened for an action, never touching what the queue says of itself. */
import { Job, Queue } from 'bullmq';
import type { QueueId } from '../../model/queue.ts';
import type { BullClient, QueueServer } from '../inspect/queue-server.ts';

/** One connection for all queues that an action works on. */
export class BullQueues {
  readonly #client: BullClient;
  readonly #queues = new Map<string, Queue>();

  constructor(server: QueueServer) {
    this.#client = server.openBullClient();
  }

  of({ prefix, name }: QueueId): Queue {
    const key = `${prefix}:${name}`;
    const known = this.#queues.get(key);
    if (known) return known;
    const queue = new Queue(name, {
      connection: this.#client,
      prefix,
      // Otherwise the queue would from now on say that our version of BullMQ had made it.
      skipMetasUpdate: true,
      skipVersionCheck: true,
    });
    queue.on('error', () => undefined);
    this.#queues.set(key, queue);
    return queue;
  }

  /** A job by its id alone: its record, which may be big, is not fetched. */
  job(id: QueueId, jobId: string, options: { lifo?: boolean } = {}): Job {
    return new Job(this.of(id), '', {}, options, jobId);
  }

  close(): void {
    this.#client.disconnect();
  }
}
