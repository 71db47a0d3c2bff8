/** Turns the states of links, and what servers say of themselves, into events: only what changed since the look before. */
import type { LinkView } from '../../model/health.ts';
import type { RedisShardHealth } from '../../model/redis-health.ts';
import { type Said, said } from '../../model/said.ts';
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
    const isFirst = before === undefined || before.state === 'connecting';
    const parts = [
      ...(state === 'ready' || problem === null || problem === '' ? [] : [reason(problem)]),
      ...(isFirst ? [] : [after(before.state, sinceMs - before.sinceMs)]),
    ];
    const detail = parts.map(({ words }) => words).join('; ');
    const inAll = parts.length === 0 ? null : said('happened_parts', { parts: parts.map((part) => part.said) });
    return [{ kind: 'redis', ...codes[state], subject: connectionId, detail, said: inAll, atMs: sinceMs }];
  }

  forget(connectionId: string): void {
    this.#before.delete(connectionId);
  }
}

interface Sentence {
  readonly words: string;
  readonly said: Said;
}

function reason(problem: string): Sentence {
  return { words: problem, said: said('problem', { problem }) };
}

function after(state: LinkState, forMs: number): Sentence {
  return { words: `after ${durationWords(forMs)} ${state}`, said: said(`happened_after_${state}`, { forMs }) };
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
    const of = (code: Happening['code'], tone: Happening['tone'], { words, said: what }: Sentence): Happening => ({
      kind: 'redis',
      ...{ code, tone, subject: connectionId, detail: `${where}${words}` },
      said: isOneOfMany ? said('happened_at_server', { address: shard.address, what }) : what,
    });
    const found =
      before === undefined ? [] : changesOf(before, now).map(([code, tone, sentence]) => of(code, tone, sentence));
    if (evicted > 0) {
      found.push({
        ...of('evictions', 'warning', evictionsOf(Math.round(evicted), now)),
        mergeKey: `evictions ${key}`,
      });
    }
    return found;
  }
}

function evictionsOf(count: number, { limitBytes, policy = '' }: ServerSeen): Sentence {
  const words = `${plural(count, 'key')} evicted in the last minute`;
  if (typeof limitBytes !== 'number') return { words, said: said('happened_evicted', { count }) };
  return {
    words: `${words} at a limit of ${bytesWords(limitBytes)} (${policy})`,
    said: said('happened_evicted_limit', { count, limitBytes, policy }),
  };
}

type Change = readonly [Happening['code'], Happening['tone'], Sentence];

function changesOf(before: ServerSeen, now: ServerSeen): Change[] {
  const changes: Change[] = [];
  if (now.uptimeS !== null && before.uptimeS !== null && now.uptimeS < before.uptimeS) {
    const forMs = before.uptimeS * 1_000;
    const words = `it ran for ${durationWords(forMs)} before`;
    changes.push(['server_restarted', 'warning', { words, said: said('happened_ran_for', { forMs }) }]);
  }
  if (now.role !== null && before.role !== null && now.role !== before.role) {
    changes.push(['role_changed', 'warning', became(before.role, now.role)]);
  }
  if (now.limitBytes !== undefined && before.limitBytes !== undefined && now.limitBytes !== before.limitBytes) {
    const words = `${limitWords(before.limitBytes)} became ${limitWords(now.limitBytes)}`;
    const inAll = said('happened_became', { before: limitSaid(before.limitBytes), after: limitSaid(now.limitBytes) });
    changes.push(['memory_limit_changed', 'plain', { words, said: inAll }]);
  }
  if (now.policy !== undefined && before.policy !== undefined && now.policy !== before.policy) {
    changes.push(['policy_changed', 'plain', became(before.policy, now.policy)]);
  }
  return changes;
}

function became(before: string, now: string): Sentence {
  return { words: `${before} became ${now}`, said: said('happened_became', { before, after: now }) };
}

function limitSaid(bytes: number | null): Said {
  return bytes === null ? said('happened_no_limit') : said('happened_limit', { limitBytes: bytes });
}

function limitWords(bytes: number | null): string {
  return bytes === null ? 'no limit' : bytesWords(bytes);
}

function evictedInMinute({ windows }: RedisShardHealth): number {
  const window = windows.find(({ windowMs }) => windowMs === minuteMs);
  return ((window?.evictedPerS ?? 0) * (window?.coveredMs ?? 0)) / 1_000;
}
