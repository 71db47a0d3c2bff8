/** Keeps the error of every try of a job beside the job itself, so that it lives and goes with it. */
import { z } from 'zod';
import { redactUrls } from '../base/errors.ts';
import { type TaskAttempt, taskAttemptSchema } from '../model/task.ts';
import type { BrokerCommands } from './broker.ts';

/** BullMQ reads the fields of a job's hash by name and leaves others alone. */
const fieldOf = (attempt: number): string => `vigia:attempt:${attempt}`;
const mostRead = 100;
const longestMessage = 2_000;

/** A hash that is gone is not made anew: it would be a job without an id. */
const keepScript = `if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end return 0`;

/** @param jobKey the job's own hash */
export async function keepAttempt(commands: BrokerCommands, jobKey: string, attempt: TaskAttempt): Promise<void> {
  const message = redactUrls(attempt.message).slice(0, longestMessage);
  await commands.call('EVAL', keepScript, 1, jobKey, fieldOf(attempt.attempt), JSON.stringify({ ...attempt, message }));
}

/**
 * Every try that ended badly, oldest first; of more than a hundred the latest hundred.
 * @param startedCount how often the job was begun
 */
export async function readAttempts(
  commands: BrokerCommands,
  jobKey: string,
  startedCount: number,
): Promise<TaskAttempt[]> {
  if (startedCount === 0) return [];
  const first = Math.max(1, startedCount - mostRead + 1);
  const fields = Array.from({ length: startedCount - first + 1 }, (_, index) => fieldOf(first + index));
  const texts = z.array(z.string().nullable()).parse(await commands.call('HMGET', jobKey, ...fields));
  return texts.flatMap((text) => {
    const parsed = text === null ? null : taskAttemptSchema.safeParse(JSON.parse(text));
    return parsed?.success ? [parsed.data] : [];
  });
}
