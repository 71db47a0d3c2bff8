/** What the links of a chain are made with, and which of them is the cause. */
import type { CauseCode, CauseLink } from '../../model/cause.ts';
import type { Said } from '../../model/said.ts';
import type { TimelineCode, TimelineEvent } from '../../model/timeline.ts';

export function link(code: CauseCode | null, words: string, inAll: Said): CauseLink {
  return { code, words, said: inAll };
}

export function wordsOf(links: readonly CauseLink[]): string[] {
  return links.map(({ words }) => words);
}

/** What follows from another cause wherever there is one: a full load, a computation under way, a removal, one invalidation. */
const consequences: readonly (CauseCode | null)[] = ['slots_busy', 'computing', 'removed', 'invalidated'];

/** The last link that is a cause and does not merely follow from another one. */
export function rootOf(links: readonly CauseLink[]): CauseLink | null {
  const causes = links.filter(({ code }) => code !== null);
  return causes.findLast(({ code }) => !consequences.includes(code)) ?? causes.at(-1) ?? null;
}

/** What an event tells, in any language where it can. */
export function detailSaid({ said: inAll, detail }: TimelineEvent): Said | string {
  return inAll ?? detail;
}

export function latest(
  recent: readonly TimelineEvent[],
  code: TimelineCode,
  isMeant: (subject: string) => boolean = () => true,
): TimelineEvent | null {
  return recent.find((event) => event.code === code && isMeant(event.subject)) ?? null;
}

/** The first of these that holds anything. */
export function firstOf(...found: CauseLink[][]): CauseLink[] {
  return found.find((links) => links.length > 0) ?? [];
}
