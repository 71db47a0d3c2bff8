/** Alert rules over the samples, and the channels that tell of them. */
import { AlertEngine } from '../alerts/alert-engine.ts';
import { StoredChannels } from '../alerts/channel-book.ts';
import { defaultRules } from '../alerts/default-rules.ts';
import type { UnitOf } from '../alerts/evidence.ts';
import { NotificationSender } from '../alerts/notifications.ts';
import type { DesktopNotify } from '../alerts/ports.ts';
import { checkRule, RuleBook } from '../alerts/rule-book.ts';
import { rulesAsYaml, rulesForPrometheus } from '../alerts/rule-files.ts';
import { previewRule } from '../alerts/rule-preview.ts';
import { Silences } from '../alerts/silences.ts';
import { Telling, type TellingBoard } from '../alerts/telling.ts';
import type { AlertVerbParts } from '../api/alert-verbs.ts';
import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { SecretVault } from '../config/secret-vault.ts';
import type { KpiPack } from '../kpi/pack.ts';
import { said } from '../model/said.ts';
import { signalNameSchema } from '../model/sample.ts';
import { queuePrefix } from '../queue/broker.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Store } from '../store/store.ts';
import type { Foundation } from './foundation.ts';

export interface AlertInputs {
  readonly store: Store;
  readonly vault: SecretVault;
  readonly broker: RedisLink;
  readonly pack: Pick<KpiPack, 'kpis'>;
  /** Null where there is no desktop. */
  readonly desktop: DesktopNotify | null;
}

export interface AlertRoom {
  readonly engine: AlertEngine;
  readonly verbs: AlertVerbParts['alerts'];
  onRuleChanged(listener: (ruleId: string) => void): Stop;
  onChannelChanged(listener: (channelId: string) => void): Stop;
}

export function openAlerts({ store, vault, desktop, broker, pack }: AlertInputs, foundation: Foundation): AlertRoom {
  const { clock, ids, random, logger } = foundation;
  const emitter = new Emitter<{ channel: string; rule: string }>((error) =>
    logger.error('a listener of the channels failed', { error: messageOf(error) }),
  );
  const onChannel = (channelId: string): void => emitter.emit('channel', channelId);
  const onRule = (ruleId: string): void => emitter.emit('rule', ruleId);
  const channels = new StoredChannels({
    clock,
    ids,
    vault,
    desktop,
    settings: store.settings,
    outbox: store.notifications,
    newestAlert: () => store.alertHistory.newest({ to: 'firing' }, 1)[0] ?? null,
    onChanged: onChannel,
  });
  const telling = new Telling({ board: boardOn(broker), consoleId: consoleIdIn(store, ids), logger });
  const sender = new NotificationSender({
    telling,
    clock,
    ids,
    random,
    logger,
    channels,
    queue: store.notifications,
    onAttempt: onChannel,
    onGivenUp: (channel, title, problem) =>
      store.notices.add({
        id: ids.next(),
        level: 'error',
        message: `"${title}" was not told by the channel "${channel}": ${problem}`,
        said: said('notice_not_told', { title, channel, problem }),
        atMs: clock.now(),
      }),
  });
  const rules = new RuleBook({ builtIns: defaultRules, settings: store.settings, onChanged: onRule });
  const unitOf: UnitOf = (signal) => pack.kpis.find(({ id }) => signal === `kpi.${id}`)?.unit ?? null;
  const silences = new Silences({ clock, ids, settings: store.settings });
  const engine = new AlertEngine({
    clock,
    logger,
    sender,
    channels,
    rules,
    silences,
    samples: store.samples,
    records: store.alerts,
    unitOf,
  });
  return {
    engine,
    verbs: {
      now: engine,
      history: (query) => store.alertHistory.page(query),
      channels,
      rules,
      silences,
      preview: async (draft, forMs) => {
        const rule = { ...draft, id: draft.id ?? 'preview' };
        checkRule(rule);
        return previewRule(store.samples, rule, { fromMs: clock.now() - forMs, toMs: clock.now() });
      },
      exported: (as) => {
        const all = rules.views().map(({ rule }) => rule);
        return as === 'yaml' ? rulesAsYaml(all) : rulesForPrometheus(all, unitOf);
      },
      signals: () =>
        store.samples.signals().flatMap((info) => {
          const signal = signalNameSchema.safeParse(info.signal);
          return signal.success ? [{ ...info, signal: signal.data }] : [];
        }),
      retention: {
        view: () => store.alertRetention.view(),
        async set(limits) {
          store.alertRetention.set(limits);
          await store.alertRetention.prune(clock.now());
          return store.alertRetention.view();
        },
      },
      gaps: (fromMs, toMs, limit) => store.alerts.gaps(fromMs, toMs, limit),
      transition: (id) => {
        const detail = store.alertEpisodes.detail(id);
        if (detail === null)
          throw new EngineError('ALERT_NOT_FOUND', `The history has no change number ${id} any more`);
        return detail;
      },
      figures: (fromMs, toMs) => store.alertEpisodes.figures(fromMs, toMs),
      deliveries: (query) => store.notifications.deliveries(query),
    },
    onRuleChanged: (listener) => emitter.on('rule', listener),
    onChannelChanged: (listener) => emitter.on('channel', listener),
  };
}

/** Consoles that share a broker share what was told. */
function boardOn(broker: RedisLink): TellingBoard {
  const key = (name: string): string => `${queuePrefix}:alerts:${name}`;
  return {
    async take(name, value, ttlMs) {
      const taken = await broker.command('SET', (client) => client.set(key(name), value, 'PX', ttlMs, 'NX'));
      if (taken !== null) return value;
      return (await broker.command('GET', (client) => client.get(key(name)))) ?? value;
    },
    async set(name, value, ttlMs) {
      await broker.command('SET', (client) => client.set(key(name), value, 'PX', ttlMs));
    },
    async remove(name) {
      await broker.command('DEL', (client) => client.del(key(name)));
    },
  };
}

/** The same after a restart: what this console had begun to tell is its own to finish. */
function consoleIdIn(store: Store, ids: IdSource): string {
  const known = store.settings.get('console-id');
  if (known !== null) return known;
  const id = ids.next();
  store.settings.set('console-id', id);
  return id;
}
