/** What a person may change of a layer while the program runs. */
import { z } from 'zod';
import { layerNameSchema } from './freshness.ts';

const secondMs = 1_000;
const dayMs = 86_400_000;

export const layerFields = [
  'ttlMs',
  'staleWindowMs',
  'maxAgeMs',
  'memoryShare',
  'codecKind',
  'compressFromBytes',
  'priority',
] as const;
export const layerFieldSchema = z.enum(layerFields);
export type LayerField = (typeof layerFields)[number];

/** The limits are those of the variables; what is left out stays as it is. */
const layerChangesSchema = z.strictObject({
  ttlMs: z
    .number()
    .min(secondMs)
    .max(7 * dayMs)
    .optional(),
  staleWindowMs: z
    .number()
    .min(0)
    .max(30 * dayMs)
    .optional(),
  maxAgeMs: z
    .number()
    .min(secondMs)
    .max(365 * dayMs)
    .optional(),
  memoryShare: z.number().min(0).max(1).optional(),
  codecKind: z.enum(['none', 'zstd', 'brotli']).optional(),
  /** Null: by how far away Redis is. */
  compressFromBytes: z.number().int().min(0).max(268_435_456).nullable().optional(),
  priority: z.number().int().min(1).max(100).optional(),
});
export type LayerChanges = z.infer<typeof layerChangesSchema>;

/** By layer, what was changed in the app and when; null: taken back then. */
export const storedLayersSchema = z.partialRecord(
  layerNameSchema,
  z.object({ atMs: z.number(), changes: layerChangesSchema.nullable() }),
);
export type StoredLayers = z.infer<typeof storedLayersSchema>;

export const setLayerSchema = z.object({
  layer: layerNameSchema,
  /** Null: everything as configured again. */
  changes: layerChangesSchema.nullable(),
});
export type SetLayer = z.infer<typeof setLayerSchema>;

/** `shared` false: Redis cannot be reached; other processes hear of it when it is back. */
export const layerSetSchema = z.object({ shared: z.boolean() });
export type LayerSet = z.infer<typeof layerSetSchema>;
