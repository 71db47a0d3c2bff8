/** A made-up engine's channels for tests of the Alerts page; secrets go in and never come out. */
import { EngineError } from '../../engine/base/errors.ts';
import { alertChannelSchema } from '../../engine/model/alert-channel.ts';
import type { CallInput, CallOutput, Handlers } from '../../src/shared/contract.ts';

type Channel = CallOutput<'alerts.channels.list'>['channels'][number];
type Delivery = CallOutput<'alerts.channels.deliveries'>['deliveries'][number];

export interface ChannelsScript {
  channels: Channel[];
  deliveries: Delivery[];
  /** Drafts as they came in. */
  saved: CallInput<'alerts.channels.save'>[];
  tested: CallInput<'alerts.channels.test'>[];
  testProblem: string | null;
  refusal: string | null;
}

const idle = {
  hasSecret: false,
  dueCount: 0,
  oldestDueAtMs: null,
  nextAttemptAtMs: null,
  lastSentAtMs: null,
  lastError: null,
};

export function channelsScript(nowMs: number): ChannelsScript {
  const channel = (made: object): Omit<Channel, keyof typeof idle> => alertChannelSchema.parse(made);
  return {
    channels: [
      {
        ...channel({ id: 'desktop', name: 'Desktop', settings: { kind: 'desktop' } }),
        ...idle,
        lastSentAtMs: nowMs - 60_000,
      },
      {
        ...channel({
          id: 'mail',
          name: 'On call',
          minimumSeverity: 'warning',
          settings: {
            kind: 'email',
            host: 'smtp.example.com',
            port: 587,
            security: 'starttls',
            username: 'vigia',
            from: 'vigia@example.com',
            to: ['a@example.com', 'b@example.com'],
          },
        }),
        ...idle,
        hasSecret: true,
        dueCount: 3,
        oldestDueAtMs: nowMs - 12 * 60_000,
        nextAttemptAtMs: nowMs + 95_000,
        lastSentAtMs: nowMs - 3_600_000,
        lastError: 'The mail server refused the connection: ECONNREFUSED smtp.example.com:587',
      },
    ],
    deliveries: Array.from({ length: 140 }, (_, index) => ({
      id: 140 - index,
      channelId: index % 2 === 0 ? 'mail' : 'desktop',
      atMs: nowMs - index * 60_000,
      tookMs: 31,
      outcome: index === 0 ? 'failed' : 'sent',
      title: `Message ${140 - index}`,
      alertCount: 2,
      attempt: index === 0 ? 4 : 1,
      problem: index === 0 ? 'ECONNREFUSED' : null,
    })),
    saved: [],
    tested: [],
    testProblem: null,
    refusal: null,
  };
}

export function channelHandlers(script: ChannelsScript) {
  return {
    'alerts.channels.list': async () => ({ channels: script.channels }),
    async 'alerts.channels.save'(draft) {
      if (script.refusal !== null) throw new EngineError('ALERT_CHANNEL_INVALID', script.refusal);
      script.saved.push(draft);
      const { secret, id = 'new-one', ...fields } = draft;
      const before = script.channels.find((each) => each.id === id);
      const hasSecret = secret === undefined ? before?.hasSecret === true : secret !== null;
      const view: Channel = { ...idle, ...before, ...fields, id, hasSecret };
      script.channels = [...script.channels.filter((each) => each.id !== id), view];
      return view;
    },
    async 'alerts.channels.remove'({ channelId }) {
      script.channels = script.channels.filter(({ id }) => id !== channelId);
      return { done: true };
    },
    async 'alerts.channels.preview'({ templates }) {
      const title = templates.title ?? 'Firing: Workers available < 2';
      if (title.includes('{{nothing}}'))
        throw new EngineError(
          'ALERT_TEMPLATE_INVALID',
          'The template cannot be used: {{nothing}} stands for nothing here',
        );
      return { title, text: 'firing (critical): Workers available < 2', html: '<p><b>firing</b></p>' };
    },
    async 'alerts.channels.test'(draft) {
      script.tested.push(draft);
      return { delivered: script.testProblem === null, tookMs: 42, problem: script.testProblem };
    },
    async 'alerts.channels.deliveries'({ channelId, beforeId, limit }) {
      const rows = script.deliveries.filter(
        (each) => (channelId === null || each.channelId === channelId) && (beforeId === null || each.id < beforeId),
      );
      const deliveries = rows.slice(0, limit);
      return { deliveries, nextBeforeId: rows.length > limit ? (deliveries.at(-1)?.id ?? null) : null };
    },
  } satisfies Partial<Handlers>;
}
