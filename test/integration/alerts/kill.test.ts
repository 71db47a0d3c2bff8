/** An engine killed at any moment between an alert and its receiver: nothing is lost, and nothing is told as if it were new. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { startHttpReceiver } from '../../support/http-receiver.ts';
import { storeRoom } from '../../support/store-room.ts';
import { until } from '../../support/until.ts';

const entry = fileURLToPath(new URL('../../support/alert-outbox-entry.ts', import.meta.url));
const kills = 25;

/** Answers the number after the last one that was stored. */
async function runAndKill(args: readonly string[], lifeMs: number | null): Promise<number | null> {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('latin1');
  });
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await until(() => output.includes('\n') || child.exitCode !== null, 10_000, 'the first alert');
  if (lifeMs !== null) setTimeout(() => child.kill('SIGKILL'), lifeMs);
  await closed;
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  return lines.length === 0 ? null : Number(lines.at(-1)) + 1;
}

it(`${kills} kills: every stored alert is told, each under one id only`, { timeout: 120_000 }, async () => {
  const room = storeRoom();
  const receiver = await startHttpReceiver();
  onTestFinished(() => receiver.stop());
  let next = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    next = (await runAndKill([room.file, receiver.url, String(next)], (kill * 11.7) % 70)) ?? next;
  }
  // A kill between storing and saying so leaves one alert whose number is used again; both are told.
  const end = await runAndKill([room.file, receiver.url, String(next), '1'], null);
  const idsOf = new Map<string, Set<string>>();
  for (const { body } of receiver.taken) {
    const message = JSON.parse(body) as { id: string; alerts: { id: number; ruleId: string }[] };
    for (const alert of message.alerts) {
      const key = `${alert.ruleId}#${alert.id}`;
      idsOf.set(key, (idsOf.get(key) ?? new Set()).add(message.id));
    }
  }
  const told = new Set([...idsOf.keys()].map((key) => key.split('#')[0]));
  for (let n = 0; n < (end ?? 0); n += 1) expect(told.has(`rule-${n}`), `rule-${n} was told`).toBe(true);
  for (const [alert, ids] of idsOf) expect([alert, ids.size]).toEqual([alert, 1]);
  const store = await room.open();
  expect(store.notifications.dueChannels()).toEqual([]);
});
