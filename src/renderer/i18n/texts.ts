/** The shape of the English texts with any text in each place: what a translation must fill. */
import type { en } from './en.ts';
import type { KpiId, KpiText } from './kpis-en.ts';

export type Translated<Value> = Value extends string
  ? string
  : { readonly [Key in keyof Value]: Translated<Value[Key]> };

export type Texts = Translated<Omit<typeof en, 'kpi'>> & { readonly kpi: Record<KpiId, KpiText> };
