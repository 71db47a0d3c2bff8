/** Tells a broken network of this machine from servers that are down: without it, every server looks dead at once. */
import type { LinkView } from '../model/health.ts';

/** As `os.networkInterfaces()` answers, by name. */
export type Interfaces = Readonly<Record<string, readonly { readonly internal: boolean }[] | undefined>>;

/**
 * Why nothing that is far away can be judged now; null while this machine has a network, or everything is on it.
 * It cannot tell a lost VPN from a lost server while another interface is up.
 */
export function blindnessOf(links: readonly LinkView[], interfaces: () => Interfaces): string | null {
  const away = links.filter((link) => !isHere(link));
  if (away.length === 0 || away.some(({ state }) => state === 'ready' || state === 'degraded')) return null;
  const isUp = Object.values(interfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
  return isUp ? null : 'this machine has no network: no interface but the loopback is up';
}

function isHere({ embedded, address }: LinkView): boolean {
  return embedded || /^unix:|(^|[/@])(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)(:|\/|,|$)/.test(address);
}
