/** Whether anything behind the engine can be reached: if not, the console is as offline as without its engine. */
import type { CallOutput } from '../../shared/contract.ts';

type System = CallOutput<'system.info'>;
type Connections = CallOutput<'connections.list'>;

const answering: ReadonlySet<System['links'][number]['state']> = new Set(['ready', 'degraded']);

/** @param connections what is watched beside the console's own; null while that is not known */
export function isCutOff(system: System | null, connections: Connections | null): boolean {
  if (system === null || system.source.reachable) return false;
  if (system.links.some(({ state }) => answering.has(state))) return false;
  return !(connections?.connections ?? []).some(({ builtIn, link }) => !builtIn && answering.has(link.state));
}
