/** Sets how many jobs run at once over all workers, and how many may begin in a time. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { Floating } from '../../ui/Floating.tsx';
import type { ActionRequest, Queue } from './queues-model.ts';

interface LimitButtonsProps {
  readonly queue: Queue;
  readonly blocked: string | null;
  readonly onAct: (request: ActionRequest) => void;
}

export function LimitButtons({ queue, blocked, onAct }: LimitButtonsProps): ReactElement {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const [concurrency, setConcurrency] = useState(String(queue.concurrency ?? ''));
  const [max, setMax] = useState(String(queue.rateLimit?.max ?? ''));
  const [seconds, setSeconds] = useState(String((queue.rateLimit?.durationMs ?? 1_000) / 1_000));
  const act = (request: ActionRequest): void => {
    setIsOpen(false);
    onAct(request);
  };
  if (blocked !== null) {
    return (
      <Button isSmall blockedBecause={blocked} data-testid="queue-limits">
        {t('queues.act.limits')}
      </Button>
    );
  }
  const wantedConcurrency = wholeNumber(concurrency);
  const wantedMax = wholeNumber(max);
  const durationMs = Math.round(Number(seconds) * 1_000);
  return (
    <Floating
      buttonClass="button small"
      buttonContent={t('queues.act.limits')}
      panelLabel={t('queues.act.limits')}
      testId="queue-limits"
      isOpen={isOpen}
      onOpenChange={setIsOpen}
    >
      <div className="limits">
        <label className="field">
          {t('queues.fact.concurrency')}
          <input
            className="input"
            inputMode="numeric"
            value={concurrency}
            placeholder={t('queues.noLimit')}
            onChange={(event) => setConcurrency(event.target.value)}
            data-testid="limit-concurrency"
          />
        </label>
        <Button
          isSmall
          data-testid="limit-concurrency-set"
          blockedBecause={wantedConcurrency === undefined ? t('queues.wholeNumber') : null}
          onClick={() => act({ action: 'set-concurrency', queue: queue.id, concurrency: wantedConcurrency ?? null })}
        >
          {t('queues.set')}
        </Button>
        <label className="field">
          {t('queues.rateMax')}
          <input
            className="input"
            inputMode="numeric"
            value={max}
            placeholder={t('queues.noLimit')}
            onChange={(event) => setMax(event.target.value)}
            data-testid="limit-max"
          />
        </label>
        <label className="field">
          {t('queues.rateSeconds')}
          <input
            className="input"
            inputMode="decimal"
            value={seconds}
            onChange={(event) => setSeconds(event.target.value)}
            data-testid="limit-seconds"
          />
        </label>
        <Button
          isSmall
          data-testid="limit-rate-set"
          blockedBecause={wantedMax === undefined || !(durationMs >= 1) ? t('queues.wholeNumber') : null}
          onClick={() =>
            act({
              action: 'set-rate',
              queue: queue.id,
              rate: wantedMax === null || wantedMax === undefined ? null : { max: wantedMax, durationMs },
            })
          }
        >
          {t('queues.set')}
        </Button>
      </div>
    </Floating>
  );
}

/** Null for an empty field: no limit. Undefined for what is no whole number from one. */
function wholeNumber(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 ? value : undefined;
}
