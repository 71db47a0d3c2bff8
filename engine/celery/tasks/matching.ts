/** Whether a task in memory is one that a list asks for: the same conditions that the history's SQL has. */
import type { CeleryTaskRecord } from '../../model/celery-record.ts';
import type { CeleryTaskQuery } from '../../model/celery-task.ts';

export function matches(task: CeleryTaskRecord, query: CeleryTaskQuery): boolean {
  return (
    isOrAny(query.brokerId, task.brokerId) &&
    (query.states.length === 0 || query.states.includes(task.state)) &&
    isOrAny(query.name, task.name) &&
    isOrAny(query.worker, task.worker) &&
    isOrAny(query.queue, task.queue) &&
    isOrAny(query.failureId, task.failureId) &&
    (query.rootId === null || task.rootId === query.rootId || task.taskId === query.rootId) &&
    (query.only !== 'doubtful' || task.doubt !== null) &&
    (query.fromMs === null || task.firstSeenMs >= query.fromMs) &&
    (query.toMs === null || task.firstSeenMs <= query.toMs) &&
    (query.text === '' || hasText(task, query.text))
  );
}

function isOrAny(wanted: string | null, value: string | null): boolean {
  return wanted === null || value === wanted;
}

/** As SQLite's LIKE: ASCII letters match either case. */
function hasText(task: CeleryTaskRecord, text: string): boolean {
  const part = lower(text);
  const has = (value: string | null): boolean => value !== null && lower(value).includes(part);
  return has(task.name) || has(task.exception) || has(task.worker) || lower(task.taskId).startsWith(part);
}

function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
