/** How our own reply queues are told from everybody else's. */
import type { IdSource } from '../../base/ids.ts';

const ownStart = 'vigia-reply-';

export function newReplyId(ids: IdSource): string {
  return ownStart + ids.next();
}

export function isOwnReplyId(replyId: string): boolean {
  return replyId.startsWith(ownStart);
}
