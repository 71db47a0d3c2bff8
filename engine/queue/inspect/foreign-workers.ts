/** Keeps the workers of other programs from round to round, so that one that left is told as gone for a while. */
import type { QueueWorker } from '../../model/queue.ts';
import type { BullClientLine } from './bull-clients.ts';
import { judgeForeign } from './judge-foreign.ts';
import type { QueueRecord } from './queue-record.ts';

interface Known {
  readonly line: BullClientLine;
  readonly connectedAtMs: number;
  lastSeenAtMs: number;
  present: boolean;
}

const goneForMs = 10 * 60_000;
const ceiling = 2_000;

export class ForeignWorkers {
  readonly #connectionId: string;
  readonly #known = new Map<string, Known>();

  constructor(connectionId: string) {
    this.#connectionId = connectionId;
  }

  take(lines: readonly BullClientLine[], nowMs: number): void {
    for (const one of this.#known.values()) one.present = false;
    for (const line of lines) {
      const key = keyOf(line);
      const connectedAtMs = this.#known.get(key)?.connectedAtMs ?? nowMs - line.connectedMs;
      this.#known.delete(key);
      this.#known.set(key, { line, connectedAtMs, lastSeenAtMs: nowMs, present: true });
    }
    for (const [key, { present, lastSeenAtMs }] of this.#known) {
      if ((!present && nowMs - lastSeenAtMs > goneForMs) || this.#known.size > ceiling) this.#known.delete(key);
    }
  }

  list(
    recordOf: (line: BullClientLine) => QueueRecord | null,
    facts: { nowMs: number; writable: boolean },
  ): QueueWorker[] {
    return [...this.#known].map(([key, { line, connectedAtMs, lastSeenAtMs, present }]) => {
      const record = recordOf(line);
      const judgement = judgeForeign({
        connection: present ? { idleMs: line.idleMs, blocked: line.blocked } : null,
        lastSeenAtMs,
        queue: record?.view({ ...facts, workerCount: null }) ?? null,
        lastStartedAtMs: record?.lastStartedAtMs ?? null,
        nowMs: facts.nowMs,
      });
      return {
        workerId: key,
        connectionId: this.#connectionId,
        kind: 'foreign',
        name: line.workerName,
        queues: [{ ...line.place }],
        address: line.address,
        connectedAtMs,
        lastHeartbeatAtMs: null,
        ...judgement,
      };
    });
  }
}

/** A connection's number is never given twice while a server runs. Source: CLIENT LIST, `id`. */
function keyOf({ place, clientId }: BullClientLine): string {
  return `${place.prefix}:${place.name}#${clientId}`;
}
