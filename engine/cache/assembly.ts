/** Makes the parts of one process's cache and lets them know of each other; what is done with them is the section cache's. */
import type { Clock } from '../base/clock.ts';
import type { IdSource, Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { LayerCodec } from '../config/settings.ts';
import type { LayerName, RefreshStatus } from '../model/freshness.ts';
import type { RedisLink } from '../redis/link.ts';
import { Bus } from './bus.ts';
import type { EntryKey, SnapshotPort } from './cache.ts';
import { headBytes, type Packing } from './codec.ts';
import { packedFromBytes } from './compression.ts';
import { ComputeCalls } from './compute-calls.ts';
import { Computing } from './computing.ts';
import type { Entry } from './entry.ts';
import { newEntryId } from './entry-id.ts';
import { EntryStore } from './entry-store.ts';
import { FiguresLedger } from './figures.ts';
import { FleetNews } from './fleet-news.ts';
import { Flights } from './flights.ts';
import { entryKeyOf } from './key.ts';
import { type Layers, LayersInForce } from './layers-in-force.ts';
import { type Copy, MemoryTier } from './memory-tier.ts';
import { OwnCopies } from './own-copies.ts';
import { Reader } from './reader.ts';
import { Refreshes } from './refreshes.ts';
import { SharedState } from './shared-state.ts';
import { SharedSync } from './shared-sync.ts';
import { TagMarks } from './tag-marks.ts';
import { Traces } from './traces.ts';

export interface SectionCacheOptions {
  readonly link: RedisLink;
  readonly snapshots: SnapshotPort;
  readonly layers: Layers;
  /** Ceiling of the copies kept in this process, estimated heap; 0 keeps none. */
  readonly memoryBytes: number;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random: Random;
  readonly logger: Logger;
  /** What is being done about an entry; asked at every read, so it must be cheap. Without it: idle. */
  readonly refreshOf?: (key: EntryKey) => RefreshStatus;
  /** Of one call to Redis; a slower Redis counts as away. */
  readonly redisDeadlineMs?: number;
  /** A holder that says nothing for this long has lost its lease. */
  readonly leaseMs?: number;
  /** No computation runs longer. */
  readonly longestComputeMs?: number;
}

export type AssemblyOptions = Required<SectionCacheOptions>;

export interface Parts {
  /** Names this process in messages. */
  readonly origin: string;
  readonly store: EntryStore;
  readonly memory: MemoryTier;
  readonly reader: Reader;
  readonly bus: Bus;
  readonly calls: ComputeCalls;
  readonly flights: Flights;
  readonly figures: FiguresLedger;
  readonly marks: TagMarks;
  readonly refreshes: Refreshes;
  readonly shared: SharedSync;
  readonly news: FleetNews;
  readonly layers: LayersInForce;
  readonly own: OwnCopies;
}

/** Begins to listen to Redis at once. */
export function assemble(options: AssemblyOptions): Parts {
  const { link, clock, ids, random, logger, redisDeadlineMs: deadlineMs } = options;
  const layers = new LayersInForce(options.layers, logger);
  const origin = newEntryId(ids);
  const store = new EntryStore({ link, clock, random, deadlineMs });
  const known = {
    ...{ origin, store, layers },
    figures: new FiguresLedger(clock),
    flights: new Flights(clock, options.longestComputeMs),
    refreshes: new Refreshes(clock),
    memory: new MemoryTier(options.memoryBytes, (layer) => layers.current[layer].memoryShare),
    marks: new TagMarks(),
    traces: new Traces(),
  };
  return withComputing(options, { ...known, ...listening(options, known) });
}

type Known = Pick<Parts, 'origin' | 'store' | 'layers' | 'figures' | 'flights' | 'refreshes' | 'memory' | 'marks'> & {
  readonly traces: Traces;
};

/** What is heard of the rest of the fleet. */
function listening(
  { link, clock, ids, logger }: AssemblyOptions,
  { origin, store, memory, marks, traces, refreshes, layers }: Known,
): Pick<Parts, 'shared' | 'news' | 'bus'> {
  const shared = new SharedSync({
    state: new SharedState(store, origin, ids),
    ...{ marks, clock, logger },
    onTrusted: (trusted) => memory.listening(trusted),
    onLayers: (text) => {
      if (layers.told(text)) memory.forgetAnswers();
    },
  });
  const news = new FleetNews({ origin, memory, traces, refreshes, shared, logger });
  const bus = new Bus({
    ...{ link, clock, logger, channel: store.channel, trackedPrefix: store.trackedPrefix },
    onChanged: (redisKeys) => news.changed(redisKeys),
    onListening: (isListening) => shared.listening(isListening),
  });
  return { shared, news, bus };
}

function withComputing(options: AssemblyOptions, known: Known & Pick<Parts, 'shared' | 'news' | 'bus'>): Parts {
  const { link, clock, ids, random, logger, snapshots, leaseMs, refreshOf } = options;
  const { origin, store, memory, marks, traces, figures, flights, refreshes, shared, news, bus } = known;
  const layers = (): Layers => known.layers.current;
  const written = (layer: LayerName, { rawBytes, meaning }: Entry, bytes: number): void => {
    figures.add(layer, 'bytesWritten', bytes);
    figures.add(layer, 'bytesSaved', Math.max(0, rawBytes + meaning.length + headBytes - bytes));
  };
  const onWritten = ({ layer, entry }: Copy, bytes: number): void => written(layer, entry, bytes);
  const packing = (codec: LayerCodec): Packing => ({
    kind: codec.kind,
    fromBytes: packedFromBytes(codec, link.address),
  });
  const own: OwnCopies = new OwnCopies({
    ...{ store, origin, layers, packing, clock, logger, onWritten },
    isKept: (copy) => memory.holds(copy),
    lookAgain: ({ redisKey }) => {
      const key = entryKeyOf(redisKey);
      if (key !== null) void reader.find([key]);
    },
  });
  const reader: Reader = new Reader({
    ...{ store, memory, marks, traces, snapshots, layers, clock, random, logger },
    refreshOf: (key) => {
      const told = refreshOf(key);
      return told.status === 'idle' ? refreshes.of(key.redisKey) : told;
    },
    marksKnown: () => shared.known(),
    onOwn: (copy, storedId) => void own.offer(copy, storedId),
    onFetched: (layer, bytes) => figures.add(layer, 'bytesRead', bytes),
  });
  const computing = new Computing({
    ...{ store, memory, reader, bus, layers, packing, leaseMs, clock, ids, logger, origin, refreshes },
    stamp: () => shared.stamp(),
    onOwn: (copy) => own.keep(copy),
    onComputed: (key, entry, storedBytes) => {
      figures.add(key.layer, 'refreshes');
      figures.add(key.layer, 'computeMsTotal', entry.computeMs ?? 0);
      if (storedBytes > 0) written(key.layer, entry, storedBytes);
      news.stored(key, entry.staleUntilMs);
    },
  });
  const calls = new ComputeCalls({ link, flights, reader, computing, figures, clock });
  return { ...known, reader, calls, own };
}
