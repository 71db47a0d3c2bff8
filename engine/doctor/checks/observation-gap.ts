/** Stretches of the last day in which this console could not look, so that nobody reads silence as health. */
import { durationWords } from '../../health/wording.ts';
import { evidence, type SystemCheck, silent, verdictOf } from '../check.ts';

const dayMs = 24 * 60 * 60_000;
const from = 60_000;

export const observationGap: SystemCheck = {
  id: 'observation-gap',
  title: 'The console looked without a break in the last day',
  about: 'system',
  subject: { kind: 'console', id: 'console', name: 'Vigía' },
  async run({ clock, desk }) {
    if (desk === null) return silent;
    const gaps = desk.gapsSince(clock.now() - dayMs).filter(({ fromMs, toMs }) => toMs - fromMs >= from);
    const longest = gaps.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))[0];
    if (longest === undefined) return verdictOf([]);
    const total = gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    return verdictOf([
      {
        code: 'not_observed',
        severity: 'info',
        title: `Nothing was observed for ${durationWords(total)} of the last day`,
        evidence: [
          evidence('gap_count', gaps.length, 'count'),
          evidence('gap_total_ms', total, 'ms'),
          evidence('longest_ms', longest.toMs - longest.fromMs, 'ms', longest.fromMs),
          evidence('reason', longest.reason, 'text'),
        ],
        why: 'No alert can fire and no chart has points for that time; what happened then is not known.',
        steps: [
          'If the machine sleeps, run the console where it does not: vigia serve on a server.',
          'If it was held up, see what else takes its processor.',
        ],
      },
    ]);
  },
};
