/** Turns the states of links, and what servers say of themselves, into events: only what changed since the look before. */
import type { LinkView } from '../../model/health.ts';
import type { RedisShardHealth } from '../../model/redis-health.ts';
import { bytesWords, durationWords, plural } from '../wording.ts';
import type { Happening } from './timeline.ts';

type LinkState = LinkView['state'];
type Seen = Pick<LinkView, 'state' | 'problem' | 'sinceMs'>;

const codes = {
  ready: { code: 'link_ready', tone: 'good' },
  degraded: { code: 'link_degraded', tone: 'warning' },
  unreachable: { code: 'link_lost', tone: 'bad' },
  refused: { code: 'link_refused', tone: 'bad' },
} as const;

/** By connection. */
export class LinkChanges {
  readonly #before = new Map<string, { state: LinkState; sinceMs: number }>();

  take(connectionId: string, { state, problem, sinceMs }: Seen): Happening[] {
    const before = this.#before.get(connectionId);
    this.#before.set(connectionId, { state, sinceMs });
    if (before?.state === state || state === 'connecting' || state === 'closed') return [];
    const was =
      before === undefined || before.state === 'connecting'
        ? ''
        : `after ${durationWords(sinceMs - before.sinceMs)} ${before.state}`;
    const detail = state === 'ready' ? was : [problem ?? '', was].filter(Boolean).join('; ');
    return [{ kind: 'redis', ...codes[state], subject: connectionId, detail, atMs: sinceMs }];
  }

  forget(connectionId: string): void {
    this.#before.delete(connectionId);
  }
}

interface ServerSeen {
  readonly uptimeS: number | null;
  readonly role: string | null;
  readonly limitBytes: number | null | undefined;
  readonly policy: string | undefined;
  readonly isEvicting: boolean;
}

const minuteMs = 60_000;

/** By connection and server. */
export class ServerChanges {
  readonly #before = new Map<string, ServerSeen>();

  take(connectionId: string, shards: readonly RedisShardHealth[]): Happening[] {
    return shards.flatMap((shard) => this.#takeOne(connectionId, shard, shards.length > 1));
  }

  #takeOne(connectionId: string, shard: RedisShardHealth, isOneOfMany: boolean): Happening[] {
    const { figures, problem } = shard;
    if (figures === null || problem !== null) return [];
    const key = `${connectionId} ${shard.address}`;
    const before = this.#before.get(key);
    const evicted = evictedInMinute(shard);
    const now: ServerSeen = {
      uptimeS: figures.uptimeS,
      role: figures.replication.role,
      limitBytes:
        figures.memory === null
          ? undefined
          : figures.memory.limit.kind === 'limited'
            ? figures.memory.limit.bytes
            : null,
      policy: figures.memory?.policy,
      isEvicting: evicted > 0,
    };
    this.#before.set(key, now);
    const where = isOneOfMany ? `${shard.address}: ` : '';
    const of = (code: Happening['code'], tone: Happening['tone'], detail: string): Happening => ({
      kind: 'redis',
      ...{ code, tone, subject: connectionId, detail: `${where}${detail}` },
    });
    const found =
      before === undefined ? [] : changesOf(before, now).map(([code, tone, detail]) => of(code, tone, detail));
    if (evicted > 0) {
      const limit =
        typeof now.limitBytes === 'number' ? ` at a limit of ${bytesWords(now.limitBytes)} (${now.policy ?? ''})` : '';
      const eviction = of(
        'evictions',
        'warning',
        `${plural(Math.round(evicted), 'key')} evicted in the last minute${limit}`,
      );
      found.push({ ...eviction, mergeKey: `evictions ${key}` });
    }
    return found;
  }
}

type Change = readonly [Happening['code'], Happening['tone'], string];

function changesOf(before: ServerSeen, now: ServerSeen): Change[] {
  const changes: Change[] = [];
  if (now.uptimeS !== null && before.uptimeS !== null && now.uptimeS < before.uptimeS) {
    changes.push(['server_restarted', 'warning', `it ran for ${durationWords(before.uptimeS * 1_000)} before`]);
  }
  if (now.role !== null && before.role !== null && now.role !== before.role) {
    changes.push(['role_changed', 'warning', `${before.role} became ${now.role}`]);
  }
  if (now.limitBytes !== undefined && before.limitBytes !== undefined && now.limitBytes !== before.limitBytes) {
    changes.push([
      'memory_limit_changed',
      'plain',
      `${limitWords(before.limitBytes)} became ${limitWords(now.limitBytes)}`,
    ]);
  }
  if (now.policy !== undefined && before.policy !== undefined && now.policy !== before.policy) {
    changes.push(['policy_changed', 'plain', `${before.policy} became ${now.policy}`]);
  }
  return changes;
}

function limitWords(bytes: number | null): string {
  return bytes === null ? 'no limit' : bytesWords(bytes);
}

function evictedInMinute({ windows }: RedisShardHealth): number {
  const window = windows.find(({ windowMs }) => windowMs === minuteMs);
  return ((window?.evictedPerS ?? 0) * (window?.coveredMs ?? 0)) / 1_000;
}
