/** The messages of a queue, those that wait or those that workers hold; what a task is called with is shown on asking. */
import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { describeError } from '../../state/live-query.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { TimeLeft } from '../../ui/TimeLeft.tsx';
import { MessageBody } from './MessageBody.tsx';
import type { Message, Queue } from './tasks-model.ts';

interface MessagesProps {
  readonly queue: Pick<Queue, 'brokerId' | 'name' | 'waiting' | 'held'>;
  readonly onOpenTask: (taskId: string) => void;
}

type Part = 'waiting' | 'held';
interface Loaded {
  readonly part: Part;
  readonly messages: readonly Message[];
  readonly nextCursor: string | null;
  readonly atMs: number;
}

export function Messages({ queue, onOpenTask }: MessagesProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { client, clock } = useServices();
  const isOffline = useIsOffline();
  const { brokerId, name, waiting, held } = queue;
  const [part, setPart] = useState<Part>(waiting.count === 0 && held.count > 0 ? 'held' : 'waiting');
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback(
    async (cursor: string | null) => {
      try {
        const page = await client.call('celery.messages', { brokerId, queue: name, part, cursor });
        setLoaded((before) => ({
          part,
          messages: cursor === null || before?.part !== part ? page.messages : [...before.messages, ...page.messages],
          nextCursor: page.nextCursor,
          atMs: page.atMs,
        }));
        setProblem(null);
      } catch (error) {
        setProblem(describeError(error).message);
      }
    },
    [client, brokerId, name, part],
  );
  useEffect(() => clock.after(0, () => void load(null)), [load, clock]);
  const blocked = isOffline ? t('offlineBlocked') : null;
  const shown = loaded?.part === part ? loaded : null;
  return (
    <div className="messages">
      <div className="messages-head">
        <SegmentedFilter
          label={t('celery.part.messages')}
          options={[
            { id: 'waiting', title: `${t('celery.parts.waiting')} ${format.number(waiting.count)}` },
            { id: 'held', title: `${t('celery.held')} ${format.number(held.count)}` },
          ]}
          value={part}
          onChange={setPart}
          testId="messages-part"
        />
        <Button isSmall blockedBecause={blocked} onClick={() => void load(null)} data-testid="messages-again">
          {t('celery.lookAgain')}
        </Button>
        {shown !== null && (
          <span className="sub">
            {t('celery.lookedAt')} <Age atMs={shown.atMs} />
          </span>
        )}
      </div>
      {problem !== null && (
        <p role="alert">
          <State kind="failed" word={problem} />
        </p>
      )}
      {shown === null && problem === null && <p className="empty">{t('celery.loading')}</p>}
      {shown?.messages.length === 0 && <p className="empty">{t('celery.noMessages')}</p>}
      <ol className="message-list">
        {shown?.messages.map((message, index) => (
          <li key={message.deliveryTag ?? `${message.step}:${message.position}:${index}`}>
            <One message={message} queue={queue} part={part} onOpenTask={onOpenTask} />
          </li>
        ))}
      </ol>
      {shown !== null && shown.nextCursor !== null && (
        <Button
          isSmall
          blockedBecause={blocked}
          onClick={() => void load(shown.nextCursor)}
          data-testid="messages-more"
        >
          {t('celery.moreMessages')}
        </Button>
      )}
    </div>
  );
}

interface OneProps extends MessagesProps {
  readonly message: Message;
  readonly part: Part;
}

function One({ message, queue, part, onOpenTask }: OneProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { taskId, name, problem, position, deliveredAtMs, etaMs, retries, origin, priority, groupId, expiresMs } =
    message;
  return (
    <>
      <div>
        {position !== null && <span className="sub num">{format.number(position + 1)}. </span>}
        {problem !== null ? (
          <State kind="failed" word={t('celery.unreadable', { why: problem })} />
        ) : taskId === null ? (
          <b>{name ?? '—'}</b>
        ) : (
          <button type="button" className="row-link" onClick={() => onOpenTask(taskId)}>
            {name ?? taskId}
          </button>
        )}{' '}
        <span className="mono sub">{taskId?.slice(0, 8)}</span>
      </div>
      <div className="sub num">
        {formatBytes(format.language, message.sizeBytes)}
        {priority !== null && <> · {t('celery.message.priority', { priority })}</>}
        {(retries ?? 0) > 0 && <> · {t('celery.attempt', { number: (retries ?? 0) + 1 })}</>}
        {origin !== null && <> · {t('celery.message.origin', { origin })}</>}
        {groupId !== null && <> · {t('celery.message.group', { group: groupId.slice(0, 8) })}</>}
        {deliveredAtMs !== null && (
          <>
            {' · '}
            {t('celery.message.delivered')} <Age atMs={deliveredAtMs} />
          </>
        )}
        {etaMs !== null && (
          <>
            {' · ETA '}
            <TimeLeft untilMs={etaMs} pastText={t('celery.message.due')} />
          </>
        )}
        {expiresMs !== null && (
          <>
            {' · '}
            {t('celery.fact.expires')} <TimeLeft untilMs={expiresMs} pastText={t('celery.message.expired')} />
          </>
        )}
      </div>
      {message.deliveryTag !== null && problem === null && (
        <MessageBody
          reference={{
            brokerId: queue.brokerId,
            queue: queue.name,
            part,
            deliveryTag: message.deliveryTag,
            step: message.step,
            position,
          }}
        />
      )}
    </>
  );
}
