/** A made-up engine's rules, silences and their replay for tests of the Alerts page; what is saved stays until the test ends. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallInput, CallOutput, Handlers } from '../../src/shared/contract.ts';
import { alertsNow, transitions } from './console-health.ts';

type RuleView = CallOutput<'alerts.rules.list'>['rules'][number];
type Silence = CallOutput<'alerts.silences.list'>['silences'][number];
type Status = CallOutput<'alerts.now'>['alerts'][number];

export interface AlertsScript {
  rules: RuleView[];
  silences: Silence[];
  /** What is in the store of any signal. */
  preview: { firingCount: number; sampleCount: number };
  /** The next save of a rule is refused with this message. */
  refusal: string | null;
  retention: CallOutput<'alerts.retention'>;
  /** Drafts as they came in. */
  previewed: CallInput<'alerts.rules.save'>[];
  changeNow: (alerts: Status[]) => Status[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function alertsScript(nowMs: number): AlertsScript {
  const rules = alertsNow(nowMs, false).map(({ rule }): RuleView => ({ rule, origin: 'built-in' }));
  return {
    rules,
    silences: [],
    preview: { firingCount: 3, sampleCount: 12_000 },
    refusal: null,
    retention: {
      ...{ keepMs: 730 * dayMs, ceilingBytes: 64 * 1024 * 1024, isDefault: true },
      ...{ transitionCount: 12_408, sizeBytes: 8_400_000, oldestAtMs: nowMs - 200 * dayMs },
    },
    previewed: [],
    changeNow: (alerts) => alerts,
  };
}

export function alertRuleHandlers(script: AlertsScript, isBroken: () => boolean) {
  const find = (ruleId: string): RuleView => {
    const view = script.rules.find(({ rule }) => rule.id === ruleId);
    if (!view) throw new EngineError('ALERT_NOT_FOUND', `No alert rule has the id ${ruleId}`);
    return view;
  };
  const builtIns = new Map(script.rules.map(({ rule }) => [rule.id, rule]));
  return {
    'alerts.rules.list': async () => ({ rules: script.rules }),
    async 'alerts.rules.save'({ id, ...draft }) {
      if (script.refusal !== null) throw new EngineError('ALERT_RULE_INVALID', script.refusal);
      const rule = { ...draft, id: id ?? draft.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-') };
      const view: RuleView = { rule, origin: builtIns.has(rule.id) ? 'changed' : 'own' };
      const isKnown = script.rules.some((each) => each.rule.id === rule.id);
      script.rules = isKnown
        ? script.rules.map((each) => (each.rule.id === rule.id ? view : each))
        : [...script.rules, view];
      return view;
    },
    async 'alerts.rules.remove'({ ruleId }) {
      script.rules = script.rules.filter(({ rule }) => rule.id !== ruleId);
      return { done: true };
    },
    async 'alerts.rules.reset'({ ruleId }) {
      const view: RuleView = { rule: builtIns.get(ruleId) ?? find(ruleId).rule, origin: 'built-in' };
      script.rules = script.rules.map((each) => (each.rule.id === ruleId ? view : each));
      return view;
    },
    async 'alerts.rules.preview'({ rule, forMs }) {
      script.previewed.push(rule);
      const toMs = Date.now();
      const fromMs = toMs - forMs;
      const { firingCount, sampleCount } = script.preview;
      const firings = Array.from({ length: firingCount }, (_, index) => {
        const beganMs = fromMs + ((index + 0.5) / firingCount) * forMs;
        return { fromMs: beganMs, toMs: beganMs + 40 * 60_000, worst: rule.threshold * 1.2 };
      });
      return {
        fromMs,
        toMs,
        sampleCount,
        firings,
        firingMs: firingCount * 40 * 60_000,
        noDataMs: 0,
        unseenMs: 2 * hourMs,
      };
    },
    'alerts.rules.export': async ({ as }) => ({ text: as === 'yaml' ? 'format: vigia-rules\n' : 'groups: []\n' }),
    async 'alerts.rules.import'({ yaml }) {
      if (!yaml.startsWith('format: vigia-rules'))
        throw new EngineError(
          'ALERT_RULE_INVALID',
          'The file of rules cannot be used: rule 2: threshold: expected number',
        );
      return { added: ['dso-high'], changed: ['workers'], unchanged: ['hit-rate'] };
    },
    'alerts.signals': async () => ({
      signals: [
        { signal: 'cache.hit_ratio', lastValue: 0.974, lastAtMs: Date.now() - 4_000 },
        { signal: 'kpi.dso_days', lastValue: 58.2, lastAtMs: Date.now() - 20_000 },
        { signal: 'queue.oldest_waiting_ms', lastValue: 800, lastAtMs: Date.now() - 4_000 },
      ],
    }),
    async 'samples.series'({ signal, fromMs, toMs }) {
      const step = (toMs - fromMs) / 300;
      const points = Array.from({ length: 300 }, (_, index) => ({
        atMs: fromMs + index * step,
        value: index > 100 && index < 110 ? null : 0.9 + Math.sin(index / 9) * 0.09,
      }));
      return { signal, fromMs, toMs, points };
    },
    'alerts.silences.list': async () => ({ silences: script.silences }),
    async 'alerts.silences.add'({ forMs, ...draft }) {
      const nowMs = Date.now();
      const silence: Silence = {
        ...draft,
        id: `silence-${script.silences.length + 1}`,
        who: 'console',
        fromMs: nowMs,
        createdAtMs: nowMs,
        untilMs: forMs === null ? null : nowMs + forMs,
      };
      script.silences = [silence, ...script.silences];
      return silence;
    },
    async 'alerts.silences.lift'({ silenceId }) {
      const untilMs = Date.now() - 1;
      script.silences = script.silences.map((each) => (each.id === silenceId ? { ...each, untilMs } : each));
      return { done: true };
    },
    async 'alerts.now'() {
      return { alerts: script.changeNow(alertsNow(Date.now(), isBroken())) };
    },
    'alerts.retention': async () => script.retention,
    async 'alerts.retention.set'({ limits }) {
      const kept = limits ?? { keepMs: 730 * dayMs, ceilingBytes: 64 * 1024 * 1024 };
      script.retention = { ...script.retention, ...kept, isDefault: limits === null };
      return script.retention;
    },
    async 'alerts.figures'({ toMs, fromMs }) {
      const spanOf = (ruleId: string, title: string, backMs: number, forMs: number | null) => ({
        ruleId,
        title,
        severity: 'critical' as const,
        fromMs: toMs - backMs,
        toMs: forMs === null ? null : toMs - backMs + forMs,
      });
      const spans = [
        spanOf('workers', 'Workers available < 2', 3 * dayMs, 2 * hourMs),
        spanOf('hit-rate', 'Cache hit rate < 80 %', 30 * hourMs, hourMs),
        spanOf('workers', 'Workers available < 2', 5 * hourMs, null),
      ].filter((each) => each.fromMs >= fromMs);
      const figures = { severity: 'critical' as const, acknowledgeMs: 240_000, acknowledgedCount: 1, resolvedCount: 1 };
      const rules = [
        {
          ...figures,
          ruleId: 'workers',
          title: 'Workers available < 2',
          firingCount: 2,
          firingMs: 7 * hourMs,
          resolveMs: 2 * hourMs,
        },
        {
          ...figures,
          ruleId: 'hit-rate',
          title: 'Cache hit rate < 80 %',
          firingCount: 1,
          firingMs: hourMs,
          resolveMs: hourMs,
        },
      ].filter(({ ruleId }) => spans.some((each) => each.ruleId === ruleId));
      return { fromMs, toMs, rules, spans, spanCount: spans.length };
    },
    async 'alerts.transition'({ id }) {
      const all = transitions(Date.now(), 420);
      const transition = all.find((each) => each.id === id);
      if (!transition) throw new EngineError('ALERT_NOT_FOUND', `The history has no change number ${id} any more`);
      return {
        transition: {
          ...transition,
          cause: 'Redis (broker) cannot be reached',
          chain: [
            { code: null, words: 'Workers take no jobs since 10:12' },
            { code: null, words: 'the broker has not answered since 10:11' },
          ],
        },
        around: all.filter((each) => each.ruleId === transition.ruleId && Math.abs(each.id - id) < 6).toReversed(),
        notifications: [
          {
            channelId: 'mail',
            repeatNumber: 0,
            state: 'sent' as const,
            attempts: 2,
            createdAtMs: transition.atMs,
            settledAtMs: transition.atMs + 40_000,
            lastError: null,
          },
          {
            channelId: 'gone',
            repeatNumber: 1,
            state: 'failed' as const,
            attempts: 9,
            createdAtMs: transition.atMs,
            settledAtMs: null,
            lastError: 'ECONNREFUSED',
          },
        ],
        acknowledgements: [{ who: 'ana', atMs: transition.atMs + 90_000, note: 'restarting w1' }],
      };
    },
    'alerts.gaps': async ({ toMs }) => ({
      gaps: [{ id: 1, fromMs: toMs - 2 * dayMs, toMs: toMs - 2 * dayMs + 2 * hourMs, reason: 'asleep', detail: '' }],
    }),
  } satisfies Partial<Handlers>;
}
