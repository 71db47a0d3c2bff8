import { describe, expect, it } from 'vitest';
import { isCutOff } from '../../../src/renderer/state/reach.ts';
import { connectionsScript } from '../../support/console-connections.ts';
import { systemInfo } from '../../support/console-health.ts';

const now = 1_000_000;
const { connections } = connectionsScript(now);

function system(
  states: readonly ['ready' | 'degraded' | 'unreachable' | 'connecting', 'ready' | 'unreachable'],
  source: boolean,
) {
  const info = systemInfo(now);
  return {
    ...info,
    links: info.links.map((link, index) => ({ ...link, state: states[index] ?? 'ready' })),
    source: { ...info.source, reachable: source },
  };
}

describe('a console is cut off', () => {
  it('when neither Redis nor the source answers', () => {
    expect(isCutOff(system(['unreachable', 'unreachable'], false), null)).toBe(true);
    expect(isCutOff(system(['connecting', 'unreachable'], false), null)).toBe(true);
  });

  it('not while any part of it answers, or nothing is known', () => {
    expect(isCutOff(null, null)).toBe(false);
    expect(isCutOff(system(['unreachable', 'unreachable'], true), null)).toBe(false);
    expect(isCutOff(system(['degraded', 'unreachable'], false), null)).toBe(false);
    expect(isCutOff(system(['unreachable', 'ready'], false), null)).toBe(false);
  });

  it('not while another connection that is watched answers', () => {
    const watched = connections.map((each) => ({
      ...each,
      builtIn: false,
      link: { ...each.link, state: 'ready' as const },
    }));
    const gone = system(['unreachable', 'unreachable'], false);
    expect(isCutOff(gone, { connections: watched, vault: 'file' })).toBe(false);
    const own = watched.map((each) => ({ ...each, builtIn: true }));
    expect(isCutOff(gone, { connections: own, vault: 'file' })).toBe(true);
  });
});
