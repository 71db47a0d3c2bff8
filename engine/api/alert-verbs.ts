/** The verbs of the alerts: what fires, the history, and the channels that tell of it. */
import type { AlertHistoryPage, AlertHistoryQuery, AlertStatus } from '../model/alert.ts';
import type {
  ChannelDraft,
  ChannelPreview,
  ChannelTest,
  ChannelView,
  Delivery,
  DeliveryQuery,
} from '../model/alert-channel.ts';

export interface AlertVerbParts {
  readonly alerts: {
    readonly now: {
      list(): AlertStatus[];
      history(query: AlertHistoryQuery): AlertHistoryPage;
      acknowledge(ruleId: string, who: string, note: string): void;
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

export function alertVerbs({ alerts: { now, channels, deliveries } }: AlertVerbParts) {
  return {
    'alerts.now': async () => ({ alerts: now.list() }),
    'alerts.history': async (query: AlertHistoryQuery) => now.history(query),
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
