/** What a support bundle tells of the program, and which names must not be in it. */
import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { Views } from '../kpi/views.ts';
import { filtersOfKey } from '../model/filters.ts';
import type { LinkView } from '../model/health.ts';
import type { SupportPart } from '../model/review-file.ts';
import type { Redaction } from '../review/redaction.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';

const logNames = ['vigia.log', 'worker.log'];
const logLines = 400;
const transitionCount = 500;
const runCount = 300;
/** Settings whose value is a secret as a whole. */
const secretSettings: ReadonlySet<string> = new Set(['token', 'webhookSecret']);
/** Names that stand for no machine in particular. */
const loopback = /^(localhost|127\.|::1|0\.0\.0\.0|embedded)/;

interface SupportInputs {
  readonly settings: Settings;
  readonly store: Store;
}

export function supportOf({ settings, store }: SupportInputs): SupportPart {
  return {
    program: { vigia: version, node: process.version, platform: `${process.platform} ${process.arch}` },
    settings: Object.entries(settings).map(([name, value]) => ({
      name,
      value: secretSettings.has(name) ? (value === null ? 'not set' : '***') : (JSON.stringify(value) ?? 'not set'),
      origin: '',
    })),
    notices: store.notices.list(),
    transitions: store.alertHistory.newest({}, transitionCount),
    runs: store.runs.page({ limit: runCount }),
    log: logNames.flatMap((name) => lastLines(join(settings.dataDir, name)).map((line) => `${name}: ${line}`)),
  };
}

interface RedactionInputs {
  readonly settings: Settings;
  readonly store: Store;
  /** Whose values they are. */
  readonly origin: Views['origin'];
  readonly links: readonly LinkView[];
  readonly hostName: string;
}

export function redactionOf({ settings, store, origin, links, hostName }: RedactionInputs): Redaction {
  const urls = [settings.cacheUrl, settings.brokerUrl, settings.resultBackendUrl, settings.source];
  const hosts = new Set(
    [hostName, ...[...links.map(({ address }) => address), ...urls].flatMap((text) => hostsIn(text ?? ''))].filter(
      (host) => host !== '' && !loopback.test(host),
    ),
  );
  const { pack, source } = origin;
  const values = new Set(
    store.snapshotHistory
      .views(pack, source)
      .flatMap(({ filters }) => Object.values(filtersOfKey(filters)).flat())
      .filter((value) => typeof value === 'string'),
  );
  return {
    secrets: [settings.token, settings.webhookSecret, ...urls.flatMap((url) => passwordsIn(url ?? ''))].filter(
      (secret) => secret !== null,
    ),
    names: [
      [settings.dataDir, '<data>'],
      [homedir(), '<home>'],
      ...(settings.source === null ? [] : [[settings.source, '<source>'] as const]),
      ...userNames().map((name) => [name, '<user>'] as const),
      ...[...hosts].map((host, n) => [host, `host-${n + 1}`] as const),
      ...[...values].map((value, n) => [value, `value-${n + 1}`] as const),
    ],
  };
}

function hostsIn(text: string): string[] {
  return [...text.matchAll(/(?:@|:\/\/|,|^)([a-z0-9][a-z0-9.-]*\.[a-z0-9.-]+|[a-z][a-z0-9-]+)(?=[:/,]|$)/gi)]
    .map(([, host]) => host ?? '')
    .filter((host) => !/^(redis|rediss|postgres|postgresql|unix)$/.test(host));
}

function passwordsIn(url: string): string[] {
  const found = /:\/\/[^:/@\s]*:([^@\s]+)@/.exec(url)?.[1];
  if (found === undefined) return [];
  return [found, decodeURIComponent(found)];
}

/** Short names occur in other words. */
function userNames(): string[] {
  try {
    const { username } = userInfo();
    return username.length >= 4 && username !== 'root' ? [username] : [];
  } catch {
    // An account without a name has none to leave out.
    return [];
  }
}

function lastLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-logLines);
  } catch {
    // Not written yet, or not ours to read: the bundle goes without.
    return [];
  }
}
