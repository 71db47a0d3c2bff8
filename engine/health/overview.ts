/** Everything of the Overview page from one set of facts: pure, so that every judgement can be tested. */
import type { HealthState, Overview, OverviewFigure } from '../model/health.ts';
import type { Said } from '../model/said.ts';
import { chainsOf } from './causes/chains.ts';
import { valueChain } from './causes/value-chain.ts';
import { type JudgedNode, judgeChain } from './chain.ts';
import { isPast, overviewFigures } from './figures.ts';
import type { FigureId, OverviewFacts } from './overview-facts.ts';
import { durationWords, latencyWords, percentWords } from './wording.ts';

export function buildOverview(facts: OverviewFacts): Overview {
  const chain = judgeChain(facts);
  const figures = overviewFigures(facts);
  const bad = [...chain.map(nodeFinding), ...figures.map((figure) => figureFinding(figure, facts))];
  const worst = (['failed', 'warning', 'unknown'] as const)
    .map((state) => bad.find((finding) => finding.state === state))
    .find((finding) => finding !== undefined);
  return {
    atMs: facts.atMs,
    state: worst?.state ?? 'well',
    headline: worst?.sentence ?? null,
    headlineSaid: worst?.sentenceSaid ?? null,
    headlineFigure: worst?.figureId ?? null,
    chain: chain.map(({ sentence: _sentence, sentenceSaid: _said, ...node }) => node),
    figures,
    stale: facts.values
      .filter(({ freshness }) => freshness.state !== 'fresh' || freshness.refresh.status === 'failed')
      .map((value) => ({ ...value, causes: valueChain(value.freshness, facts) })),
    causes: chainsOf(facts),
    valueCount: facts.values.length,
  };
}

interface Finding {
  readonly state: HealthState;
  readonly sentence: string | null;
  readonly sentenceSaid: Said | null;
  readonly figureId: FigureId | null;
}

function nodeFinding({ state, sentence, sentenceSaid }: JudgedNode): Finding {
  return { state, sentence, sentenceSaid, figureId: null };
}

/** A figure that does not exist, e.g. a memory share without a limit, makes the whole neither well nor ill. */
function figureFinding(figure: OverviewFigure, facts: OverviewFacts): Finding {
  if (figure.state === 'unknown') return { state: 'well', sentence: null, sentenceSaid: null, figureId: null };
  const since = figure.firingSinceMs === null ? '' : ` for ${durationWords(facts.atMs - figure.firingSinceMs)}`;
  return {
    state: figure.state,
    sentence: `${figureSentence(figure)}${since}`,
    sentenceSaid: null,
    figureId: figure.id,
  };
}

const titles: Readonly<Record<FigureId, string>> = {
  hit_rate: 'Cache hit rate',
  response_time: 'Response time',
  workers: 'Worker slots that take jobs',
  redis_memory: 'Redis memory',
};

function figureSentence(figure: OverviewFigure): string {
  const side = figure.badWhen === 'above' ? 'over' : 'under';
  const threshold = valueWords(figure.threshold, figure);
  if (figure.value === null)
    return `${titles[figure.id]}: the alert (${side} ${threshold}) fires, the figure is not seen`;
  if (!isPast(figure.value, figure))
    return `${titles[figure.id]}: ${valueWords(figure.value, figure)}, the alert (${side} ${threshold}) still fires`;
  return `${titles[figure.id]}: ${valueWords(figure.value, figure)}, ${side} ${threshold}`;
}

function valueWords(value: number, figure: OverviewFigure): string {
  if (figure.unit === 'ratio') return percentWords(value);
  return figure.unit === 'ms' ? latencyWords(value) : String(value);
}
