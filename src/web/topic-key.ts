/** Says when a newer topic makes an older one needless: both tell of the same thing. */

const identifying = ['viewId', 'taskId', 'ruleId', 'role', 'brokerId'] as const;

/** Two topics with the same key: only the newer one matters to somebody who has read neither. */
export function topicKey(topic: string, payload: unknown): string {
  if (typeof payload !== 'object' || payload === null) return topic;
  const ids = identifying.map((name) => Reflect.get(payload, name)).filter((id) => id !== undefined);
  // What changed is told once each: a later set does not include an earlier one.
  const parts: unknown = Reflect.get(payload, 'sections') ?? Reflect.get(payload, 'what');
  return [topic, ...ids, Array.isArray(parts) ? parts.join('+') : ''].join(' ');
}
