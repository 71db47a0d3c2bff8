/** The source by its name in sentences: what is generated has a name in each language, what is the user's own keeps its label. */
import type { SourceInfo } from '../model/dashboard.ts';
import { type Said, said } from '../model/said.ts';

export function sourceLabelSaid({ label, demo }: Pick<SourceInfo, 'label' | 'demo'>): Said | string {
  return demo ? said('source_demo') : label;
}
