/** What is wrong with the source: it cannot be reached, or takes longer than usual. */
import type { CauseLink } from '../../model/cause.ts';
import { said } from '../../model/said.ts';
import { sourceLabelSaid } from '../source-label.ts';
import { durationWords, latencyWords, plural } from '../wording.ts';
import type { CauseFacts } from './depth.ts';
import { link } from './link.ts';

/** A query slower than this, and many times slower than usual, is slow. */
const slowQueryMs = 1_000;

/** Jobs that take longer than this have a slow source, whatever it answers to a light query. */
const slowJobMs = 5_000;

/** Empty when the source answers, and in the usual time. */
export function sourceRoot(facts: Pick<CauseFacts, 'source' | 'depth'>): CauseLink[] {
  const { source } = facts;
  if (!source.reachable) {
    const problem = source.problem === null ? '' : `: ${source.problem}`;
    const inAll = said('cause_source_unreachable', { label: sourceLabelSaid(source), why: problem });
    return [link('source_unreachable', `source ${source.label} is unreachable${problem}`, inAll)];
  }
  return slowSource(facts);
}

function slowSource({ source, depth }: Pick<CauseFacts, 'source' | 'depth'>): CauseLink[] {
  const { p95Ms, usualMs, lightMs, count } = depth.queries;
  const usual = usualMs === null ? '' : `; usually ${latencyWords(usualMs)}`;
  // Without a past to compare with, large queries may just be large, or many at once.
  const isUnusual = usualMs === null ? (lightMs ?? 0) > slowQueryMs : p95Ms !== null && p95Ms > usualMs * 3;
  if (p95Ms !== null && p95Ms > slowQueryMs && isUnusual) {
    const words = `source ${source.label} is slow: p95 of its queries ${latencyWords(p95Ms)} (${plural(count, 'query').replace('querys', 'queries')})${usual}`;
    const figures = { label: sourceLabelSaid(source), p95LatencyMs: p95Ms, count };
    const inAll =
      usualMs === null
        ? said('cause_source_slow', figures)
        : said('cause_source_slower', { ...figures, usualLatencyMs: usualMs });
    return [link('source_slow', words, inAll)];
  }
  return [];
}

/** Jobs run for so long that their source must be slow, although it answers. */
export function slowJobsRoot(facts: CauseFacts): CauseLink[] {
  const source = sourceRoot(facts);
  if (source.length > 0) return source;
  const slow = facts.depth.watched?.find(({ name, runP95Ms }) => name !== 'background' && (runP95Ms ?? 0) > slowJobMs);
  if (!slow) return [];
  const runMs = slow.runP95Ms ?? 0;
  const { label } = facts.source;
  const words = `jobs of ${slow.name} take ${durationWords(runMs)} (p95) in source ${label}`;
  return [link('source_slow', words, said('cause_slow_jobs', { queue: slow.name, runMs, label }))];
}
