/** Reads the tree a job belongs to, from its root down, bounded in depth and size. */
import type { FlowNode, JobRef } from '../../model/job.ts';
import type { BrokerCommands } from '../broker.ts';
import { findJob } from './job-state.ts';
import { parseJobKey, type QueuePlace, queueKey } from './queue-layout.ts';
import type { QueueServer } from './queue-server.ts';
import { countOf, fieldsOf, maybeTextsOf, textsOf } from './replies.ts';

const deepest = 12;
const nodeCeiling = 300;
const childrenPerNode = 100;
const deadlineMs = 3_000;

/** @throws EngineError REDIS_* */
export function readFlow(
  server: QueueServer,
  ref: JobRef,
  known: readonly QueuePlace[],
): Promise<{ root: FlowNode; truncated: boolean }> {
  return server.run(
    `Reading the flow of job ${ref.jobId}`,
    async (commands) => {
      const reader = new FlowReader(commands, ref, known);
      const root = await reader.node(await reader.rootOf(ref), 0);
      return { root, truncated: reader.truncated };
    },
    deadlineMs,
  );
}

class FlowReader {
  readonly #commands: BrokerCommands;
  readonly #asked: JobRef;
  readonly #known: readonly QueuePlace[];
  #count = 0;
  truncated = false;

  constructor(commands: BrokerCommands, asked: JobRef, known: readonly QueuePlace[]) {
    this.#commands = commands;
    this.#asked = asked;
    this.#known = known;
  }

  /** Source: a child's record has its parent's whole key in `parentKey`. */
  async rootOf(ref: JobRef): Promise<JobRef> {
    let root = ref;
    for (let step = 0; step < deepest; step += 1) {
      const [parentKey] = maybeTextsOf(
        await this.#commands.call('HMGET', queueKey(root.queue, root.jobId), 'parentKey'),
      );
      const parent = typeof parentKey === 'string' ? this.#refOf(parentKey) : null;
      if (parent === null) return root;
      root = parent;
    }
    this.truncated = true;
    return root;
  }

  async node(ref: JobRef, depth: number): Promise<FlowNode> {
    this.#count += 1;
    const key = queueKey(ref.queue, ref.jobId);
    const [fields, place, children] = await Promise.all([
      this.#commands.call('HMGET', key, 'name', 'timestamp', 'failedReason').then(maybeTextsOf),
      findJob(this.#commands, ref.queue, ref.jobId),
      this.#childrenOf(key),
    ]);
    const shown: FlowNode[] = [];
    for (const child of children.refs) {
      if (depth >= deepest || this.#count >= nodeCeiling) break;
      shown.push(await this.node(child, depth + 1));
    }
    const hiddenChildCount = Math.max(0, children.count - shown.length);
    if (hiddenChildCount > 0) this.truncated = true;
    const [name = null, created = null, error = null] = fields;
    const { queue, jobId } = this.#asked;
    return {
      ...ref,
      name,
      state: place.state,
      missing: name === null && created === null,
      error: place.state === 'completed' ? null : error,
      asked: ref.jobId === jobId && ref.queue.name === queue.name && ref.queue.prefix === queue.prefix,
      children: shown,
      hiddenChildCount,
    };
  }

  /**
   * Source: `updateParentDepsIfNeeded.lua`, `moveChildFromDependenciesIfNeeded.lua`: children that are open are in the
   * set `:dependencies`, completed ones in the hash `:processed`, failed ones in `:failed` (ignored) or `:unsuccessful`.
   */
  async #childrenOf(key: string): Promise<{ refs: JobRef[]; count: number }> {
    const call = this.#commands.call.bind(this.#commands);
    const [open, processed, failed, unsuccessful, ...counts] = await Promise.all([
      call('SSCAN', `${key}:dependencies`, 0, 'COUNT', childrenPerNode).then(scanned),
      call('HSCAN', `${key}:processed`, 0, 'COUNT', childrenPerNode).then((reply) => [
        ...fieldsOf(scanned(reply)).keys(),
      ]),
      call('HSCAN', `${key}:failed`, 0, 'COUNT', childrenPerNode).then((reply) => [...fieldsOf(scanned(reply)).keys()]),
      call('ZRANGE', `${key}:unsuccessful`, 0, childrenPerNode - 1).then(textsOf),
      call('SCARD', `${key}:dependencies`).then(countOf),
      call('HLEN', `${key}:processed`).then(countOf),
      call('HLEN', `${key}:failed`).then(countOf),
      call('ZCARD', `${key}:unsuccessful`).then(countOf),
    ]);
    const keys = [...new Set([...open, ...processed, ...failed, ...unsuccessful])].slice(0, childrenPerNode);
    return {
      refs: keys.map((child) => this.#refOf(child)).filter((ref) => ref !== null),
      count: counts.reduce((sum, count) => sum + count, 0),
    };
  }

  #refOf(key: string): JobRef | null {
    const parsed = parseJobKey(key, this.#known);
    if (!parsed) return null;
    const { prefix, name, jobId } = parsed;
    return { queue: { connectionId: this.#asked.queue.connectionId, prefix, name }, jobId };
  }
}

function scanned(reply: unknown): string[] {
  return Array.isArray(reply) ? textsOf(reply[1]) : [];
}
