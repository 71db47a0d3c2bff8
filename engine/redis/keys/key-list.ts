/** Pages of keys that match a filter, and the namespaces right below a path; each page within a time, never all keys. */
import type { Clock } from '../../base/clock.ts';
import type { KeyFilter, KeyName, KeyPage, KeyRow, TreeNode, TreePage } from '../../model/redis-keys.ts';
import type { KeySpace } from './key-space.ts';
import { measureKeys } from './measure.ts';
import { bytesOf, nameOf, readable } from './names.ts';
import { keyCountOf, keysPerStep, walkStep } from './walk.ts';

/** A page that found little ends after so long; its cursor goes on. */
const pageMs = 150;
const treeNodes = 500;
/** A tree's page looks at so many keys at least where it has the time. */
const treeSteps = 80;

/** @throws EngineError REDIS_*, CALL_INPUT_INVALID */
export async function listKeys(
  space: KeySpace,
  clock: Clock,
  query: { readonly filter: KeyFilter; readonly cursor: string | null; readonly limit: number },
): Promise<KeyPage> {
  const { filter, limit } = query;
  const account = accounted(space, clock);
  if (isOneKey(filter.pattern)) return oneKey(account, filter);
  const keyCount = await keyCountOf(account.space);
  const found = new Map<string, KeyRow>();
  let [cursor, walkedKeys, ended] = [query.cursor, 0, false];
  while (!ended && found.size < limit && account.tookMs() < pageMs) {
    const match = filter.pattern === '*' ? null : filter.pattern;
    const step = await walkStep(account.space, cursor, match, filter.type ?? null);
    walkedKeys += step.walked;
    // The rest of a step would be lost, so all of it is shown; SCAN may bring a key twice.
    const rows = await measureKeys(account.space, step.shard, unique(step.keys));
    for (const row of rows.filter((one) => passes(one, filter))) found.set(`${row.keyEncoding}${row.key}`, row);
    cursor = step.next;
    ended = cursor === null;
  }
  return { keys: [...found.values()], nextCursor: cursor, walked: account.walked(walkedKeys, keyCount) };
}

/** @throws EngineError REDIS_*, CALL_INPUT_INVALID */
export async function keyTree(
  space: KeySpace,
  clock: Clock,
  query: {
    readonly path: string;
    readonly pathEncoding: KeyName['keyEncoding'];
    readonly separator: string;
    readonly cursor: string | null;
  },
): Promise<TreePage> {
  const path = bytesOf({ key: query.path, keyEncoding: query.pathEncoding });
  const separator = Buffer.from(query.separator);
  const account = accounted(space, clock);
  const keyCount = await keyCountOf(account.space);
  const nodes = new Map<string, TreeNode>();
  let [cursor, walkedKeys, ended] = [query.cursor, 0, false];
  for (let steps = 0; !ended && steps < treeSteps && account.tookMs() < pageMs; steps += 1) {
    const step = await walkStep(account.space, cursor, path.length === 0 ? null : below(path), null);
    walkedKeys += step.walked;
    for (const key of unique(step.keys)) place(nodes, key, path, separator);
    cursor = step.next;
    ended = cursor === null;
  }
  const ordered = [...nodes.values()].toSorted(
    (a, b) => kindOrder(a) - kindOrder(b) || b.keysSeen - a.keysSeen || a.path.localeCompare(b.path),
  );
  return {
    nodes: ordered.slice(0, treeNodes),
    truncated: ordered.length > treeNodes,
    nextCursor: cursor,
    walked: account.walked(walkedKeys, keyCount),
  };
}

/** By bytes: a name that is no text has its namespaces as well. */
function place(nodes: Map<string, TreeNode>, key: Buffer, path: Buffer, separator: Buffer): void {
  if (!key.subarray(0, path.length).equals(path)) return;
  const cut = key.indexOf(separator, path.length);
  const kind = cut < 0 ? 'key' : 'namespace';
  const whole = cut < 0 ? key : key.subarray(0, cut + separator.length);
  const id = `${kind}\u0000${whole.toString('latin1')}`;
  const known = nodes.get(id);
  if (known) {
    known.keysSeen += 1;
    return;
  }
  const { key: text, keyEncoding } = nameOf(whole);
  const name = readable(key.subarray(path.length, cut < 0 ? key.length : cut));
  nodes.set(id, { name, path: text, pathEncoding: keyEncoding, kind, keysSeen: 1 });
}

function kindOrder({ kind }: TreeNode): number {
  return kind === 'namespace' ? 0 : 1;
}

/** A pattern without wildcards names one key, for which nobody walks a million. */
function isOneKey(pattern: string): boolean {
  return !/[*?[\]\\]/.test(pattern);
}

async function oneKey(account: Account, filter: KeyFilter): Promise<KeyPage> {
  const key = Buffer.from(filter.pattern);
  const { space } = account;
  // The shard that has the key is found by the cluster itself.
  const [whole] = space.shards();
  const shard = { address: whole?.address ?? space.link.address, role: null, command: space.command };
  const rows = await measureKeys(space, shard, [key]);
  const kept = rows.filter((row) => passes(row, filter) && (filter.type === undefined || row.type === filter.type));
  return { keys: kept, nextCursor: null, walked: account.walked(rows.length, null) };
}

function passes({ ttlMs, sizeBytes, idleS }: KeyRow, filter: KeyFilter): boolean {
  const { expiry, maxTtlMs, minTtlMs, minSizeBytes, minIdleS } = filter;
  if (expiry === 'none' && ttlMs !== null) return false;
  if (expiry === 'some' && ttlMs === null) return false;
  if (maxTtlMs !== undefined && (ttlMs === null || ttlMs > maxTtlMs)) return false;
  if (minTtlMs !== undefined && (ttlMs === null || ttlMs < minTtlMs)) return false;
  if (minSizeBytes !== undefined && (sizeBytes ?? 0) < minSizeBytes) return false;
  return minIdleS === undefined || (idleS ?? 0) >= minIdleS;
}

/** The glob of everything that begins with these bytes. */
function below(path: Buffer): Buffer {
  return Buffer.from(`${escapeGlob(path.toString('latin1'))}*`, 'latin1');
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\^]/g, (sign) => `\\${sign}`);
}

function unique(keys: readonly Buffer[]): Buffer[] {
  return [...new Map(keys.map((key) => [key.toString('latin1'), key])).values()];
}

type Account = ReturnType<typeof accounted>;

/** The same key space, with what one call of ours sends counted. */
function accounted(space: KeySpace, clock: Clock) {
  const startMs = clock.monotonicMs();
  let commands = 0;
  const tookMs = (): number => clock.monotonicMs() - startMs;
  return {
    space: {
      ...space,
      count: (shard: string, command: string, times = 1) => {
        commands += times;
        space.count(shard, command, times);
      },
    } satisfies KeySpace,
    tookMs,
    walked: (walkedKeys: number, keyCount: number | null) => ({
      walkedKeys: keyCount === null ? walkedKeys : Math.min(walkedKeys, Math.max(keyCount, keysPerStep)),
      keyCount,
      commands,
      tookMs: tookMs(),
    }),
  };
}
