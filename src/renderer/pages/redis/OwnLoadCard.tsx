/** What our own looking costs the server: against its budget, among all its commands, and what was left out to keep to it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { FigureCard } from './FigureCard.tsx';
import { bytesText, lineOf, ownShare, type RedisHealth, ratioText } from './redis-model.ts';
import type { Past } from './use-history.ts';

interface OwnLoadCardProps {
  readonly health: RedisHealth;
  readonly past: Past;
  readonly isLastKnown: boolean;
}

export function OwnLoadCard({ health, past, isLastKnown }: OwnLoadCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { own, shards, history: kept } = health;
  const budget = own.budgetPerMinute * Math.max(1, shards.length);
  const isWithin = own.commandsLastMinute <= budget;
  const share = ownShare(health);
  return (
    <FigureCard
      id="own-load"
      label={t('redis.figure.ownLoad')}
      value={format.number(own.commandsLastMinute)}
      note={t('redis.ofBudget', { budget: format.number(budget) })}
      verdict={isWithin ? { kind: 'fresh', word: 'withinBudget' } : { kind: 'failed', word: 'overBudget' }}
      line={past.history === null ? null : lineOf('own', 'own', past.history, ({ ownCommands }) => ownCommands)}
      past={past}
      isLastKnown={isLastKnown}
      facts={[
        {
          name: t('redis.fact.asked'),
          value: `${format.number(own.askedCommandsLastMinute)} / min`,
          title: t('redis.means.asked'),
        },
        {
          name: t('redis.fact.share'),
          value: share === null ? '—' : ratioText(format, share, share < 0.001 ? 3 : 1),
          title: t('redis.means.share'),
        },
        { name: t('redis.fact.ownCpu'), value: own.cpuRatio === null ? '—' : ratioText(format, own.cpuRatio, 3) },
        { name: t('redis.fact.deferred'), value: format.number(own.deferredCount), title: t('redis.means.deferred') },
        {
          name: t('redis.fact.kept'),
          value: t('redis.keptOf', {
            size: bytesText(format, kept.sizeBytes),
            of: bytesText(format, kept.ceilingBytes),
          }),
        },
        { name: t('redis.fact.ourName'), value: <span className="mono">{own.clientNamePrefix}…</span> },
      ]}
    />
  );
}
