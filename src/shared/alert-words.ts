/** Alerts in the reader's language: titles of the built-in rules and what a change rests on. In English both stand in the records. */
import type { EvidenceFacts } from '../../engine/model/alert.ts';
import type { Unit } from '../../engine/model/dashboard.ts';
import { kpiUnit } from './kpi-units.ts';

export type AlertLanguage = 'en' | 'es';

/** By the English title: a rule that somebody named otherwise keeps that name. A test holds it complete. */
const spanishTitles: Readonly<Record<string, string>> = {
  'Cache hit rate under 80 %': 'Aciertos de caché bajo 80 %',
  'Response time over 2 s': 'Tiempo de respuesta sobre 2 s',
  'Fewer than 2 worker slots take jobs': 'Menos de 2 puestos de trabajo reciben tareas',
  'Redis memory (cache) over 90 %': 'Memoria de Redis (caché) sobre 90 %',
  'Redis memory (broker) over 90 %': 'Memoria de Redis (broker) sobre 90 %',
  'Redis (cache) cannot be reached': 'No se alcanza Redis (caché)',
  'Redis (broker) cannot be reached': 'No se alcanza Redis (broker)',
  'The broker may evict jobs: its policy is not noeviction':
    'El broker puede expulsar trabajos: su política no es noeviction',
  'The broker evicts keys: jobs are being lost': 'El broker expulsa claves: se pierden trabajos',
  'The cache evicts more than 1,000 keys in 5 min': 'La caché expulsa más de 1.000 claves en 5 min',
  'Redis (cache): a replica has lost its primary': 'Redis (caché): una réplica perdió a su primario',
  'Redis (broker): a replica has lost its primary': 'Redis (broker): una réplica perdió a su primario',
  'Warmed keys are no hit when read back': 'Claves precalentadas que no aciertan al releerlas',
  'Jobs wait and no worker begins them': 'Hay trabajos en espera y ningún worker los toma',
  'A job has waited for more than 5 min': 'Un trabajo espera hace más de 5 min',
  'More than 10 % of the jobs fail': 'Falla más del 10 % de los trabajos',
  'A worker is wedged': 'Un worker está atascado',
  'A KPI is past the age at which it may be shown': 'Un KPI superó la edad en que puede mostrarse',
  'A scheduled run was missed': 'Se omitió una ejecución programada',
  'The source cannot be reached': 'No se alcanza el origen de datos',
  'The local history is near its ceiling': 'El historial local está cerca de su tope',
};

export function alertTitle(language: AlertLanguage, title: string): string {
  return (language === 'es' && Object.hasOwn(spanishTitles, title) ? spanishTitles[title] : null) ?? title;
}

/** What a change rests on; in the English of its record where that has no figures, as records of earlier versions have none. */
export function evidenceWords(
  language: AlertLanguage,
  { evidence, facts }: { readonly evidence: string; readonly facts?: EvidenceFacts | null | undefined },
): string {
  return language === 'es' && facts ? spanishEvidence(facts) : evidence;
}

function spanishEvidence(facts: EvidenceFacts): string {
  const { outcome, signal, value, observationCount, windowMs, threshold, comparison } = facts;
  const window = windowWords(windowMs);
  const seen = observationCount === 1 ? '1 observación' : `${number(observationCount)} observaciones`;
  if (outcome === 'ended') return 'La regla se desactivó o se eliminó';
  if (outcome === 'broken') return `No se pudieron leer las muestras de ${signal}: ${facts.problem ?? ''}`;
  if (outcome === 'absent') return `${signal} no existe aquí: no hay nada que medir (${seen} en ${window})`;
  if (outcome === 'missing' || value === null) {
    return `${seen} de ${signal} en ${window}; se necesitan ${number(facts.minimumCount)}`;
  }
  const isPast = comparison === 'above' ? value > threshold : value < threshold;
  const side = comparison === 'above' ? 'sobre' : 'bajo';
  const standing = `${isPast ? '' : 'no '}${side} ${figure(signal, threshold)}`;
  return `${figure(signal, value)} ${spanishAggregates[facts.aggregate]} ${window} (${seen}), ${standing}`;
}

const spanishAggregates: Readonly<Record<EvidenceFacts['aggregate'], string>> = {
  mean: 'en promedio durante',
  max: 'como máximo en',
  min: 'como mínimo en',
  sum: 'en total en',
  last: 'al final de',
};

/** The unit is the suffix of the signal's name, or that of the KPI, as in the engine's own words. */
function figure(signal: string, value: number): string {
  const unit = kpiUnit(signal);
  if (unit !== null) return kpiFigure(value, unit);
  if (signal.endsWith('_ratio')) return `${number(value * 100)} %`;
  if (signal.endsWith('_ms') && value >= 90_000) return `${number(value / 60_000)} min`;
  if (signal.endsWith('_ms')) return value >= 1_000 ? `${number(value / 1_000)} s` : `${number(value)} ms`;
  if (signal.endsWith('_bytes')) return `${number(value / 1_048_576)} MB`;
  return number(value);
}

function kpiFigure(value: number, unit: Unit): string {
  switch (unit) {
    case 'days':
      return `${number(value)} ${value === 1 ? 'día' : 'días'}`;
    case 'ratio':
      return `${number(value * 100)} %`;
    case 'CLP':
      return `${number(value / 1_000_000)} MM CLP`;
    case 'score':
      return `${number(value)} / 100`;
    case 'count':
      return number(value);
  }
}

function windowWords(windowMs: number): string {
  return windowMs < 60_000 ? `${number(windowMs / 1_000)} s` : `${number(windowMs / 60_000)} min`;
}

const spanishNumbers = new Intl.NumberFormat('es-CL', { maximumFractionDigits: 1, useGrouping: 'always' });

function number(value: number): string {
  return spanishNumbers.format(value);
}
