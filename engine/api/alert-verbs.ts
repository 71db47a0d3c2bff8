/** The verbs of the alerts: what fires, the history, and the channels that tell of it. */
import type { AlertHistoryPage, AlertHistoryQuery, AlertStatus, ObservationGap } from '../model/alert.ts';
import type {
  ChannelDraft,
  ChannelPreview,
  ChannelTest,
  ChannelView,
  Delivery,
  DeliveryQuery,
} from '../model/alert-channel.ts';
import type { AlertDetail, AlertFigures } from '../model/alert-episodes.ts';
import type { AlertRetentionLimits, AlertRetentionView } from '../model/alert-retention.ts';
import type {
  RuleDraft,
  RuleImport,
  RulePreview,
  RuleView,
  SignalInfo,
  Silence,
  SilenceDraft,
} from '../model/alert-rules.ts';

export interface AlertVerbParts {
  readonly alerts: {
    readonly now: {
      list(): AlertStatus[];
      acknowledge(ruleId: string, who: string, note: string): void;
    };
    readonly rules: {
      views(): readonly RuleView[];
      save(draft: RuleDraft): RuleView;
      remove(ruleId: string): void;
      reset(ruleId: string): RuleView;
      import(yaml: string): RuleImport;
    };
    readonly silences: {
      list(): readonly Silence[];
      add(draft: SilenceDraft, who: string): Silence;
      lift(silenceId: string): void;
    };
    history(query: AlertHistoryQuery): Promise<AlertHistoryPage>;
    preview(draft: RuleDraft, forMs: number): Promise<RulePreview>;
    exported(as: 'yaml' | 'prometheus'): string;
    signals(): SignalInfo[];
    gaps(fromMs: number, toMs: number, limit: number): ObservationGap[];
    transition(id: number): AlertDetail;
    figures(fromMs: number, toMs: number): Promise<AlertFigures>;
    readonly retention: {
      view(): Promise<AlertRetentionView>;
      /** Answers once what is past the new limits is gone. */
      set(limits: AlertRetentionLimits | null): Promise<AlertRetentionView>;
    };
    readonly channels: {
      views(): ChannelView[];
      save(draft: ChannelDraft): ChannelView;
      remove(channelId: string): void;
      preview(draft: ChannelDraft): ChannelPreview;
      test(draft: ChannelDraft): Promise<ChannelTest>;
    };
    deliveries(query: DeliveryQuery): { deliveries: Delivery[]; nextBeforeId: number | null };
  };
}

interface Caller {
  readonly name: string;
}

const done = { done: true } as const;

export function alertVerbs({ alerts }: AlertVerbParts) {
  const { now, channels, deliveries } = alerts;
  return {
    ...ruleVerbs(alerts),
    'alerts.now': async () => ({ alerts: now.list() }),
    'alerts.history': (query: AlertHistoryQuery) => alerts.history(query),
    'alerts.transition': async ({ id }: { id: number }) => alerts.transition(id),
    'alerts.retention': () => alerts.retention.view(),
    'alerts.retention.set': ({ limits }: { limits: AlertRetentionLimits | null }) => alerts.retention.set(limits),
    'alerts.figures': ({ fromMs, toMs }: { fromMs: number; toMs: number }) => alerts.figures(fromMs, toMs),
    'alerts.acknowledge': async ({ ruleId, note }: { ruleId: string; note: string }, caller: Caller) => {
      now.acknowledge(ruleId, caller.name, note);
      return done;
    },
    'alerts.channels.list': async () => ({ channels: channels.views() }),
    'alerts.channels.save': async (draft: ChannelDraft) => channels.save(draft),
    'alerts.channels.remove': async ({ channelId }: { channelId: string }) => {
      channels.remove(channelId);
      return done;
    },
    'alerts.channels.preview': async (draft: ChannelDraft) => channels.preview(draft),
    'alerts.channels.test': (draft: ChannelDraft) => channels.test(draft),
    'alerts.channels.deliveries': async (query: DeliveryQuery) => deliveries(query),
  };
}

function ruleVerbs({ rules, silences, preview, exported, signals, gaps }: AlertVerbParts['alerts']) {
  return {
    'alerts.rules.list': async () => ({ rules: [...rules.views()] }),
    'alerts.rules.save': async (draft: RuleDraft) => rules.save(draft),
    'alerts.rules.remove': async ({ ruleId }: { ruleId: string }) => {
      rules.remove(ruleId);
      return done;
    },
    'alerts.rules.reset': async ({ ruleId }: { ruleId: string }) => rules.reset(ruleId),
    'alerts.rules.preview': ({ rule, forMs }: { rule: RuleDraft; forMs: number }) => preview(rule, forMs),
    'alerts.rules.export': async (wanted: { as: 'yaml' | 'prometheus' }) => ({ text: exported(wanted.as) }),
    'alerts.rules.import': async ({ yaml }: { yaml: string }) => rules.import(yaml),
    'alerts.signals': async () => ({ signals: signals() }),
    'alerts.silences.list': async () => ({ silences: [...silences.list()] }),
    'alerts.silences.add': async (draft: SilenceDraft, caller: Caller) => silences.add(draft, caller.name),
    'alerts.silences.lift': async ({ silenceId }: { silenceId: string }) => {
      silences.lift(silenceId);
      return done;
    },
    'alerts.gaps': async ({ fromMs, toMs, limit }: { fromMs: number; toMs: number; limit: number }) => ({
      gaps: gaps(fromMs, toMs, limit),
    }),
  };
}
