/** A layer's settings as they are typed: seconds, percent and bytes as text, and what of it is a change. */
import type { CallInput } from '../../../shared/contract.ts';
import type { LayerStatus } from './cache-model.ts';

type Changes = NonNullable<CallInput<'cache.setLayer'>['changes']>;
export type LayerDraft = Readonly<Record<keyof Changes, string>>;

/** As the contract has them, in the units that are typed. */
const limits = {
  ttlMs: { from: 1, to: 604_800, isWhole: false },
  staleWindowMs: { from: 0, to: 2_592_000, isWhole: false },
  maxAgeMs: { from: 1, to: 31_536_000, isWhole: false },
  memoryShare: { from: 0, to: 100, isWhole: false },
  compressFromBytes: { from: 0, to: 268_435_456, isWhole: true },
  priority: { from: 1, to: 100, isWhole: true },
} as const;

export function draftOf({ settings }: LayerStatus): LayerDraft {
  const { ttlMs, staleWindowMs, maxAgeMs, memoryShare, codec, priority } = settings;
  return {
    ttlMs: String(ttlMs / 1_000),
    staleWindowMs: String(staleWindowMs / 1_000),
    maxAgeMs: String(maxAgeMs / 1_000),
    memoryShare: String(Math.round(memoryShare * 10_000) / 100),
    codecKind: codec.kind,
    compressFromBytes: codec.fromBytes === null ? '' : String(codec.fromBytes),
    priority: String(priority),
  };
}

export function wrongFields(draft: LayerDraft): readonly (keyof LayerDraft)[] {
  const names = Object.keys(limits) as (keyof typeof limits)[];
  return names.filter((field) => {
    const text = draft[field].trim();
    if (text === '') return field !== 'compressFromBytes';
    const { from, to, isWhole } = limits[field];
    const value = Number(text);
    return !(value >= from && value <= to) || (isWhole && !Number.isInteger(value));
  });
}

/** Only what is different from before: the rest keeps following what is configured. */
export function changesOf(draft: LayerDraft, layer: LayerStatus): Changes {
  const before = draftOf(layer);
  const { codecKind } = draft;
  const all: Changes = {
    ttlMs: Number(draft.ttlMs) * 1_000,
    staleWindowMs: Number(draft.staleWindowMs) * 1_000,
    maxAgeMs: Number(draft.maxAgeMs) * 1_000,
    memoryShare: Number(draft.memoryShare) / 100,
    codecKind: codecKind === 'none' || codecKind === 'brotli' ? codecKind : 'zstd',
    compressFromBytes: draft.compressFromBytes.trim() === '' ? null : Number(draft.compressFromBytes),
    priority: Number(draft.priority),
  };
  const changed = Object.entries(all).filter(([field]) => {
    const name = field as keyof LayerDraft;
    return draft[name].trim() !== before[name];
  });
  return Object.fromEntries(changed);
}
