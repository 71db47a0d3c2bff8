/** The local database as its keeper sees it: where it lives, how large it is, its backups and what was set aside. */
import { z } from 'zod';
import { celeryKeptInSchema } from './celery-events.ts';

export const backupNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}\.db$/, 'the name of a backup file');

export const backupSchema = z.object({
  name: z.string(),
  sizeBytes: z.number(),
  madeAtMs: z.number(),
  /** Of the tables; null for a file that is no database. */
  shape: z.number().nullable(),
  /** Why it cannot be restored; null when nothing speaks against it so far. */
  problem: z.string().nullable(),
});
export type Backup = z.infer<typeof backupSchema>;

/** A file beside the database that the program itself made and never reads again. */
export const setAsideSchema = z.object({
  name: z.string(),
  sizeBytes: z.number(),
  madeAtMs: z.number(),
  why: z.enum(['damaged', 'before-upgrade', 'before-restore', 'refused-restore']),
});
export type SetAside = z.infer<typeof setAsideSchema>;

/** Celery's tasks have a file and a ceiling of their own; a backup holds them too. */
export const celeryHistoryFileSchema = z.object({
  file: z.string(),
  /** `nowhere`: its thread is being started again. */
  keptIn: celeryKeptInSchema,
  sizeBytes: z.number(),
  ceilingBytes: z.number(),
});
export type CeleryHistoryFile = z.infer<typeof celeryHistoryFileSchema>;

export const storageSchema = z.object({
  medium: z.enum(['file', 'memory']),
  file: z.string(),
  sizeBytes: z.number(),
  ceilingBytes: z.number(),
  /** Of the ceiling; the clean-up holds it at 1. */
  usedRatio: z.number(),
  celeryHistory: celeryHistoryFileSchema,
  backupFolder: z.string(),
  /** Newest first. */
  backups: z.array(backupSchema),
  /** What takes the database's place at the next start. */
  staged: z.object({ sizeBytes: z.number(), stagedAtMs: z.number() }).nullable(),
  /** Newest first. */
  setAside: z.array(setAsideSchema),
});
export type Storage = z.infer<typeof storageSchema>;
