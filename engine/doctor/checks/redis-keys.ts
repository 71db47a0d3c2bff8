/** Keys that make trouble, by the newest analysis: big ones, a namespace that holds most of it all, keys that never expire. */
import { bytesWords, countWords, percentWords } from '../../health/wording.ts';
import type { Analysis } from '../../model/redis-keys.ts';
import { said } from '../../model/said.ts';
import { type ConnectionCheck, evidence, type Found, unknown, verdictOf } from '../check.ts';
import type { Patient } from '../patient.ts';

const dayMs = 24 * 60 * 60_000;
const oldMs = 7 * dayMs;
const bigBytes = 10 * 1024 * 1024;
const hotShare = 0.5;
const hotFromBytes = 64 * 1024 * 1024;
const everlastingShare = 0.2;
const everlastingFrom = 1_000;

export const redisKeys: ConnectionCheck = {
  id: 'redis-keys',
  title: 'No key is too big, no namespace holds most, cached keys expire',
  about: 'connection',
  async run(patient, { clock }) {
    const expiring = await everlasting(patient);
    const { analysis } = patient;
    if (analysis === null || clock.now() - (analysis.endedAtMs ?? 0) > oldMs) {
      if (expiring !== null) return verdictOf([expiring]);
      return analysis === null
        ? unknown('the keys were never analysed; begin it on the Keys page', said('unchecked_never_analysed'))
        : unknown('the last analysis of the keys is older than a week', said('unchecked_analysis_old'));
    }
    const found = [bigKeys(patient, analysis), hotNamespace(patient, analysis), expiring];
    return verdictOf(found.filter((one) => one !== null));
  },
};

function bigKeys(patient: Patient, analysis: Analysis): Found | null {
  const big = analysis.biggestKeys.filter(({ sizeBytes }) => (sizeBytes ?? 0) >= bigBytes);
  const [biggest] = big;
  if (biggest === undefined) return null;
  return {
    code: 'big_keys',
    severity: 'warning',
    title: `${patient.name} has a key of ${bytesWords(biggest.sizeBytes ?? 0)}`,
    evidence: [
      ...big
        .slice(0, 5)
        .map((one, at) =>
          evidence(`key_${at + 1}`, `${one.key} (${one.type}, ${bytesWords(one.sizeBytes ?? 0)})`, 'text'),
        ),
      evidence('big_key_count', big.length, 'count', analysis.endedAtMs),
    ],
    why: 'One command on it holds every other client up, deleting it as well; in a cluster it cannot be shared out.',
    steps: [
      'See on the Keys page what it holds, and split it: one key a page, a day or a user.',
      'Remove it with UNLINK, never with DEL: UNLINK frees it in the background.',
    ],
  };
}

function hotNamespace(patient: Patient, analysis: Analysis): Found | null {
  const total = analysis.totalBytes ?? 0;
  const top = analysis.namespaces.find(({ namespace }) => namespace !== '(other)');
  if (top === undefined || total < hotFromBytes || top.bytes / total < hotShare || analysis.namespaces.length < 2)
    return null;
  return {
    code: 'hot_namespace',
    severity: 'info',
    title: `${top.namespace} holds ${percentWords(top.bytes / total)} of the memory of ${patient.name}`,
    evidence: [
      evidence('namespace', top.namespace, 'text'),
      evidence('namespace_bytes', top.bytes, 'bytes', analysis.endedAtMs),
      evidence('namespace_keys', top.keyCount, 'count', analysis.endedAtMs),
      evidence('share', top.bytes / total, 'ratio'),
    ],
    why: 'When memory runs out, this is where it went.',
    steps: ['Compare it with the analysis before: growing without end is a missing expiry or a forgotten list.'],
  };
}

/** By INFO alone, which is exact and needs no analysis; jobs have no expiry and need none. */
async function everlasting(patient: Patient): Promise<Found | null> {
  if (patient.role !== 'cache') return null;
  const databases = (await patient.servers()).flatMap(({ figures }) => figures.databases);
  const keys = databases.reduce((sum, { keyCount }) => sum + keyCount, 0);
  const forever = keys - databases.reduce((sum, { expiringCount }) => sum + expiringCount, 0);
  if (forever < everlastingFrom || forever / keys < everlastingShare) return null;
  const worst = patient.analysis?.namespaces
    .filter(({ noExpiryShare }) => noExpiryShare > everlastingShare)
    .toSorted((a, b) => b.noExpiryShare * b.keyCount - a.noExpiryShare * a.keyCount)[0];
  return {
    code: 'keys_without_expiry',
    severity: 'warning',
    title: `${countWords(forever)} keys of ${patient.name} never expire`,
    evidence: [
      evidence('keys_without_expiry', forever, 'count'),
      evidence('keys', keys, 'count'),
      evidence('share', forever / keys, 'ratio'),
      ...(worst === undefined ? [] : [evidence('namespace', worst.namespace, 'text')]),
    ],
    why: 'What never expires stays until it is evicted in place of something useful, or for ever.',
    steps: [
      'Analyse the keys on the Keys page: "without expiry" names the namespaces.',
      'Let whatever writes them set an expiry (SET … EX), and give the present ones one in operate.',
    ],
  };
}
