/**
 * The bytes of a question to Celery workers. Built from one checked template only: a malformed control message can stop a
 * whole fleet, so nothing but the values named here ever varies.
 */

export interface ControlQuestion {
  readonly method: 'stats' | 'active' | 'reserved' | 'active_queues';
  /** Full node names; null asks all. */
  readonly nodes: readonly string[] | null;
  readonly ticket: string;
  /** Member of the reply routing that workers look up. */
  readonly replyId: string;
  readonly deliveryTag: string;
  readonly expiresS: number;
}

/** Source: kombu.pidbox and kombu.transport.virtual, seen with 5.2 and 5.6. */
export function controlMessage(question: ControlQuestion): string {
  const body = {
    method: question.method,
    // Arguments of tasks can be huge; `safe` has them cut by the worker.
    arguments: question.method === 'active' ? { safe: true } : {},
    destination: question.nodes === null ? null : [...question.nodes],
    pattern: null,
    matcher: null,
    ticket: question.ticket,
    reply_to: { exchange: 'reply.celery.pidbox', routing_key: question.replyId },
  };
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: { clock: 1, expires: question.expiresS },
    properties: {
      delivery_mode: 2,
      delivery_info: { exchange: 'celery.pidbox', routing_key: '' },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: question.deliveryTag,
    },
  });
}
