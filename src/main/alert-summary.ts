/** What the tray says of the alerts: the worst state, how many of each, and what fires, the worst first. */
import type { CallOutput, Handlers } from '../shared/contract.ts';

type AlertStatus = CallOutput<'alerts.now'>['alerts'][number];
type Severity = AlertStatus['rule']['severity'];

export const worstStates = ['critical', 'warning', 'info', 'well', 'unknown'] as const;
export type WorstState = (typeof worstStates)[number];

export interface FiringAlert {
  readonly ruleId: string;
  readonly title: string;
  readonly severity: Severity;
  readonly isAcknowledged: boolean;
}

export interface AlertSummary {
  /** `unknown`: nobody can say, because nothing could be judged or nobody can see. */
  readonly worst: WorstState;
  /** Worst first; what is silenced or follows from another is counted apart. */
  readonly firing: readonly FiringAlert[];
  readonly heldBackCount: number;
}

export const nothingKnown: AlertSummary = { worst: 'unknown', firing: [], heldBackCount: 0 };

const severities = ['critical', 'warning', 'info'] as const satisfies Severity[];

/** @param nowMs the engine's time */
export async function readAlertSummary(
  handlers: Pick<Handlers, 'alerts.now' | 'alerts.gaps'>,
  nowMs: number,
): Promise<AlertSummary> {
  const caller = { transport: 'ipc', name: 'desktop' } as const;
  const [{ alerts }, { gaps }] = await Promise.all([
    handlers['alerts.now']({}, caller),
    handlers['alerts.gaps']({ fromMs: nowMs, toMs: nowMs, limit: 1 }, caller),
  ]);
  return summaryOf(
    alerts,
    gaps.some(({ toMs }) => toMs === null),
  );
}

/** @param isBlind nobody can see at the moment: what is known is not the present */
export function summaryOf(alerts: readonly AlertStatus[], isBlind: boolean): AlertSummary {
  const firing = alerts.filter(({ state }) => state === 'firing');
  const told = firing.filter(({ silencedBy, inhibitedBy }) => silencedBy === null && inhibitedBy === null);
  const listed = told
    .map(({ rule, acknowledgedBy }) => ({
      ruleId: rule.id,
      title: rule.title,
      severity: rule.severity,
      isAcknowledged: acknowledgedBy !== null,
    }))
    .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const isJudged = alerts.some(({ state }) => state !== 'noData' && state !== 'error');
  const worst = isBlind || !isJudged ? 'unknown' : (listed[0]?.severity ?? 'well');
  return { worst, firing: listed, heldBackCount: firing.length - told.length };
}
