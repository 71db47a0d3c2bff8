/** Tells of alerts by starting a program: the message as JSON on its standard input, its exit code as the answer. */
import { spawn } from 'node:child_process';
import { EngineError } from '../../base/errors.ts';
import type { ChannelSettings } from '../../model/alert-channel.ts';
import { worstSeverity } from '../message.ts';
import type { NotificationChannel } from '../ports.ts';
import { webhookBody } from './http.ts';

type CommandSettings = Extract<ChannelSettings, { kind: 'command' }>;

const answerMax = 2_000;

/** No shell reads the arguments, and nothing of the engine's environment but the path and the language is handed on. */
export function commandChannel({ program, args }: CommandSettings): NotificationChannel {
  return {
    send: (message, signal) =>
      new Promise<void>((resolve, reject) => {
        const fail = (problem: string): void => reject(new EngineError('ALERT_SEND_FAILED', `${program} ${problem}`));
        const child = spawn(program, [...args], {
          stdio: ['pipe', 'ignore', 'pipe'],
          shell: false,
          signal,
          killSignal: 'SIGKILL',
          env: {
            ...(process.env['PATH'] === undefined ? {} : { PATH: process.env['PATH'] }),
            ...(process.env['LANG'] === undefined ? {} : { LANG: process.env['LANG'] }),
            VIGIA_ALERT_ID: message.id,
            VIGIA_ALERT_KIND: message.kind,
            VIGIA_ALERT_TITLE: message.title,
            VIGIA_ALERT_SEVERITY: worstSeverity(message.alerts),
          },
        });
        let complaint = '';
        child.stderr.on('data', (chunk: Buffer) => {
          if (complaint.length < answerMax) complaint += chunk.toString('utf8');
        });
        child.on('error', (error) => fail(`could not be run: ${error.message}`));
        child.on('close', (code, killedBy) => {
          if (code === 0) resolve();
          else fail(`ended with ${code ?? killedBy}: ${complaint.trim().slice(0, 300)}`);
        });
        // A program that reads nothing closes its end; its exit code says how it went.
        child.stdin.on('error', () => undefined);
        child.stdin.end(webhookBody(message));
      }),
  };
}
