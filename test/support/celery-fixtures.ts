/** What real Celery was seen to send and to store, by name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'fixtures', 'celery');

interface ControlBody {
  readonly method: string;
  readonly arguments: Record<string, unknown>;
  readonly destination: string[] | null;
  readonly pattern: string | null;
  readonly matcher: string | null;
  readonly ticket: string;
  readonly reply_to: { readonly exchange: string; readonly routing_key: string };
}

export interface ControlFixture {
  readonly file: string;
  readonly binding: { readonly SADD: readonly [key: string, member: string] };
  readonly publish: { readonly channel: string; readonly payload: string; readonly body: ControlBody };
  readonly replyListKey: string;
  readonly replies: readonly { readonly payload: string; readonly body: unknown }[];
}

export interface MessageFixture {
  readonly file: string;
  readonly list: string;
  readonly payload: string;
  readonly envelope: Record<string, unknown>;
  readonly body: unknown;
}

/** Questions and commands with every answer, of Celery 5.2 and where it differs of 5.6. */
export function controlFixtures(): ControlFixture[] {
  return ['inspect', 'control', 'celery-5.6/inspect', 'celery-5.6/control'].flatMap(filesOf).map((file) => {
    return { ...(fixture(file) as Omit<ControlFixture, 'file'>), file };
  });
}

/** Tasks as they wait in their lists. */
export function messageFixtures(): MessageFixture[] {
  const files = ['queues', 'celery-5.6/queues'].flatMap(filesOf).filter((file) => file.includes('message-'));
  return files.map((file) => ({ ...(fixture(file) as Omit<MessageFixture, 'file'>), file }));
}

/** What a fixture holds; its reader knows the shape. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

function filesOf(part: string): string[] {
  return readdirSync(join(folder, part)).map((name) => `${part}/${name}`);
}
