/** How the states of an analysis stand on the page. */
import type { StateKind } from '../../ui/State.tsx';
import type { AnalysisSummary } from './keys-model.ts';

export const stateKinds: Readonly<Record<AnalysisSummary['state'], StateKind>> = {
  running: 'refreshing',
  done: 'fresh',
  cancelled: 'stale',
  failed: 'failed',
  interrupted: 'failed',
};
